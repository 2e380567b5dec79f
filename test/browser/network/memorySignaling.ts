type Listener = ((event: { data: string }) => void) | null

/** A signaling server within the page: gives frames a WebSocket that speaks y-webrtc's protocol with the others of the same hub. */
export function createMemorySignaling(): { readonly WebSocket: unknown } {
  const subscribersByTopic = new Map<string, Set<HubSocket>>()

  class HubSocket extends EventTarget {
    static readonly OPEN = 1
    readyState = 0
    onopen: Listener = null
    onmessage: Listener = null
    onclose: Listener = null
    onerror: Listener = null

    constructor() {
      super()
      setTimeout(() => {
        this.readyState = 1
        this.onopen?.({ data: '' })
      })
    }

    send(text: string): void {
      const message = JSON.parse(text) as { type: string; topic: string; topics: string[] }
      if (message.type === 'ping') this.hear('{"type":"pong"}')
      if (message.type === 'publish') for (const subscriber of subscribersByTopic.get(message.topic) ?? []) subscriber.hear(text)
      for (const topic of message.topics ?? []) {
        const subscribers = subscribersByTopic.get(topic) ?? new Set()
        subscribersByTopic.set(topic, subscribers)
        if (message.type === 'subscribe') subscribers.add(this)
        else subscribers.delete(this)
      }
    }

    close(): void {
      this.readyState = 3
      for (const subscribers of subscribersByTopic.values()) subscribers.delete(this)
      setTimeout(() => this.onclose?.({ data: '' }))
    }

    hear(text: string): void {
      setTimeout(() => {
        if (this.readyState !== 1) return
        this.onmessage?.({ data: text })
        this.dispatchEvent(new MessageEvent('message', { data: text }))
      })
    }
  }
  return { WebSocket: HubSocket }
}
