/**
 * The signed part of a block: who wrote it, after what, for which document, and a keyed hash of what it holds.
 * Hashed and signed in full; the block's id is the hash of the encoded header, never of the signature (docs/PROTOCOL.md#block).
 */
export interface BlockHeader {
  /** 32 bytes. */
  readonly space: Uint8Array
  /** 32-byte root key of the author. */
  readonly identity: Uint8Array
  /** 32-byte signing key of the author's device. */
  readonly device: Uint8Array
  /** Which of the device's writers; each has a feed and a Yjs clientID of its own. 0 to 2^32 - 1. */
  readonly slot: number
  /** Place in the feed, from 0. */
  readonly seq: number
  /** Id of the feed's block before this one; 32 zero bytes at seq 0. */
  readonly previous: Uint8Array
  /** Ids of the newest blocks of other feeds that were applied when this was cut, ascending, none in the past of another or of `previous`. */
  readonly dependencies: readonly Uint8Array[]
  /** Heads of the membership log when this was cut, ascending. */
  readonly membership: readonly Uint8Array[]
  /** 16 bytes: zero for the root document, else the id of the item that owns it. */
  readonly document: Uint8Array
  /** Id of the epoch key under which {@link plaintextHash} is made. */
  readonly keyId: Uint8Array
  /** Yjs clocks of the payload's own structs: from (inclusive) to (exclusive). Equal where it only deletes. */
  readonly from: number
  readonly to: number
  /** Milliseconds since the Unix epoch by the author's clock; for display only. */
  readonly timeMs: number
  /** HMAC-SHA-256 of the payload under the epoch's plaintext-hash key. */
  readonly plaintextHash: Uint8Array
}
