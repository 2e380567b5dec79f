import type { DeviceId } from '../../shared/ids.ts'
import type { Clock } from '../../shared/ports.ts'
import type { LinkFault } from './linkFault.ts'

/** A peer that did not become a link. */
export interface RefusedPeer {
  readonly fault: Exclude<LinkFault, 'closed'>
  /** Undefined where it did not come as far as proving one. */
  readonly device: DeviceId | undefined
  /** Milliseconds since the Unix epoch. */
  readonly timeMs: number
}

/** Who was refused of late, and why. Bounded, for anyone who knows a room may knock. */
export interface RefusedPeers {
  note(fault: RefusedPeer['fault'], device: DeviceId | undefined): void
  /** The device is linked now. */
  forget(device: DeviceId): void
  list(): readonly RefusedPeer[]
}

/** Rooms back off for a minute at most: whoever is still refused has knocked again by then. */
const keptMs = 120_000
const maxKept = 16

export function createRefusedPeers(clock: Clock): RefusedPeers {
  let kept: readonly RefusedPeer[] = []
  return {
    note(fault, device) {
      const others = kept.filter((other) => other.fault !== fault || other.device !== device)
      kept = [...others.slice(1 - maxKept), { fault, device, timeMs: clock.now() }]
    },
    forget(device) {
      kept = kept.filter((other) => other.device !== device)
    },
    list: () => kept.filter(({ timeMs }) => Math.abs(clock.now() - timeMs) < keptMs),
  }
}
