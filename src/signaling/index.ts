/** A signaling server for Node, where an app wants to run its own. */
export { createSignalingServer, type SignalingServer, type SignalingServerOptions } from './signalingServer.ts'
export { createLocalBroker, type BrokerStatus, type SignalingBroker } from './broker.ts'
export { createNatsBroker } from './natsBroker.ts'
export type { ListenAddress } from './listen.ts'
export type { DropReason, RefusalReason, SignalingStats } from './stats.ts'
export { defaultLimits, type SignalingLimits } from './limits.ts'
