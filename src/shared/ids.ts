import { toBase64Url, fromBase64Url } from './bytes.ts'
import type { Random } from './ports.ts'

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** A space: the hash of its genesis, 32 bytes in 43 base64url characters. */
export type SpaceId = Branded<'SpaceId'>
/** An item: 128 random bits in 22 base64url characters. */
export type ItemId = Branded<'ItemId'>
/** A person: the public root key, 32 bytes in 43 base64url characters. */
export type IdentityId = Branded<'IdentityId'>
/** A device: its public signing key, 32 bytes in 43 base64url characters. */
export type DeviceId = Branded<'DeviceId'>
/** A block: the hash of its header, 32 bytes in 43 base64url characters. */
export type BlockId = Branded<'BlockId'>
/** A document of a space: {@link rootDocumentId} or the id of the item that owns it. */
export type DocumentId = Branded<'DocumentId'>

/** The text form of an id's bytes. The caller names which kind it is: `toId<SpaceId>(bytes)`. */
export function toId<Id extends string>(bytes: Uint8Array): Id {
  return toBase64Url(bytes) as Id
}

/** The bytes of an id made by {@link toId}. @throws TypeError where the text is no id: ids from outside go through {@link parseId} first. */
export function idBytes(id: string): Uint8Array {
  const bytes = fromBase64Url(id)
  if (bytes === undefined) throw new TypeError('not an id')
  return bytes
}

/** An id from outside, or undefined where it is not exactly `length` bytes. Never throws. */
export function parseId<Id extends string>(text: string, length: 16 | 32): Id | undefined {
  return fromBase64Url(text)?.length === length ? (text as Id) : undefined
}

/** A fresh item id. */
export function createItemId(random: Random): ItemId {
  return toId<ItemId>(random.bytes(16))
}

/** The id of a space's root document: 16 zero bytes. */
export const rootDocumentId = toId<DocumentId>(new Uint8Array(16))
