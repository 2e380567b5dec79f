/** The content keys of a space, one per epoch, that this device can open. Lives in memory; secret. */
export interface EpochKey {
  /** 32 bytes: H(`key id`, space, key). */
  readonly id: Uint8Array
  /** 32 bytes. Secret. */
  readonly key: Uint8Array
  /** Subkeys derived so far, by name (epochKeys.ts): HKDF once a block would cost more than opening it. Secret. */
  readonly derived?: Map<string, Uint8Array>
}

export interface KeyRing {
  /** The key to write under (M19-M20), or undefined where none could be opened yet. */
  newest(): EpochKey | undefined
  /** All held keys that epochs of the log name, usable or not, the causally latest first. */
  recent(): readonly EpochKey[]
  /** The key with this id, or undefined. */
  get(id: Uint8Array): EpochKey | undefined
  /** Adds an opened key. @returns false where the bytes do not hash to `id`. */
  add(id: Uint8Array, key: Uint8Array): boolean
  all(): readonly EpochKey[]
  /** Runs after a key was added. */
  onAdded(listener: (key: EpochKey) => void): () => void
}
