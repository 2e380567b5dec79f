/**
 * The cryptography the rest of the code may use. Two implementations: `webCrypto.ts` (WebCrypto, with noble where the
 * browser lacks Ed25519 or X25519) and `testing/simulatedCrypto.ts` (keyed hashes, for seeded simulations; in no product entry).
 * Hash, HMAC and HKDF are synchronous because a block is cut synchronously; everything with a key pair is not.
 */
export interface CryptoPort {
  /** SHA-256: 32 bytes. */
  hash(data: Uint8Array): Uint8Array
  /** HMAC-SHA-256: 32 bytes. */
  hmac(key: Uint8Array, data: Uint8Array): Uint8Array
  /** HKDF-SHA-256 (RFC 5869), extract and expand. An absent salt is the empty one. */
  hkdf(ikm: Uint8Array, salt: Uint8Array | undefined, info: Uint8Array, length: number): Uint8Array
  /** HKDF-Extract: 32 bytes. */
  hkdfExtract(salt: Uint8Array, ikm: Uint8Array): Uint8Array
  /** HKDF-Expand of a 32-byte pseudorandom key. */
  hkdfExpand(prk: Uint8Array, info: Uint8Array, length: number): Uint8Array
  /** Fresh random bytes, at most 65,536 a call. */
  randomBytes(length: number): Uint8Array

  /** A new Ed25519 key, not extractable where the platform can keep it so. */
  createSigningKey(): Promise<SigningKey>
  /** The Ed25519 key of a 32-byte seed. @throws TypeError for another length. */
  signingKeyFromSeed(seed: Uint8Array): Promise<SigningKey>
  /**
   * A signing key from what once was {@link SigningKey.stored}, or from 32 secret bytes (which it then keeps as `stored`),
   * or undefined where it is neither, or of a platform that had more. Never throws.
   */
  restoreSigningKey(stored: unknown): Promise<SigningKey | undefined>
  /**
   * The one verification rule: canonical and torsion-free key, not the identity; canonical, S < L; bytes(SB - kA) = R.
   * @returns false for anything else, also for wrong lengths. Never throws.
   */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>
  /** Whether 32 bytes are a public key that {@link verify} could ever accept. Never throws. */
  isSigningPublicKey(publicKey: Uint8Array): boolean

  /** A new X25519 key, not extractable where the platform can keep it so. */
  createAgreementKey(): Promise<AgreementKey>
  /** The X25519 key of 32 secret bytes. @throws TypeError for another length. */
  agreementKeyFromSeed(seed: Uint8Array): Promise<AgreementKey>
  /** As {@link restoreSigningKey}. */
  restoreAgreementKey(stored: unknown): Promise<AgreementKey | undefined>

  /** AES-256-GCM: ciphertext and 16-byte tag. `key` 32 bytes, never written to afterwards; `nonce` 12 bytes. @throws TypeError for other lengths. */
  seal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, additionalData: Uint8Array): Promise<Uint8Array>
  /** The plaintext, or undefined where key, nonce, data or tag do not fit. Never throws. */
  open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, additionalData: Uint8Array): Promise<Uint8Array | undefined>

  /**
   * Deflates bytes (RFC 1951, raw). Compression stands in this port because what it is done to is sealed right after, and because it is the
   * platform's and asynchronous, so that simulations need one of their own.
   */
  deflate(data: Uint8Array): Promise<Uint8Array>
  /** Undoes {@link deflate}; undefined where `data` is no such thing or holds more than `maxBytes`, of which no more is unpacked. Never throws. */
  inflate(data: Uint8Array, maxBytes: number): Promise<Uint8Array | undefined>

  /** A key that can wrap secrets on this device and, where the platform can, never leaves it. */
  createWrappingKey(): Promise<WrappingKey>
  /** As {@link restoreSigningKey}. */
  restoreWrappingKey(stored: unknown): Promise<WrappingKey | undefined>
}

/** The secret half of an Ed25519 pair. */
export interface SigningKey {
  /** 32-byte Ed25519 public key. */
  readonly publicKey: Uint8Array
  /** What storage keeps: structured-cloneable (a CryptoKey pair where possible, else the seed). Secret. */
  readonly stored: unknown
  /** 64-byte signature (RFC 8032). */
  sign(message: Uint8Array): Promise<Uint8Array>
}

/** The secret half of an X25519 pair. */
export interface AgreementKey {
  /** 32-byte X25519 public key. */
  readonly publicKey: Uint8Array
  readonly stored: unknown
  /** The 32-byte shared secret, or undefined where the peer's key is of low order (all-zero result, RFC 7748 section 6.1). */
  agree(peerPublicKey: Uint8Array): Promise<Uint8Array | undefined>
}

/** Seals small secrets under a device-bound key, with a random nonce in front. */
export interface WrappingKey {
  readonly stored: unknown
  wrap(secret: Uint8Array): Promise<Uint8Array>
  unwrap(wrapped: Uint8Array): Promise<Uint8Array | undefined>
}
