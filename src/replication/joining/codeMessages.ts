import { decode, Writer, type Reader } from '../../shared/encoding.ts'

/**
 * What guest and host say between answer and log (docs/PROTOCOL.md#join):
 * ```
 * code-a = 32 · run u8 · share 32     code-b  = 33 · run u8 · share 32      tag = 34 · tag 64
 * code-ok = 35 · tag 64               code-wrong = 36 · tries left u8       pending = 37
 * ```
 */
export type CodeMessage =
  | { readonly kind: 'code-a'; readonly run: number; readonly share: Uint8Array }
  | { readonly kind: 'code-b'; readonly run: number; readonly share: Uint8Array }
  | { readonly kind: 'tag'; readonly tag: Uint8Array }
  | { readonly kind: 'code-ok'; readonly tag: Uint8Array }
  | { readonly kind: 'code-wrong'; readonly triesLeft: number }
  | { readonly kind: 'pending' }

const types = { 'code-a': 0x32, 'code-b': 0x33, tag: 0x34, 'code-ok': 0x35, 'code-wrong': 0x36, pending: 0x37 } as const

/** Runs on one connection; then it is enough. */
export const maxCodeRuns = 10
/** Wrong codes of all guests of an invitation together; the last one ends it. */
export const maxWrongCodes = 3
const tagBytes = 64

export function encodeCodeMessage(message: CodeMessage): Uint8Array {
  const writer = new Writer().u8(types[message.kind])
  switch (message.kind) {
    case 'code-a':
    case 'code-b':
      return writer.u8(message.run).fixed(message.share).finish()
    case 'tag':
    case 'code-ok':
      return writer.fixed(message.tag).finish()
    case 'code-wrong':
      return writer.u8(message.triesLeft).finish()
    case 'pending':
      return writer.finish()
  }
}

/** The message if it is one of this kind; undefined for anything else. Never throws. */
export function decodeCodeMessage<Kind extends CodeMessage['kind']>(
  kind: Kind,
  bytes: Uint8Array,
): Extract<CodeMessage, { readonly kind: Kind }> | undefined {
  const decoded = decode(bytes, (reader) => {
    if (reader.u8() !== types[kind]) reader.refuse()
    return { kind, ...readFields(kind, reader) }
  })
  return decoded.ok ? (decoded.value as unknown as Extract<CodeMessage, { readonly kind: Kind }>) : undefined
}

function readFields(kind: CodeMessage['kind'], reader: Reader) {
  switch (kind) {
    case 'code-a':
    case 'code-b': {
      const run = reader.u8()
      return run === 0 || run > maxCodeRuns ? reader.refuse() : { run, share: reader.fixed(32) }
    }
    case 'tag':
    case 'code-ok':
      return { tag: reader.fixed(tagBytes) }
    case 'code-wrong': {
      const triesLeft = reader.u8()
      return triesLeft >= maxWrongCodes ? reader.refuse() : { triesLeft }
    }
    case 'pending':
      return {}
  }
}
