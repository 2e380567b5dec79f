/** Who has subscribed to what; no topic without subscribers is kept. */
export interface TopicTable<Subscriber> {
  /** @returns false where a limit forbids it */
  subscribe(subscriber: Subscriber, topic: string): boolean
  unsubscribe(subscriber: Subscriber, topic: string): void
  /** Ends all subscriptions of one. */
  remove(subscriber: Subscriber): void
  has(subscriber: Subscriber): boolean
  subscribersOf(topic: string): ReadonlySet<Subscriber>
  topicCount(): number
}

export interface TopicTableLimits {
  readonly maxTopics: number
  readonly maxTopicsPerConnection: number
  readonly maxSubscribersPerTopic: number
}

/** Makes an empty table. Never throws. @param open called with the first subscriber of a topic; what it returns, with the end of the last */
export function createTopicTable<Subscriber>(limits: TopicTableLimits, open: (topic: string) => () => void): TopicTable<Subscriber> {
  const openTopics = new Map<string, { readonly subscribers: Set<Subscriber>; readonly close: () => void }>()
  const topicsBySubscriber = new Map<Subscriber, Set<string>>()
  const nobody: ReadonlySet<Subscriber> = new Set()

  function mayJoin(subscriber: Subscriber, topic: string): boolean {
    if ((topicsBySubscriber.get(subscriber)?.size ?? 0) >= limits.maxTopicsPerConnection) return false
    const size = openTopics.get(topic)?.subscribers.size
    return size === undefined ? openTopics.size < limits.maxTopics : size < limits.maxSubscribersPerTopic
  }

  function unsubscribe(subscriber: Subscriber, topic: string): void {
    const own = topicsBySubscriber.get(subscriber)
    if (!own?.delete(topic)) return
    if (own.size === 0) topicsBySubscriber.delete(subscriber)
    const { subscribers, close } = openTopics.get(topic)!
    subscribers.delete(subscriber)
    if (subscribers.size > 0) return
    openTopics.delete(topic)
    close()
  }

  return {
    subscribe: (subscriber, topic) => {
      const own = topicsBySubscriber.get(subscriber)
      if (own?.has(topic)) return true
      if (!mayJoin(subscriber, topic)) return false
      topicsBySubscriber.set(subscriber, (own ?? new Set()).add(topic))
      const known = openTopics.get(topic)
      if (known === undefined) openTopics.set(topic, { subscribers: new Set([subscriber]), close: open(topic) })
      else known.subscribers.add(subscriber)
      return true
    },
    unsubscribe,
    remove: (subscriber) => {
      for (const topic of [...(topicsBySubscriber.get(subscriber) ?? [])]) unsubscribe(subscriber, topic)
    },
    has: (subscriber) => topicsBySubscriber.has(subscriber),
    subscribersOf: (topic) => openTopics.get(topic)?.subscribers ?? nobody,
    topicCount: () => openTopics.size,
  }
}
