import { readAscendingIds } from '../../shared/ascendingIds.ts'
import { compareBytes } from '../../shared/bytes.ts'
import { decode, Writer, type DecodeFault, type Reader } from '../../shared/encoding.ts'
import { noExtensions, readExtensions, writeExtensions, type Extensions } from '../../shared/extensions.ts'
import type { Result } from '../../shared/result.ts'
import { maxEntryIndex, maxParents, type EntryReference } from '../operation.ts'

/*
 * Grammar (docs/PROTOCOL.md#end):
 *   end    = target · cut · list(<=1024) block 32, ascending · ext
 *   target = 0 identity 32 | 1 admission (operation 32 · index uint) | 2 device 32 | 3 invitation 32
 *   cut    = 0 (the parents) | 1 list(1..64) head 32, ascending
 */

/** Most blocks a cut may name. */
export const maxCutBlocks = 1_024

/** Whom or what an operation ends. */
export type EndTarget =
  /** All admissions of a person that the signer may end. */
  | { readonly kind: 'identity'; readonly identity: Uint8Array }
  /** One admission: a demotion; or the signer's own, and then he leaves. */
  | { readonly kind: 'admission'; readonly admission: EntryReference }
  /** A device of the signer's own admission. */
  | { readonly kind: 'device'; readonly device: Uint8Array }
  | { readonly kind: 'invitation'; readonly invitation: Uint8Array }

/** The body of an operation that removes, demotes, revokes, leaves or closes. */
export interface EndBody {
  readonly target: EndTarget
  /** 32-byte ids of operations: what they and their pasts hold stays valid (M8). Absent = the operation's parents. */
  readonly cut?: readonly Uint8Array[]
  /** 32-byte ids of the newest content blocks that stay, one for each feed of the target. */
  readonly blocks: readonly Uint8Array[]
  readonly extensions?: Extensions
}

const targetCodes = { identity: 0, admission: 1, device: 2, invitation: 3 } as const

export function encodeEndBody({ target, cut, blocks, extensions = noExtensions }: EndBody): Uint8Array {
  const writer = new Writer().u8(targetCodes[target.kind])
  if (target.kind === 'identity') writer.fixed(target.identity)
  else if (target.kind === 'device') writer.fixed(target.device)
  else if (target.kind === 'invitation') writer.fixed(target.invitation)
  else writer.fixed(target.admission.operation).uint(target.admission.index)
  if (cut === undefined) writer.u8(0)
  else writer.u8(1).list([...cut].sort(compareBytes), (head, list) => list.fixed(head))
  writer.list([...blocks].sort(compareBytes), (block, list) => list.fixed(block))
  writeExtensions(writer, extensions)
  return writer.finish()
}

/** Never throws. */
export function decodeEndBody(bytes: Uint8Array): Result<EndBody & { readonly extensions: Extensions }, DecodeFault> {
  return decode(bytes, (reader) => {
    const target = readTarget(reader)
    const hasCut = reader.u8()
    if (hasCut > 1) reader.refuse()
    const cut = hasCut === 1 ? readAscendingIds(reader, maxParents) : undefined
    if (cut?.length === 0) reader.refuse()
    const blocks = readAscendingIds(reader, maxCutBlocks)
    return { target, ...(cut && { cut }), blocks, extensions: readExtensions(reader) }
  })
}

function readTarget(reader: Reader): EndTarget {
  switch (reader.u8()) {
    case targetCodes.identity:
      return { kind: 'identity', identity: reader.fixed(32) }
    case targetCodes.admission:
      return { kind: 'admission', admission: { operation: reader.fixed(32), index: reader.uint(maxEntryIndex) } }
    case targetCodes.device:
      return { kind: 'device', device: reader.fixed(32) }
    case targetCodes.invitation:
      return { kind: 'invitation', invitation: reader.fixed(32) }
    default:
      return reader.refuse()
  }
}
