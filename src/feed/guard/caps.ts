/** Rule G9: what one update may hold at most. */
export interface GuardCaps {
  readonly maxBytes: number
  readonly maxStructs: number
  /** Ranges of the delete set, over all clients. */
  readonly maxRanges: number
  /** Clocks that the update may add. */
  readonly maxAdvance: number
  /** Values inside values, over the whole update. */
  readonly maxNodes: number
}

/** The caps of a block as a live author cuts it. */
export const blockCaps: GuardCaps = {
  maxBytes: 1024 * 1024,
  maxStructs: 2_048,
  maxRanges: 4_096,
  maxAdvance: 2 ** 20,
  maxNodes: 2 ** 18,
}

/** The longest map key, attribute, format or element name, in bytes. */
export const maxKeyBytes = 1024
/** The longest JSON text of a format or an embed, in bytes. */
export const maxJsonBytes = 64 * 1024
/** How deep values may nest. */
export const maxDepth = 32
