/** `local`: there are no other instances. `lost`: other instances are not reached for now; `reason` names no credentials. */
export type BrokerStatus = { readonly state: 'local' | 'connected' } | { readonly state: 'lost'; readonly reason: string }

/**
 * What signaling servers share their topics through. A text is any; receivers check it. No function throws.
 * Whoever makes a broker closes it, after the servers that use it.
 */
export interface SignalingBroker {
  /**
   * Hands a text to all who have subscribed to the topic: through this broker before it returns, through others soon.
   * @returns false where the others will not get it
   */
  publish(topic: string, text: string): boolean
  /** @returns the function that ends it. A text that is published after this call reaches `onText`. */
  subscribe(topic: string, onText: (text: string) => void): () => void
  status(): BrokerStatus
  /** Tells of each change of the status. @returns the function that ends it */
  onChange(listener: () => void): () => void
  /** Sends what is under way, for at most 2 s, and disconnects. Idempotent. */
  close(): Promise<void>
}

/**
 * A broker within this process: the servers that are given the same one share their topics. Never throws.
 * @example
 * const broker = createLocalBroker()
 * const end = broker.subscribe('topic', (text) => console.log(text))
 * broker.publish('topic', '"hello"')
 * end()
 */
export function createLocalBroker(): SignalingBroker {
  const listenersByTopic = new Map<string, Set<(text: string) => void>>()
  return {
    publish: (topic, text) => {
      for (const onText of listenersByTopic.get(topic) ?? []) onText(text)
      return true
    },
    subscribe: (topic, onText) => {
      const listeners = listenersByTopic.get(topic) ?? new Set()
      listenersByTopic.set(topic, listeners.add(onText))
      return () => {
        if (listeners.delete(onText) && listeners.size === 0) listenersByTopic.delete(topic)
      }
    },
    status: () => ({ state: 'local' }),
    onChange: () => () => undefined,
    close: async () => undefined,
  }
}
