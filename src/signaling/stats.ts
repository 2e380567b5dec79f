import type { BrokerStatus } from './broker.ts'

/**
 * Why a message did not arrive: `junk` is no message, `rate` above the client's budget, `slow` for a receiver that does not keep up,
 * `topic` a subscription above a limit, `broker` not handed to other instances, `broker-junk` from other instances and unreadable or too long.
 */
export type DropReason = 'junk' | 'rate' | 'slow' | 'topic' | 'broker' | 'broker-junk'

/** Why a connection was not taken: `full` above `maxConnections`, `origin` from a page that is not on the list. */
export type RefusalReason = 'full' | 'origin'

export interface SignalingStats {
  /** Clients connected now. */
  readonly connections: number
  /** Topics with a subscriber now. */
  readonly topics: number
  /** Messages taken from clients, and sent to them, since the start. */
  readonly received: number
  readonly sent: number
  readonly dropped: Readonly<Record<DropReason, number>>
  readonly refused: Readonly<Record<RefusalReason, number>>
  readonly broker: BrokerStatus['state']
}
