import { decode, Writer, type Reader } from '../../shared/encoding.ts'
import { hasUnknownRequired, noExtensions, readExtensions, writeExtensions } from '../../shared/extensions.ts'
import { idBytes, toId, type BlockId, type DeviceId } from '../../shared/ids.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { maxProfileBytes, maxProfileCounter, type ProfileRecord } from '../../identity/profileRecord.ts'
import { maxOperationBytes } from '../../access/operation.ts'
import { sealedKeyBytes } from '../../access/keys/sealedKey.ts'
import { maxBlockBytes } from '../../feed/block.ts'
import type { FeedHead } from '../../feed/graph/blockGraph.ts'
import { maxHeadBytes, maxPartsBytes, type Bundle } from '../../feed/bundles/bundle.ts'
import { feedKeyOf, parseFeedKey } from '../../feed/feedKey.ts'
import { readBroadcast, writeBroadcast, type BroadcastMessage } from '../presence/broadcastMessage.ts'
import type { PresenceMessage } from '../presence/presenceMessage.ts'
import { readPresence, writePresence } from '../presence/presenceMessage.ts'

/**
 * What flows over a link once both ends are proven (docs/PROTOCOL.md#link-messages):
 * ```
 * ready    = 20 · ext
 * ops      = 21 · list bytes operation
 * keys     = 25 · list (key id 32 · sealed 80)                          content keys, sealed to the reading device, out of its reach
 * op-heads = 23 · list head 32
 * heads    = 40 · list (device 32 · slot 4 · seq uint · block id 32)   "this I have, and what comes before it in its feed; send me what I lack"
 * blocks   = 41 · list bytes block
 * presence = 42 · …
 * ping     = 43     pong = 44
 * received = 45 · uint messages        how many `blocks` messages were worked through
 * spare    = 47 · list (device 32 · u8 spared)    "send me this device's blocks only where others rest on them"; or again, by the heads that follow
 * bundle   = 48 · bytes head · bytes parts                             feed/bundles/bundle.ts
 * want     = 49 · list block id 32                                     "send these, whatever I have said": their stored copies cannot be read
 * reach    = 46 · uint peers           between tabs: how many members the networking tab is linked to
 * profile-heads = 4b · list (device 32 · counter uint · id 32)         "these profiles I hold"
 * profile-want  = 4d · list id 32       profiles = 4f · list bytes record
 * broadcast     = 51 · …
 * stored        = 53 · device 32 · list block id 32     "of your feeds these are on the disk of this device of mine, and what comes before them"
 * ```
 */
export type LinkMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'ops'; readonly operations: readonly Uint8Array[] }
  | { readonly type: 'keys'; readonly keys: readonly HandedKey[] }
  | { readonly type: 'op-heads'; readonly heads: readonly Uint8Array[] }
  | { readonly type: 'heads'; readonly heads: readonly FeedHead[] }
  | { readonly type: 'blocks'; readonly blocks: readonly Uint8Array[] }
  | { readonly type: 'bundle'; readonly bundle: Bundle }
  | { readonly type: 'presence'; readonly presence: PresenceMessage }
  | { readonly type: 'broadcast'; readonly broadcast: BroadcastMessage }
  | { readonly type: 'ping' }
  | { readonly type: 'pong' }
  | { readonly type: 'received'; readonly count: number }
  | { readonly type: 'spare'; readonly devices: readonly SparedDevice[] }
  | { readonly type: 'want'; readonly blocks: readonly BlockId[] }
  | { readonly type: 'reach'; readonly peers: number }
  | { readonly type: 'profile-heads'; readonly heads: readonly ProfileHead[] }
  | { readonly type: 'profile-want'; readonly ids: readonly Uint8Array[] }
  | { readonly type: 'profiles'; readonly records: readonly Uint8Array[] }
  | { readonly type: 'stored'; readonly by: DeviceId; readonly blocks: readonly BlockId[] }
  /** An odd type of a later version: ignored. */
  | { readonly type: 'unknown' }

/** A content key on its way to a device: 32-byte id, and 80 bytes (sealedKey.ts). */
export interface HandedKey {
  readonly id: Uint8Array
  readonly sealed: Uint8Array
}

