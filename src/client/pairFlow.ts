import { equalBytes, truncateUtf8 } from '../shared/bytes.ts'
import { EchoError } from '../shared/echoError.ts'
import { idBytes } from '../shared/ids.ts'
import type { Readable } from '../shared/readable.ts'
import type { Network } from '../network/network.ts'
import type { DeviceKeys } from '../identity/deviceKeys.ts'
import { createDeviceKeys } from '../identity/deviceKeys.ts'
import { newDeviceIdentity, type LocalIdentity } from '../identity/localIdentity.ts'
import { invitationTarget } from '../access/consent.ts'
import { maxNameBytes } from '../access/bodies/genesisBody.ts'
import type { JoinedSpace } from '../replication/guestJoin.ts'
import { codeDeadlineMs } from '../replication/hostCode.ts'
import type { EchoPorts, PairFlow } from './echo.ts'
import { createGuestFlow } from './joinFlow.ts'
import type { GuestState, PairState } from './states.ts'

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
  readonly link: string
  /** How the other device is told of this one. */
  readonly deviceName: string
  readonly identity: () => LocalIdentity | undefined
  /** How many spaces somebody has here, or undefined where nobody has made anything of this device's identity yet. */
  readonly occupied: () => number | undefined
  /** Keeps identity and private space, in one strict write. */
  readonly adopt: (keys: DeviceKeys, joined: JoinedSpace) => Promise<void>
  /** How much of what the private space names is here; 1: all. */
  readonly arrival: Readable<number>
}): PairFlow {
  const { ports } = options
  let keys: Promise<DeviceKeys> | undefined
  let confirmDigits: (() => void) | undefined

  function occupiedState(): OwnPairState | undefined {
    const spaces = options.occupied()
    return spaces === undefined ? undefined : { status: 'occupied', spaces }
  }

  /** The same for every try: a host whose answer was lost knows the device again. */
  function createKeys(): Promise<DeviceKeys> {
    keys ??= createDeviceKeys(ports.crypto, ports.storage)
    keys.catch(() => (keys = undefined))
    return keys
  }

  const flow = createGuestFlow<OwnPairState>({
    ...options,
    // Longer than an ask holds it would be taken for nonsense.
    ownName: () => truncateUtf8(options.deviceName, maxNameBytes),
    first(invitation) {
      const own = owner()
      const isOwn = own !== undefined && equalBytes(invitationTarget(ports.crypto, idBytes(own.id)), invitation.target)
      if (invitation.kind === 'device') return isOwn ? { status: 'success' } : occupiedState()
      const message =
        'This link invites a person to a space, and adds no device. Take the one that your other device shows under "Add a device".'
      return { status: 'invalid', error: new EchoError('wrong-kind', message) }
    },
    obstacle: occupiedState,
    identity: async () => newDeviceIdentity(await createKeys()),
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
      // While the host's person decided, somebody may have begun to work here.
      if (options.occupied() !== undefined) {
        throw new EchoError(
          'denied',
          'Somebody works on this device under another account now. Sign out first, or use another browser profile.',
        )
      }
      await options.adopt(await createKeys(), joined)
    },
    open: () => options.arrival,
    success: () => ({ status: 'success' }),
  })
  return {
    ...flow,
    confirm() {
      if (flow.state.get().status === 'comparing') confirmDigits?.()
    },
  }
}
