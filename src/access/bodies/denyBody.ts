import { decode, Writer, type DecodeFault } from '../../shared/encoding.ts'
import { noExtensions, readExtensions, writeExtensions, type Extensions } from '../../shared/extensions.ts'
import type { Result } from '../../shared/result.ts'

/*
 * Grammar (docs/PROTOCOL.md#deny):
 *   deny = invitation 32 · identity 32 · ext
 */

/** The body of an operation by which an admin turns a guest away from an announced invitation, so that the other admins know. */
export interface DenyBody {
  /** 32-byte id. */
  readonly invitationId: Uint8Array
  /** 32 bytes. */
  readonly identity: Uint8Array
  readonly extensions?: Extensions
}

export function encodeDenyBody({ invitationId, identity, extensions = noExtensions }: DenyBody): Uint8Array {
  const writer = new Writer().fixed(invitationId).fixed(identity)
  writeExtensions(writer, extensions)
  return writer.finish()
}

/** Never throws. */
export function decodeDenyBody(bytes: Uint8Array): Result<Required<DenyBody>, DecodeFault> {
  return decode(bytes, (reader) => ({
    invitationId: reader.fixed(32),
    identity: reader.fixed(32),
    extensions: readExtensions(reader),
  }))
}
