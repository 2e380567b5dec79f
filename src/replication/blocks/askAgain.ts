import type { DeviceId } from '../../shared/ids.ts'
import type { Clock, Timer } from '../../shared/ports.ts'
import { maxSparedDevices } from '../link/linkMessages.ts'

/** Milliseconds between two askings, whatever wakes them: each costs every peer a look at all it has, and whoever asks too often is shut out. */
export const askAgainEveryMs = 5_000

/** Collects the devices of which dropped blocks are wanted again, so that peers are asked seldom, for all of them at once. */
export interface AskAgain {
  /** To be asked for now, or with others when it is time. */
  add(devices: readonly DeviceId[]): void
  dispose(): void
}

/** @param ask asks all peers; takes at most {@link maxSparedDevices} at a time */
export function createAskAgain(clock: Clock, ask: (devices: readonly DeviceId[]) => void): AskAgain {
  const waiting = new Set<DeviceId>()
  let timer: Timer | undefined

  function askNow(): void {
    timer = undefined
    const devices = [...waiting].slice(0, maxSparedDevices)
    if (devices.length === 0) return
    for (const device of devices) waiting.delete(device)
    timer = clock.after(askAgainEveryMs, askNow)
    ask(devices)
  }

  return {
    add(devices) {
      for (const device of devices) waiting.add(device)
      if (timer === undefined) askNow()
    },
    dispose: () => clock.clear(timer),
  }
}
