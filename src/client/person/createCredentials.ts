import { EchoError } from '../../shared/echoError.ts'
import type { Clock } from '../../shared/ports.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { DeviceRecord } from '../../identity/record.ts'
import { createPresentation, verifyPresentation } from '../../access/presentation.ts'
import type { CredentialCommands, CredentialInfo } from './credentials.ts'
import type { SpaceHandle } from '../spaces/createSpaceHandle.ts'
import { deviceChain } from '../devices/deviceChain.ts'
import type { SpaceDirectory } from '../spaces/spaceDirectory.ts'

/** What a person can prove to others, from the memberships of her open spaces and the records of her devices. */
export function createCredentials(options: {
  readonly ports: { readonly clock: Clock; readonly crypto: CryptoPort }
  readonly directory: Pick<SpaceDirectory, 'handles' | 'list'>
  readonly identity: () => LocalIdentity | undefined
  /** Tells when there is somebody. */
  readonly someone: Readable<unknown>
  /** Records of the person's devices, as the private space has them. */
  readonly ownRecords: () => readonly DeviceRecord[]
}): CredentialCommands & { dispose(): void } {
  const { ports, directory } = options
  const list = createWritable<readonly CredentialInfo[]>([])
  const watched = new Map<SpaceHandle, () => void>()
  const stops = [directory.list.subscribe(update), options.someone.subscribe(update)]

  function update(): void {
    for (const handle of directory.handles()) {
      if (watched.has(handle)) continue
      // A space gets its name after it is made, and another later.
      const ends = [handle.open.log.state.subscribe(update), handle.space.info.subscribe(update)]
      watched.set(handle, () => ends.forEach((end) => end()))
    }
    const before = list.get()
    const next = read().map((one) => before.find((former) => isSame(former, one)) ?? one)
    if (next.length !== before.length || next.some((one, i) => one !== before[i])) list.set(next)
  }

  function read(): readonly CredentialInfo[] {
    const identity = options.identity()
    if (identity === undefined) return []
    const device = { type: 'device', id: identity.deviceId, identity: identity.id, device: identity.deviceId } as const
    const memberships = directory.handles().flatMap(({ open, space }) => {
      const evidence = open.log.evidenceFor(identity.id, identity.deviceId)
      if (evidence === undefined) return []
      const { role, admittedBy } = evidence
      return [{ type: 'membership', id: open.id, space: open.id, spaceName: space.info.get().name, role, admittedBy } as const]
    })
    return [device, ...memberships]
  }

  function recordsOf(identity: LocalIdentity): readonly DeviceRecord[] {
    const inSpaces = directory.handles().flatMap(({ open }) => open.log.addedDevicesOf(identity.id))
    return deviceChain(identity, [...inSpaces, ...options.ownRecords()])
  }

  return {
    list,
    async present({ nonce, audience, spaces = [] }) {
      const identity = options.identity()
      if (identity === undefined) throw new EchoError('no-identity', 'Nobody is signed in on this device, so there is nothing to show.')
      const memberships = spaces.map((id) => {
        const open = directory.handles().find((handle) => handle.open.id === id)?.open
        const evidence = open?.log.evidenceFor(identity.id, identity.deviceId)
        if (open === undefined || evidence === undefined) {
          throw new EchoError(
            'space-not-found',
            'Only a membership of a space that is open on this device can be shown: see echo.credentials.list.',
            {
              details: { id },
            },
          )
        }
        return { space: open.id, operations: evidence.operations }
      })
      return createPresentation(identity, { audience, nonce, time: ports.clock.now(), records: recordsOf(identity), memberships })
    },
    async verify(presentation, expected) {
      const verified = await verifyPresentation(ports.crypto, presentation, { ...expected, now: ports.clock.now() })
      if (!verified.ok) return verified
      const { identity, device } = verified.value
      const memberships = verified.value.memberships.map((membership) => {
        const log = directory.handles().find((handle) => handle.open.id === membership.space)?.open.log
        const standing = log === undefined ? 'unknown' : log.entriesOf(identity, device).length > 0 ? 'member' : 'ended'
        return { ...membership, standing } as const
      })
      return { ok: true, value: { ...verified.value, memberships } }
    },
    dispose() {
      for (const stop of [...stops, ...watched.values()]) stop()
    },
  }
}

function isSame(a: CredentialInfo, b: CredentialInfo): boolean {
  if (a.type === 'device' || b.type === 'device') return a.type === b.type && a.id === b.id
  return a.id === b.id && a.spaceName === b.spaceName && a.role === b.role && a.admittedBy === b.admittedBy
}
