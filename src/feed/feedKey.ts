import { idBytes, parseId, toId, type DeviceId } from '../shared/ids.ts'
import type { FeedKey } from './graph/blockGraph.ts'

/** The name of a feed: `<device id>/<slot>`. `device` is 32 bytes, `slot` 0 to 2^32 - 1. */
export function feedKeyOf(device: Uint8Array, slot: number): FeedKey {
  return `${toId<DeviceId>(device)}/${slot}` as FeedKey
}

/** Device (32 bytes) and slot of a feed's name, or undefined where the text is none. Strict: one feed, one name. Never throws. */
export function parseFeedKey(text: string): { readonly device: Uint8Array; readonly slot: number } | undefined {
  const match = /^([\w-]{43})\/(0|[1-9]\d{0,9})$/.exec(text)
  if (match === null) return undefined
  const device = parseId<DeviceId>(match[1]!, 32)
  const slot = Number(match[2])
  return device === undefined || slot > 0xffff_ffff ? undefined : { device: idBytes(device), slot }
}