/** A device whose blocks are wanted no more than needed, or again. */
export interface SparedDevice {
  readonly device: DeviceId
  readonly spared: boolean
}

/** Which profile is held of a device. */
export type ProfileHead = Pick<ProfileRecord, 'device' | 'counter' | 'id'>

const types = {
  ready: 0x20,
  ops: 0x21,
  'op-heads': 0x23,
  keys: 0x25,
  heads: 0x40,
  blocks: 0x41,
  presence: 0x42,
  ping: 0x43,
  pong: 0x44,
  received: 0x45,
  reach: 0x46,
  spare: 0x47,
  bundle: 0x48,
  want: 0x49,
  'profile-heads': 0x4b,
  'profile-want': 0x4d,
  profiles: 0x4f,
  broadcast: 0x51,
  stored: 0x53,
} as const

const maxOperationsPerMessage = 1024
/** Half of what a message may have. */
const maxOperationBytesPerMessage = 1024 * 1024
/** The most heads that are said; further ones are left out, and their blocks sent once more. */
export const maxFeeds = 16_384
const maxBlocksPerMessage = 1024
/** The most devices that a peer may ask to be spared. */
export const maxSparedDevices = 1024
/** The most blocks that are asked for at once by name. */
export const maxWantedBlocks = 1024
/** The most blocks that are named as stored: the ends of one device's feeds. */
export const maxStoredHeads = 256
export const maxOperationHeads = 64
export const maxKeys = 16
/** The most profiles that are named or asked for at once. */
export const maxProfileHeads = 1024
export const maxProfilesPerMessage = 64
/** What is put into a message; a single record fits always. */
export const maxProfileBytesPerMessage = 256 * 1024

export function encodeLinkMessage(message: Exclude<LinkMessage, { type: 'unknown' }>): Uint8Array {
  const writer = new Writer().u8(types[message.type])
  switch (message.type) {
    case 'ready':
      writeExtensions(writer, noExtensions)
      break
    case 'ops':
      writer.list(message.operations, (operation) => writer.bytes(operation))
      break
    case 'keys':
      writer.list(message.keys, ({ id, sealed }) => writer.fixed(id).fixed(sealed))
      break
    case 'op-heads':
      writer.list(message.heads.slice(0, maxOperationHeads), (head) => writer.fixed(head))
      break
    case 'heads':
      writer.list(message.heads.slice(0, maxFeeds), ({ feed, seq, id }) => {
        const { device, slot } = parseFeedKey(feed)!
        writer.fixed(device).u32(slot).uint(seq).fixed(idBytes(id))
      })
      break
    case 'blocks':
      writer.list(message.blocks, (block) => writer.bytes(block))
      break
    case 'bundle':
      writer.bytes(message.bundle.head).bytes(message.bundle.parts)
      break
    case 'presence':
      writePresence(writer, message.presence)
      break
    case 'broadcast':
      writeBroadcast(writer, message.broadcast)
      break
    case 'received':
      writer.uint(message.count)
      break
    case 'spare':
      writer.list(message.devices, ({ device, spared }) => writer.fixed(idBytes(device)).u8(spared ? 1 : 0))
      break
    case 'want':
      writer.list(message.blocks, (block) => writer.fixed(idBytes(block)))
      break
    case 'reach':
      writer.uint(message.peers)
      break
    case 'profile-heads':
      writer.list(message.heads, ({ device, counter, id }) => writer.fixed(idBytes(device)).uint(counter).fixed(id))
      break
    case 'profile-want':
      writer.list(message.ids, (id) => writer.fixed(id))
      break
    case 'profiles':
      writer.list(message.records, (record) => writer.bytes(record))
      break
    case 'stored':
      writer.fixed(idBytes(message.by)).list(message.blocks, (block) => writer.fixed(idBytes(block)))
      break
  }
  return writer.finish()
}

