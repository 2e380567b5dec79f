import type { DeviceId } from '../../shared/ids.ts'
import type { Clock } from '../../shared/ports.ts'
import type { Readable } from '../../shared/readable.ts'
import type { BlockReceiver } from '../../feed/blockReceiver.ts'
import { createAskAgain } from './askAgain.ts'
import type { BlockExchange } from './blockExchange.ts'

/** The devices whose blocks peers are asked to keep back: those above their quota for now, and those that are muted. */
export interface SparedDevices {
  /** Tells a new peer. */
  tell(exchange: BlockExchange): void
  dispose(): void
}

export function createSparedDevices(options: {
  readonly clock: Clock
  readonly receiver: Pick<BlockReceiver, 'delayed' | 'onWantedAgain'>
  readonly muted: Readable<ReadonlyMap<DeviceId, unknown>>
  readonly exchanges: () => readonly BlockExchange[]
}): SparedDevices {
  const { receiver, muted } = options
  let spared: ReadonlySet<DeviceId> = new Set()
  const askAgain = createAskAgain(options.clock, (devices) => {
    const again = devices.filter((device) => !spared.has(device)).map((device) => ({ device, spared: false }))
    for (const exchange of options.exchanges()) exchange.spareUs(again)
  })
  const stops = [receiver.delayed.subscribe(review), muted.subscribe(review), receiver.onWantedAgain(askAgain.add)]

  function review(): void {
    const next = new Set([...receiver.delayed.get(), ...muted.get().keys()])
    const changes = [
      ...[...next].filter((device) => !spared.has(device)).map((device) => ({ device, spared: true })),
      ...[...spared].filter((device) => !next.has(device)).map((device) => ({ device, spared: false })),
    ]
    spared = next
    for (const exchange of options.exchanges()) exchange.spareUs(changes)
  }

  return {
    tell: (exchange) => exchange.spareUs([...spared].map((device) => ({ device, spared: true }))),
    dispose() {
      askAgain.dispose()
      for (const stop of stops) stop()
    },
  }
}
