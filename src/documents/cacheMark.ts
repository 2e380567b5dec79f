import { decode, Writer } from '../shared/encoding.ts'
import { idBytes, toId, type BlockId } from '../shared/ids.ts'

/** What a cache of a document says of its content. */
export interface CacheMark {
  /** The newest blocks applied when it was made: the document held all blocks of their past, and nothing else. */
  readonly heads: readonly BlockId[]
  /** The document's Yjs state vector. */
  readonly stateVector: Uint8Array
}

/** Raised with every change of what a document makes of the same blocks. */
const version = 1
const maxIds = 65_536
const maxStateVectorBytes = 1024 * 1024

/** `01 · list head 32 · bytes state vector`. */
export function encodeCacheMark({ heads, stateVector }: CacheMark): Uint8Array {
  return new Writer()
    .u8(version)
    .list(heads, (id, writer) => writer.fixed(idBytes(id)))
    .bytes(stateVector)
    .finish()
}

/** The mark in these bytes; undefined where they are none of this version. Never throws. */
export function decodeCacheMark(bytes: Uint8Array): CacheMark | undefined {
  const mark = decode(bytes, (reader): CacheMark => {
    if (reader.u8() !== version) reader.refuse()
    return {
      heads: reader.list(maxIds, () => toId<BlockId>(reader.fixed(32))),
      stateVector: reader.bytes(maxStateVectorBytes),
    }
  })
  return mark.ok ? mark.value : undefined
}