/** Operations in the portions in which they go into messages, in order. */
export function portionsOf(operations: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] {
  const portions: Uint8Array[][] = []
  let bytes = 0
  for (const operation of operations) {
    const last = portions.at(-1)
    bytes += operation.length
    if (last !== undefined && last.length < maxOperationsPerMessage && bytes <= maxOperationBytesPerMessage) last.push(operation)
    else {
      portions.push([operation])
      bytes = operation.length
    }
  }
  return portions
}

/** Reads a message strictly. An unknown even type asks for a newer version. Never throws. */
export function decodeLinkMessage(bytes: Uint8Array): Result<LinkMessage, 'malformed' | 'newer-version'> {
  const type = bytes[0]
  if (type !== undefined && !Object.values<number>(types).includes(type))
    return type % 2 === 0 ? fail('newer-version') : ok({ type: 'unknown' })
  const decoded = decode(bytes, readMessage)
  if (!decoded.ok) return fail('malformed')
  return decoded.value === 'newer-version' ? fail('newer-version') : ok(decoded.value)
}

function readMessage(reader: Reader): LinkMessage | 'newer-version' {
  const type = reader.u8()
  switch (type) {
    case types.ready:
      return hasUnknownRequired(readExtensions(reader)) ? 'newer-version' : { type: 'ready' }
    case types.ops:
      return { type: 'ops', operations: reader.list(maxOperationsPerMessage, () => reader.bytes(maxOperationBytes)) }
    case types.keys:
      return { type: 'keys', keys: reader.list(maxKeys, () => ({ id: reader.fixed(32), sealed: reader.fixed(sealedKeyBytes) })) }
    case types['op-heads']:
      return { type: 'op-heads', heads: reader.list(maxOperationHeads, () => reader.fixed(32)) }
    case types.heads:
      return { type: 'heads', heads: reader.list(maxFeeds, () => readHead(reader)) }
    case types.blocks:
      return { type: 'blocks', blocks: reader.list(maxBlocksPerMessage, () => reader.bytes(maxBlockBytes)) }
    case types.bundle:
      return { type: 'bundle', bundle: { head: reader.bytes(maxHeadBytes), parts: reader.bytes(maxPartsBytes) } }
    case types.presence:
      return { type: 'presence', presence: readPresence(reader) }
    case types.broadcast:
      return { type: 'broadcast', broadcast: readBroadcast(reader) }
    case types.ping:
      return { type: 'ping' }
    case types.pong:
      return { type: 'pong' }
    case types.received:
      return { type: 'received', count: reader.uint() }
    case types.spare:
      return { type: 'spare', devices: reader.list(maxSparedDevices, () => readSpared(reader)) }
    case types.want:
      return { type: 'want', blocks: reader.list(maxWantedBlocks, () => toId<BlockId>(reader.fixed(32))) }
    case types.reach:
      return { type: 'reach', peers: reader.uint(100_000) }
    case types['profile-heads']:
      return { type: 'profile-heads', heads: reader.list(maxProfileHeads, () => readProfileHead(reader)) }
    case types['profile-want']:
      return { type: 'profile-want', ids: reader.list(maxProfileHeads, () => reader.fixed(32)) }
    case types.profiles:
      return { type: 'profiles', records: reader.list(maxProfilesPerMessage, () => reader.bytes(maxProfileBytes)) }
    case types.stored: {
      const by = toId<DeviceId>(reader.fixed(32))
      return { type: 'stored', by, blocks: reader.list(maxStoredHeads, () => toId<BlockId>(reader.fixed(32))) }
    }
    default:
      return reader.refuse()
  }
}

function readSpared(reader: Reader): SparedDevice {
  const device = toId<DeviceId>(reader.fixed(32))
  const spared = reader.u8()
  if (spared > 1) reader.refuse()
  return { device, spared: spared === 1 }
}

function readHead(reader: Reader): FeedHead {
  const feed = feedKeyOf(reader.fixed(32), reader.u32())
  return { feed, seq: reader.uint(), id: toId<BlockId>(reader.fixed(32)) }
}

function readProfileHead(reader: Reader): ProfileHead {
  return { device: toId<DeviceId>(reader.fixed(32)), counter: reader.uint(maxProfileCounter), id: reader.fixed(32) }
}
