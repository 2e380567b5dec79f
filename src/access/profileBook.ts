import { compareBytes, equalBytes } from '../shared/bytes.ts'
import type { DeviceId, IdentityId } from '../shared/ids.ts'
import { createWritable, type Readable } from '../shared/readable.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import {
  decodeProfileRecord,
  isNewerProfile,
  verifyProfileRecord,
  type ProfileRank,
  type ProfileRecord,
} from '../identity/profileRecord.ts'
import type { OperationLog } from './operationLog.ts'

/** Why a profile is not taken. `unknown-device`: the log does not make its device one of its person's, or not any more. */
export type ProfileFault = 'format' | 'newer-version' | 'unknown-device' | 'signature'

/**
 * The profiles of a space's members: of each device the newest that it signed. What is shown of a person is the newest of those devices that are
 * live now, so that a device that was shut out has no say; where none of them has signed any, a member stays as the others showed him last, until one
 * of his devices has. A function of the records and the log, whatever the order of arrival.
 */
export interface ProfileBook {
  /** What is shown of each member who has signed a profile. */
  readonly state: Readable<ReadonlyMap<IdentityId, ProfileRecord>>
  /** The records of live devices, by device. */
  records(): readonly ProfileRecord[]
  /** Whether a record of this rank by this device would be taken; undefined where the log does not know the device. */
  isWanted(device: DeviceId, rank: ProfileRank): boolean | undefined
  /** Takes a record in. `older`: the device has signed a newer one. Never throws. */
  add(bytes: Uint8Array): Promise<Result<'added' | 'known' | 'older', ProfileFault>>
  /** Takes in what this device verified before it stored it, known or not to the log. */
  restore(record: ProfileRecord): void
  /** Calls `listener` with each record newly added (not with restored ones). */
  onAdded(listener: (record: ProfileRecord) => void): () => void
  dispose(): void
}

export function createProfileBook({ crypto, log }: { readonly crypto: CryptoPort; readonly log: OperationLog }): ProfileBook {
  const byDevice = new Map<DeviceId, ProfileRecord>()
  const listeners = new Set<(record: ProfileRecord) => void>()
  const state = createWritable<ReadonlyMap<IdentityId, ProfileRecord>>(new Map())
  const stop = log.state.subscribe(publish)

  function isLive({ identity, device }: Pick<ProfileRecord, 'identity' | 'device'>): boolean {
    return log.entriesOf(identity, device).length > 0
  }

  function records(): readonly ProfileRecord[] {
    return [...byDevice.values()].filter(isLive).sort((a, b) => compareBytes(a.id, b.id))
  }

  function publish(): void {
    const shown = new Map<IdentityId, ProfileRecord>()
    for (const record of records()) if (isNewerProfile(record, shown.get(record.identity))) shown.set(record.identity, record)
    const former = [...byDevice.values()].filter(({ identity }) => !shown.has(identity) && log.admissionsOf(identity).length > 0)
    for (const record of former) if (isNewerProfile(record, shown.get(record.identity))) shown.set(record.identity, record)
    const before = state.get()
    if (shown.size !== before.size || [...shown].some(([identity, record]) => before.get(identity) !== record)) state.set(shown)
  }

  function put(record: ProfileRecord): boolean {
    if (!isNewerProfile(record, byDevice.get(record.device))) return false
    byDevice.set(record.device, record)
    publish()
    return true
  }

  return {
    state,
    records,
    isWanted(device, rank) {
      if (log.device(device) === undefined) return undefined
      return isNewerProfile(rank, byDevice.get(device))
    },
    async add(bytes) {
      const decoded = decodeProfileRecord(crypto, bytes.slice())
      if (!decoded.ok) return decoded
      const record = decoded.value
      if (!isLive(record)) return fail('unknown-device')
      const held = byDevice.get(record.device)
      if (held !== undefined && equalBytes(held.id, record.id)) return ok('known')
      if (!isNewerProfile(record, held)) return ok('older')
      if (!(await verifyProfileRecord(crypto, record))) return fail('signature')
      if (!put(record)) return ok('older')
      for (const listener of listeners) listener(record)
      return ok('added')
    },
    restore: (record) => void put(record),
    onAdded(listener) {
      const entry = (record: ProfileRecord): void => listener(record)
      listeners.add(entry)
      return () => listeners.delete(entry)
    },
    dispose: stop,
  }
}
