import { equalBytes } from '../shared/bytes.ts'
import { idBytes, type BlockId } from '../shared/ids.ts'
import { fail, type Result } from '../shared/result.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import { openEnvelope, plaintextHash, type EnvelopeFault, type OpenOptions } from './envelope.ts'
import type { BlockHeader } from './header.ts'

/** As {@link EnvelopeFault}; `plaintext-hash`: it opens, and is not what the author signed. */
export type OpenFault = EnvelopeFault | 'plaintext-hash'

/** Opens a block's envelope and holds the payload against the header. @returns the payload. Never throws. */
export async function openBlock(
  crypto: CryptoPort,
  { space, keyRing }: Pick<OpenOptions, 'space' | 'keyRing'>,
  { id, header, envelope }: { readonly id: BlockId; readonly header: BlockHeader; readonly envelope: Uint8Array },
): Promise<Result<Uint8Array, OpenFault>> {
  const opened = await openEnvelope(crypto, { space, keyRing, blockId: idBytes(id), envelope })
  if (!opened.ok) return opened
  // It may be sealed under a newer key than that of the hash.
  const hashKey = keyRing.get(header.keyId)
  if (hashKey === undefined) return fail('unknown-key')
  return equalBytes(plaintextHash(crypto, space, hashKey, opened.value), header.plaintextHash) ? opened : fail('plaintext-hash')
}
