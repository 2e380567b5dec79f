const maxTopicLength = 256

/**
 * What a client may say, as JSON text:
 *
 *     { type: 'subscribe' | 'unsubscribe', topics: string[] }
 *     { type: 'publish', topic: string, data: anything }     reaches every subscriber, the sender too, with `clients`: their number
 *     { type: 'ping' }                                        is answered with { type: 'pong' }
 */
export type ClientMessage =
  | { readonly type: 'subscribe' | 'unsubscribe'; readonly topics: readonly string[] }
  | { readonly type: 'publish'; readonly topic: string; readonly data: unknown }
  | { readonly type: 'ping' }

/** Reads one text frame; undefined where it is no message. Topics that are no names are left out. Never throws. */
export function parseClientMessage(text: string): ClientMessage | undefined {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    // Anyone may connect and send anything.
    return undefined
  }
  if (typeof message !== 'object' || message === null) return undefined
  const { type, topics, topic, data } = message as Record<string, unknown>
  if (type === 'ping') return { type }
  if (type === 'publish') return isTopic(topic) && data !== undefined ? { type, topic, data } : undefined
  if (type !== 'subscribe' && type !== 'unsubscribe') return undefined
  return { type, topics: Array.isArray(topics) ? topics.filter(isTopic) : [] }
}

/** The text that subscribers get, or undefined where the data is nested too deep to be written. Never throws. */
export function encodePublication(topic: string, data: unknown, clients: number): string | undefined {
  try {
    return JSON.stringify({ type: 'publish', topic, data, clients })
  } catch {
    // Reading nested JSON needs no stack, writing it does.
    return undefined
  }
}

function isTopic(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= maxTopicLength
}
