import { EchoError } from '../shared/echoError.ts'
import { systemRandom } from '../shared/ports.ts'
import { createAgreement, hasPlatformAgreement, type ScalarMultiply } from './agreement.ts'
import { createAuthenticatedEncryption } from './authenticatedEncryption.ts'
import { compression } from './compression.ts'
import type { CryptoPort } from './cryptoPort.ts'
import { hashing } from './hashing.ts'
import { createSigning, hasPlatformSigning } from './signing.ts'

export interface WebCryptoOptions {
  /** `noble` leaves the platform's Ed25519 aside; for tests of the path that older browsers take. */
  readonly ed25519?: 'auto' | 'noble'
  /** The same for X25519. */
  readonly x25519?: 'auto' | 'noble'
}

/**
 * The real {@link CryptoPort}: WebCrypto, with noble where the platform lacks Ed25519 or X25519 (or verifies by another rule).
 * @throws EchoError not-a-secure-context where there is no WebCrypto at all.
 */
export async function createWebCrypto(options: WebCryptoOptions = {}): Promise<CryptoPort> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle
  if (subtle === undefined) {
    throw new EchoError(
      'not-a-secure-context',
      'This page has no WebCrypto, because it was not loaded from a secure context. Serve it over https, or from localhost while developing.',
    )
  }
  const [hasSigning, hasAgreement] = await Promise.all([
    options.ed25519 === 'noble' ? false : hasPlatformSigning(subtle),
    options.x25519 === 'noble' ? false : hasPlatformAgreement(subtle),
  ])
  const randomBytes = systemRandom.bytes
  return {
    ...hashing,
    randomBytes,
    ...createSigning(subtle, hasSigning, randomBytes),
    ...createAgreement(subtle, hasAgreement ? undefined : await loadScalarMultiply(), randomBytes),
    ...createAuthenticatedEncryption(subtle, randomBytes),
    ...compression,
  }
}

/** Loaded on demand: current browsers never need it. */
async function loadScalarMultiply(): Promise<ScalarMultiply> {
  const { x25519 } = await import('@noble/curves/ed25519.js')
  return (scalar, point) => x25519.getSharedSecret(scalar, point)
}
