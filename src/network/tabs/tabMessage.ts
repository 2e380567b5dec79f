import { isBytes } from '../../shared/bytes.ts'

/**
 * What tabs say to each other over a room's channel. Every message names its sender, because a channel reaches each instance in every tab;
 * `to` is absent where all are meant. A link's name is drawn by the tab that opens it.
 *
 *     hello   I am here and have no link with you
 *     open    here is one (said by the tab with the smaller id)
 *     frame   bytes of the owner; ack gives their room in the sender's window back
 *     ping    asks for a pong
 *     close   this link is over; bye: so is everything of mine
 */
export type TabMessage =
  | { readonly kind: 'hello'; readonly from: string; readonly to?: string }
  | { readonly kind: 'bye'; readonly from: string }
  | { readonly kind: 'open' | 'close' | 'ping' | 'pong'; readonly from: string; readonly to: string; readonly link: string }
  | { readonly kind: 'ack'; readonly from: string; readonly to: string; readonly link: string; readonly bytes: number }
  | { readonly kind: 'frame'; readonly from: string; readonly to: string; readonly link: string; readonly frame: Uint8Array }

/** Most bytes of a frame between tabs. */
export const maxTabFrameBytes = 256 * 1024

const maxNameLength = 64

/** Reads what came over a channel; undefined where it is no message of this version. Never throws. */
export function parseTabMessage(data: unknown): TabMessage | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  const { kind, from, to, link, bytes, frame } = data as Record<string, unknown>
  if (!isName(from)) return undefined
  if (kind === 'bye') return { kind, from }
  if (kind === 'hello') {
    if (to === undefined) return { kind, from }
    return isName(to) ? { kind, from, to } : undefined
  }
  if (!isName(to) || !isName(link)) return undefined
  if (kind === 'open' || kind === 'close' || kind === 'ping' || kind === 'pong') return { kind, from, to, link }
  if (kind === 'ack') return Number.isSafeInteger(bytes) && Number(bytes) > 0 ? { kind, from, to, link, bytes: Number(bytes) } : undefined
  if (kind === 'frame') return isBytes(frame) && frame.length <= maxTabFrameBytes ? { kind, from, to, link, frame } : undefined
  return undefined
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= maxNameLength
}
