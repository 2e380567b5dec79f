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

/**
 * An attacker can make up as many devices as he likes; of those without an entry in the membership log so many are remembered. Once there were more,
 * any device that gets an entry may have been among them, and is asked for.
 */
export const maxUnknownTurnedAway = 64

/**
 * @param isKnown whether the membership log has an entry for a device
 * @param hasRoom whether enough of a device's blocks may wait again that asking is worth it
 */
export function createTurnedAway(options: {
  readonly isKnown: (device: DeviceId) => boolean
  /** All that have one. */
  readonly known: () => readonly DeviceId[]
  readonly hasRoom: (device: DeviceId) => boolean
}): TurnedAway {
  const { isKnown, known, hasRoom } = options
  const waiting = { room: new Set<DeviceId>(), retry: new Set<DeviceId>() }
  /** Since some were not remembered: the devices that had an entry then, or were asked for since. */
  let lookedAfter: Set<DeviceId> | undefined
  const listeners = new Set<(devices: readonly DeviceId[]) => void>()

  function newcomers(): readonly DeviceId[] {
    return lookedAfter === undefined ? [] : known().filter((device) => !lookedAfter!.has(device))
  }

  return {
    note(device, until) {
      const devices = waiting[until]
      if (devices.has(device)) return
      if (isKnown(device) || [...devices].filter((other) => !isKnown(other)).length < maxUnknownTurnedAway) devices.add(device)
      else lookedAfter ??= new Set(known())
    },
    review(event) {
      const devices = waiting[event]
      const due = [...devices].filter((device) => isKnown(device) && (event === 'retry' || hasRoom(device)))
      const again = new Set([...due, ...(event === 'retry' ? newcomers() : [])])
      if (again.size === 0) return
      for (const device of again) {
        devices.delete(device)
        lookedAfter?.add(device)
      }
      for (const listener of [...listeners]) listener([...again])
    },
    onWantedAgain(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
