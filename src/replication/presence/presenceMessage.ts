import type { Reader, Writer } from '../../shared/encoding.ts'

/** Whether somebody uses the page: `idle` without any input for two minutes, `away` while it is hidden. */
export type Activity = 'active' | 'idle' | 'away'

/** In the order of their codes; `gone`: the tab leaves. */
const standings = ['gone', 'active', 'idle', 'away'] as const

/**
 * Who is here and what they share: `instance 16 · device 32 · counter uint · u8 activity · str(64) name · bytes(16,384) data`, data being a JSON object
 * by presence name. Not a block: kept by nobody, sent at once, gone when its link is.
 */
export interface PresenceMessage {
  /** 16 random bytes a tab: one person can be here twice. */
  readonly instance: Uint8Array
  readonly device: Uint8Array
  /** Grows with each message of an instance; an older one is ignored. */
  readonly counter: number
  readonly activity: Activity | 'gone'
  readonly name: string
  /** UTF-8 JSON. */
  readonly data: Uint8Array
}

export const maxPresenceBytes = 16_384
export const maxPresenceNameBytes = 64

export function writePresence(writer: Writer, presence: PresenceMessage): void {
  writer
    .fixed(presence.instance)
    .fixed(presence.device)
    .uint(presence.counter)
    .u8(standings.indexOf(presence.activity))
    .string(presence.name)
    .bytes(presence.data)
}

export function readPresence(reader: Reader): PresenceMessage {
  const instance = reader.fixed(16)
  const device = reader.fixed(32)
  const counter = reader.uint()
  const activity = standings[reader.u8()] ?? reader.refuse()
  return { instance, device, counter, activity, name: reader.string(maxPresenceNameBytes), data: reader.bytes(maxPresenceBytes) }
}
