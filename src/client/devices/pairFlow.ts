import { equalBytes, truncateUtf8 } from '../../shared/bytes.ts'
import { EchoError } from '../../shared/echoError.ts'
import { idBytes } from '../../shared/ids.ts'
import type { Readable } from '../../shared/readable.ts'
import type { Network } from '../../network/network.ts'
import type { DeviceKeys } from '../../identity/deviceKeys.ts'
import { newDeviceIdentity, type LocalIdentity } from '../../identity/localIdentity.ts'
import { invitationTarget } from '../../access/making/consent.ts'
import { maxNameBytes } from '../../access/bodies/genesisBody.ts'
import type { JoinedSpace } from '../../replication/joining/guestJoin.ts'
import { codeDeadlineMs } from '../../replication/joining/hostCode.ts'
import type { EchoPorts, PairFlow } from '../echo.ts'
import { createGuestFlow, type Departures } from '../invitations/joinFlow.ts'
import { openPairingKeys, pairingKeysRow } from './pairingKeys.ts'
import type { GuestState, PairState } from '../states.ts'

type OwnPairState = Exclude<PairState, GuestState>

/**
 * Makes this device one of the devices of whoever made the link. It brings keys of its own and gets the private space, in which all else lies; neither the
 * words nor the root key travel.
 */
export function createPairFlow({
  identity: owner,
  ...options
}: {
  readonly app: string
  readonly ports: EchoPorts
  readonly network: Network
  readonly departures: Departures
  readonly link: string
  /** How the other device is told of this one. */
  readonly deviceName: string
  readonly identity: () => LocalIdentity | undefined
  /** How many spaces somebody has here, or undefined where nobody has made anything of this device's identity yet. */
  readonly occupied: () => number | undefined
  /** Whether another of the person's devices has shut this one out. */
  readonly isShutOut: () => boolean
  /** Keeps identity and private space, in one strict write. @throws EchoError denied where somebody has begun to work here while the host's person decided */
  readonly adopt: (keys: DeviceKeys, joined: JoinedSpace) => Promise<void>
  /** How much of what the private space names is here; 1: all. */
  readonly arrival: Readable<number>
}): PairFlow {
  const { ports } = options
  let target: Uint8Array | undefined
  let keys: Promise<DeviceKeys> | undefined
  let confirmDigits: (() => void) | undefined

  function occupiedState(): OwnPairState | undefined {
    const spaces = options.occupied()
    return spaces === undefined ? undefined : { status: 'occupied', spaces }
  }

  /** Its keys come back nowhere, so a link alone does not help. */
  function shutOutState(): GuestState | undefined {
    if (!options.isShutOut()) return undefined
    const message =
      'Another of your devices has shut this one out, and its keys are never let in again. Sign out on it, which deletes what is here, then follow the link: it becomes a new device of yours.'
    return { status: 'error', error: new EchoError('removed', message), retryable: false }
  }

  /** The same for every try: a host whose answer was lost knows the device again. */
  function openKeys(): Promise<DeviceKeys> {
    keys ??= openPairingKeys(ports.crypto, ports.storage, target!)
    keys.catch(() => (keys = undefined))
    return keys
  }

  async function forgetKeys(): Promise<void> {
    keys = undefined
    // Kept a little longer they harm nobody.
    await ports.storage.write({ deleteKeys: [pairingKeysRow(target!)] }, 'relaxed').catch(() => undefined)
  }

  const flow = createGuestFlow<OwnPairState>({
    ...options,
    // Longer than an ask holds it would be taken for nonsense.
    ownName: () => truncateUtf8(options.deviceName, maxNameBytes),
    first(invitation) {
      target = invitation.target
      const own = owner()
      const isOwn = own !== undefined && equalBytes(invitationTarget(ports.crypto, idBytes(own.id)), invitation.target)
      if (invitation.kind === 'device') return shutOutState() ?? (isOwn ? { status: 'success' } : occupiedState())
      const message =
        'This link invites a person to a space, and adds no device. Take the one that your other device shows under "Add a device".'
      return { status: 'invalid', error: new EchoError('wrong-kind', message) }
    },
    obstacle: () => shutOutState() ?? occupiedState(),
    identity: async () => newDeviceIdentity(await openKeys()),
    more: (talk) => ({
      pairing: {
        compare: (digits) =>
          new Promise((resolve) => {
            const deadline = ports.clock.now() + codeDeadlineMs
            const shown = { status: 'comparing', preview: talk.preview, digits, deadline } as const
            confirmDigits = () => {
              confirmDigits = undefined
              talk.show({ ...shown, isConfirmed: true }, codeDeadlineMs)
              resolve()
            }
            talk.show({ ...shown, isConfirmed: false }, codeDeadlineMs)
          }),
      },
    }),
    async store(joined) {
      await options.adopt(await openKeys(), joined)
      await forgetKeys()
    },
    open: () => options.arrival,
    success: () => ({ status: 'success' }),
  })
  // The other device was told to shut these keys out: with new ones it can let this device in.
  flow.state.subscribe(() => {
    const now = flow.state.get()
    if (now.status === 'error' && now.error.code === 'removed') void forgetKeys()
  })
  return {
    ...flow,
    confirm() {
      if (flow.state.get().status === 'comparing') confirmDigits?.()
    },
  }
}
