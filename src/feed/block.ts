import { decode, Writer, type DecodeFault } from '../shared/encoding.ts'
import { fail, type Result } from '../shared/result.ts'
import type { CryptoPort, SigningKey } from '../crypto/cryptoPort.ts'
import { labelledSign, labelledVerify } from '../crypto/labels.ts'
import { maxEnvelopeBytes } from './envelope.ts'
import { maxHeaderBytes } from './header.ts'

/** A block as it is stored and sent. */
export interface Block {
  /** The encoded header (feed/header.ts). */
  readonly header: Uint8Array
  /** 64 bytes: sign(`block`, header) by the header's device. */
  readonly signature: Uint8Array
  /** The sealed payload (feed/envelope.ts); not part of what is signed. */
  readonly envelope: Uint8Array
}

/** The longest encoded block, in bytes. */
export const maxBlockBytes = maxHeaderBytes + 64 + maxEnvelopeBytes + 16

/** `bytes header · signature 64 · bytes envelope`. */
export function encodeBlock({ header, signature, envelope }: Block): Uint8Array {
  return new Writer().bytes(header).fixed(signature).bytes(envelope).finish()
}

/** Splits a block into its parts; what they hold is judged elsewhere. Never throws. */
export function decodeBlock(bytes: Uint8Array): Result<Block, DecodeFault> {
  if (bytes.length > maxBlockBytes) return fail('too-large')
  return decode(bytes, (reader) => ({
    header: reader.bytes(maxHeaderBytes),
    signature: reader.fixed(64),
    envelope: reader.bytes(maxEnvelopeBytes),
  }))
}

/** Signs an encoded header. @returns 64 bytes */
export function signBlock(key: SigningKey, header: Uint8Array): Promise<Uint8Array> {
  return labelledSign(key, 'block', header)
}

/** Whether `device` (32 bytes) signed the block's header. Never throws. */
export function verifyBlock(
  crypto: CryptoPort,
  device: Uint8Array,
  { header, signature }: Pick<Block, 'header' | 'signature'>,
): Promise<boolean> {
  return labelledVerify(crypto, device, signature, 'block', header)
}
