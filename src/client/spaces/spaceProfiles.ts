import { equalBytes, isBytes } from '../../shared/bytes.ts'
import type { SpaceId } from '../../shared/ids.ts'
import type { Readable } from '../../shared/readable.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { Storage } from '../../storage/storage.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import { decodeProfileRecord, isNewerProfile, type ProfileRecord } from '../../identity/profileRecord.ts'
import type { OperationLog } from '../../access/operationLog.ts'
import { createProfileBook, type ProfileBook } from '../../access/profileBook.ts'

/** The profiles of a space's members on this device: the keys table holds the newest of each device as `profile/<space>/<device>`. */
export interface SpaceProfiles {
  readonly book: ProfileBook
  /** The rows of the keys table that hold them. */
  rows(): readonly { readonly key: string; readonly value: unknown }[]
  dispose(): void
}

/**
 * Reads what is stored, keeps what comes, and sees to it that the space has the own profile and this device the newest of its person's.
 * @throws EchoError of storage
 */
export async function createSpaceProfiles(options: {
  readonly crypto: CryptoPort
  readonly storage: Storage
  readonly space: SpaceId
  readonly log: OperationLog
  readonly identity: LocalIdentity
  /** The own profile; undefined: none was signed yet. */
  readonly own: Readable<ProfileRecord | undefined>
  /** Another device of this person has signed a newer one. */
  readonly onNewerOwn: (record: ProfileRecord) => void
  readonly onFault: (error: unknown) => void
}): Promise<SpaceProfiles> {
  const { crypto, storage, log, identity, own, onFault } = options
  const prefix = `profile/${options.space}/`
  const book = createProfileBook({ crypto, log })
  for (const { value } of await storage.listKeys(prefix)) {
    const record = readRow(crypto, value)
    if (record !== undefined) book.restore(record)
  }

  function row(record: ProfileRecord) {
    return { key: `${prefix}${record.device}`, value: { record: record.bytes, id: record.id } }
  }

  function compare(): void {
    const [here, shown] = [own.get(), book.state.get().get(identity.id)]
    // What is shown may be by a device that was shut out, until another has signed it again.
    const inSpace = shown !== undefined && log.entriesOf(identity.id, shown.device).length > 0 ? shown : undefined
    if (here !== undefined && isNewerProfile(here, inSpace)) void book.add(here.bytes)
    if (inSpace !== undefined && isNewerProfile(inSpace, here)) options.onNewerOwn(inSpace)
  }

  const stops = [
    book.onAdded((record) => void storage.write({ putKeys: [row(record)] }, 'relaxed').catch(onFault)),
    book.state.subscribe(compare),
    own.subscribe(compare),
    // The device that signed the own profile may be one that the space hears of only now.
    log.state.subscribe(compare),
  ]
  compare()

  return {
    book,
    rows: () => book.records().map(row),
    dispose() {
      for (const stop of stops) stop()
      book.dispose()
    },
  }
}

/** The table has no checksums: the id, which covers all but the signature, takes their place. */
function readRow(crypto: CryptoPort, value: unknown): ProfileRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { record, id } = value as { record?: unknown; id?: unknown }
  const decoded = isBytes(record) && isBytes(id) ? decodeProfileRecord(crypto, record) : undefined
  return decoded?.ok === true && equalBytes(decoded.value.id, id as Uint8Array) ? decoded.value : undefined
}
