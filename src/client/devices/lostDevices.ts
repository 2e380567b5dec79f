import { EchoError } from '../../shared/echoError.ts'
import { equalBytes } from '../../shared/bytes.ts'
import { toId, type DeviceId } from '../../shared/ids.ts'
import type { Clock, Random, Timer } from '../../shared/ports.ts'
import type { DeviceRecord } from '../../identity/record.ts'
import type { RootKey } from '../../identity/rootKey.ts'
import type { SpaceHandle } from '../spaces/createSpaceHandle.ts'
import type { OpenSpace } from '../spaces/openSpace.ts'

/** Whoever shuts a device out goes through all spaces at once: the others leave it so much time. */
const patienceMs = 10_000
/** So that of several devices one comes first. */
const maxWaitMs = 10_000

/**
 * Shuts devices out of a space that are out of the private space: whoever began it may have ended before it was through, or may not have had the space. So
 * are those that a lost device added after it was shut out, for nobody sees them in a list of devices any more.
 */
export function createLostDevices(options: {
  readonly clock: Clock
  readonly random: Random
  readonly halo: Pick<OpenSpace, 'log' | 'identity'>
  readonly root: RootKey | undefined
  /** It is time to look again. */
  readonly onDue: () => void
}): { shutOut(handle: SpaceHandle): Promise<void>; dispose(): void } {
  const { clock, random, halo } = options
  const { identity } = halo
  /** When each device was first found to be out. */
  const foundAt = new Map<DeviceId, number>()
  let timer: Timer | undefined

  /** A device that has the words lists itself again where whoever listed it turns out to have been out: it is waited for. */
  function isLost({ sign, certifier }: DeviceRecord): boolean {
    const device = toId<DeviceId>(sign)
    const { log } = halo
    if (device === identity.deviceId || !log.wasListed(device) || log.device(device) !== undefined) return false
    return log.wasRevoked(device) || !equalBytes(certifier, identity.record.identity)
  }

  return {
    async shutOut({ open, revokeDevice }) {
      for (const record of open.log.state.get().members.get(identity.id)?.devices ?? []) {
        if (!isLost(record)) continue
        const device = toId<DeviceId>(record.sign)
        const since = foundAt.get(device) ?? clock.now() + (random.bytes(1)[0]! / 256) * maxWaitMs
        foundAt.set(device, since)
        const leftMs = since + patienceMs - clock.now()
        if (leftMs > 0) {
          timer ??= clock.after(leftMs, () => {
            timer = undefined
            options.onDue()
          })
          continue
        }
        try {
          await revokeDevice(device, options.root)
        } catch (error) {
          // An older device does it, or the one that has the words.
          if (!(error instanceof EchoError && error.code === 'not-authorised')) throw error
        }
      }
    },
    dispose: () => clock.clear(timer),
  }
}
