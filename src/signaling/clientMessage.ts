const maxTopicLength = 256

/**
 * What a client may say, as JSON text:
 *
 *     { type: 'subscribe' | 'unsubscribe', topics: string[] }
 *     { type: 'publish', topic: string, data: anything }     reaches every subscriber, the sender too
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

/** Data as JSON, or undefined where it is nested too deep to be written. Never throws. */
export function encodeData(data: unknown): string | undefined {
  try {
    return JSON.stringify(data)
  } catch {
    // Reading nested JSON needs no stack, writing it does.
    return undefined
  }
}

/**
 * The text that subscribers get. Never throws.
 * @param clients how many connections of this instance get it; other instances tell theirs their own number
 * @returns undefined where the data is no JSON: other instances may send anything, and clients read what they get unguarded
 */
export function encodePublication(topic: string, data: string, clients: number): string | undefined {
  try {
    JSON.parse(data)
  } catch {
    return undefined
  }
  return `{"type":"publish","topic":${JSON.stringify(topic)},"data":${data},"clients":${clients}}`
}

/** Names with half a surrogate pair are none: as bytes they would all be the same. */
function isTopic(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= maxTopicLength && !/\p{Surrogate}/u.test(value)
}
