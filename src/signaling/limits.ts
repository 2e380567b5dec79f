/**
 * What clients may ask of one instance. Sized for meshes of 32 peers: a page that joins a room of 8 receives about 175 messages and 115 KB,
 * and one that joins a room of 32 about 2 MB.
 */
export interface SignalingLimits {
  /** Connections in all; further ones are answered with 503. */
  readonly maxConnections: number
  /** Bytes of one message; a longer one closes the connection. */
  readonly maxMessageBytes: number
  /** Topics in all; further ones are ignored. One takes about 0.4 KB of memory, and 2 KB with NATS. */
  readonly maxTopics: number
  /** Topics that one connection may be subscribed to; further ones are ignored. */
  readonly maxTopicsPerConnection: number
  /** Connections that one topic may have; further ones are ignored. */
  readonly maxSubscribersPerTopic: number
  /** Messages a second in the long run, and at once; each topic of a subscription counts as one. What is above is dropped; who keeps on is disconnected. */
  readonly messagesPerSecond: number
  readonly messageBurst: number
  /** Bytes a second in the long run, and at once. */
  readonly bytesPerSecond: number
  readonly byteBurst: number
  /** Bytes that may wait for a slow receiver; it misses what would come on top. */
  readonly maxBufferedBytes: number
  /** Milliseconds between heartbeats; a client that leaves one unanswered is disconnected at the next. */
  readonly heartbeatMs: number
}

/** The limits of a server that is not told otherwise. */
export const defaultLimits: SignalingLimits = {
  maxConnections: 5_000,
  maxMessageBytes: 65_536,
  maxTopics: 100_000,
  maxTopicsPerConnection: 1_024,
  maxSubscribersPerTopic: 256,
  messagesPerSecond: 200,
  messageBurst: 4_000,
  bytesPerSecond: 512 * 1_024,
  byteBurst: 8 * 1_024 * 1_024,
  maxBufferedBytes: 1_024 * 1_024,
  heartbeatMs: 30_000,
}
