import type { DeviceId } from '../shared/ids.ts'

/**
 * Devices of which blocks were dropped that may be good. Whoever sent them takes them for delivered, so they have to be asked for again: once there is
 * room (`room`), or once operations or keys have arrived for which a copy waits that may be bad (`retry`).
 */
export interface TurnedAway {
  note(device: DeviceId, until: 'room' | 'retry'): void
  /** Room may have been made, or operations or keys have arrived: tells the listeners of the devices whose time has come. */
  review(event: 'room' | 'retry'): void
  /** @returns stops listening */
  onWantedAgain(listener: (devices: readonly DeviceId[]) => void): () => void
}

/** An attacker can make up as many devices as he likes; of those without an entry in the membership log so many are remembered. */
export const maxUnknownTurnedAway = 64

/**
 * @param isKnown whether the membership log has an entry for a device
 * @param hasRoom whether enough of a device's blocks may wait again that asking is worth it
 */
export function createTurnedAway(options: {
  readonly isKnown: (device: DeviceId) => boolean
  readonly hasRoom: (device: DeviceId) => boolean
}): TurnedAway {
  const { isKnown, hasRoom } = options
  const waiting = { room: new Set<DeviceId>(), retry: new Set<DeviceId>() }
  const listeners = new Set<(devices: readonly DeviceId[]) => void>()

  return {
    note(device, until) {
      const devices = waiting[until]
      if (!isKnown(device) && [...devices].filter((other) => !isKnown(other)).length >= maxUnknownTurnedAway) return
      devices.add(device)
    },
    review(event) {
      const devices = waiting[event]
      if (devices.size === 0) return
      const again = [...devices].filter((device) => isKnown(device) && (event === 'retry' || hasRoom(device)))
      if (again.length === 0) return
      for (const device of again) devices.delete(device)
      for (const listener of [...listeners]) listener(again)
    },
    onWantedAgain(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
