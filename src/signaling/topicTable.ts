/** Who has subscribed to what; no topic without subscribers is kept. */
export interface TopicTable<Subscriber> {
  subscribe(subscriber: Subscriber, topic: string): void
  unsubscribe(subscriber: Subscriber, topic: string): void
  /** Ends all subscriptions of one. */
  remove(subscriber: Subscriber): void
  subscribersOf(topic: string): ReadonlySet<Subscriber>
  topicCount(): number
}

export interface TopicTableLimits {
  readonly maxTopicsPerConnection: number
  readonly maxSubscribersPerTopic: number
}

/** Makes an empty table; subscriptions above a limit are ignored. Never throws. */
export function createTopicTable<Subscriber>(limits: TopicTableLimits): TopicTable<Subscriber> {
  const subscribersByTopic = new Map<string, Set<Subscriber>>()
  const topicsBySubscriber = new Map<Subscriber, Set<string>>()
  const nobody: ReadonlySet<Subscriber> = new Set()

  function unsubscribe(subscriber: Subscriber, topic: string): void {
    const subscribers = subscribersByTopic.get(topic)
    if (subscribers?.delete(subscriber) && subscribers.size === 0) subscribersByTopic.delete(topic)
    const topics = topicsBySubscriber.get(subscriber)
    if (topics?.delete(topic) && topics.size === 0) topicsBySubscriber.delete(subscriber)
  }

  return {
    subscribe: (subscriber, topic) => {
      const topics = topicsBySubscriber.get(subscriber) ?? new Set()
      const subscribers = subscribersByTopic.get(topic) ?? new Set()
      if (topics.size >= limits.maxTopicsPerConnection || subscribers.size >= limits.maxSubscribersPerTopic) return
      topicsBySubscriber.set(subscriber, topics.add(topic))
      subscribersByTopic.set(topic, subscribers.add(subscriber))
    },
    unsubscribe,
    remove: (subscriber) => {
      for (const topic of [...(topicsBySubscriber.get(subscriber) ?? [])]) unsubscribe(subscriber, topic)
    },
    subscribersOf: (topic) => subscribersByTopic.get(topic) ?? nobody,
    topicCount: () => subscribersByTopic.size,
  }
}
