import type { Reader, Writer } from '../../shared/encoding.ts'

/**
 * What somebody says to everyone who is here: `id 16 · device 32 · string(64) channel · bytes(16,384) data`, data being JSON. Kept by nobody, sent at once.
 */
export interface BroadcastMessage {
  /** Random, so that what comes over two ways is heard once. */
  readonly id: Uint8Array
  readonly device: Uint8Array
  readonly channel: string
  /** UTF-8 JSON. */
  readonly data: Uint8Array
}

export const maxBroadcastBytes = 16_384
export const maxChannelNameBytes = 64

export function writeBroadcast(writer: Writer, { id, device, channel, data }: BroadcastMessage): void {
  writer.fixed(id).fixed(device).string(channel).bytes(data)
}

export function readBroadcast(reader: Reader): BroadcastMessage {
  return {
    id: reader.fixed(16),
    device: reader.fixed(32),
    channel: reader.string(maxChannelNameBytes),
    data: reader.bytes(maxBroadcastBytes),
  }
}
