import { decode, Writer } from '../../shared/encoding.ts'
import { idBytes, toId, type BlockId } from '../../shared/ids.ts'
import type { DocumentRule } from '../writing/guardInDocument.ts'

/** What a cache of a document says of its content. */
export interface CacheMark {
  /** The newest blocks applied when it was made: the document held all blocks of their past, and nothing else. */
  readonly heads: readonly BlockId[]
  /** Blocks of that past whose payloads were left out, and why. */
  readonly leftOut: readonly { readonly block: BlockId; readonly rule: DocumentRule }[]
  /** The document's Yjs state vector. */
  readonly stateVector: Uint8Array
}

/** Raised with every change of what a document makes of the same blocks. */
const version = 1
const maxIds = 65_536
const rules: readonly DocumentRule[] = ['g10', 'g11', 'rests']
const maxStateVectorBytes = 1024 * 1024

/** `01 · list head 32 · list (left out 32 · rule u8) · bytes state vector`. */
export function encodeCacheMark({ heads, leftOut, stateVector }: CacheMark): Uint8Array {
  return new Writer()
    .u8(version)
    .list(heads, (id, writer) => writer.fixed(idBytes(id)))
    .list(leftOut, ({ block, rule }, writer) => writer.fixed(idBytes(block)).u8(rules.indexOf(rule)))
    .bytes(stateVector)
    .finish()
}

/** The mark in these bytes; undefined where they are none of this version. Never throws. */
export function decodeCacheMark(bytes: Uint8Array): CacheMark | undefined {
  const mark = decode(bytes, (reader): CacheMark => {
    if (reader.u8() !== version) reader.refuse()
    return {
      heads: reader.list(maxIds, () => toId<BlockId>(reader.fixed(32))),
      leftOut: reader.list(maxIds, () => ({ block: toId<BlockId>(reader.fixed(32)), rule: rules[reader.u8()] ?? reader.refuse() })),
      stateVector: reader.bytes(maxStateVectorBytes),
    }
  })
  return mark.ok ? mark.value : undefined
}
