/** A signaling server for Node, where an app wants to run its own. */
export { createSignalingServer, type SignalingServer, type SignalingServerOptions, type SignalingStats } from './signalingServer.ts'
export { defaultLimits, type SignalingLimits } from './limits.ts'
