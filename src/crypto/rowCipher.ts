import { gcm } from '@noble/ciphers/aes.js'
import { scryptAsync } from '@noble/hashes/scrypt.js'
import { utf8 } from '../shared/bytes.ts'

/*
 * What seals rows at rest under a passphrase. AES-256-GCM is synchronous here, unlike the platform's, because an edit has to be sealed in the task that
 * wrote it. Loaded on demand (storage/passphrase/loadLocking.ts).
 */

/** What makes a key of a passphrase, and seals rows. */
export interface RowCipher {
  readonly derivePassphraseKey: typeof derivePassphraseKey
  readonly sealRow: typeof sealRow
  readonly openRow: typeof openRow
}

/**
 * The 32-byte key of a passphrase: scrypt over its NFKC form, at the cost that OWASP names for it (128 MB of memory, about half a second on a laptop),
 * in slices that leave the page answering.
 */
export function derivePassphraseKey(passphrase: string, salt: Uint8Array): Promise<Uint8Array> {
  return inBackground(() => scryptAsync(utf8(passphrase.normalize('NFKC')), salt, { N: 2 ** 17, r: 8, p: 1, dkLen: 32 }))
}

/**
 * Runs a task so that its slices come after timers, input and painting. Between slices it calls `scheduler.yield()`, which takes up a task of ordinary priority
 * again before any timer: the page would stand still all the while. Where there is no scheduler, slices are timers themselves.
 */
function inBackground<T>(task: () => Promise<T>): Promise<T> {
  const { scheduler } = globalThis as { readonly scheduler?: Partial<TaskScheduler> }
  return scheduler?.postTask?.(task, { priority: 'background' }) ?? task()
}

/** https://wicg.github.io/scheduling-apis/#sec-scheduler */
interface TaskScheduler {
  postTask<T>(task: () => Promise<T>, options: { readonly priority: 'background' }): Promise<T>
}

/** AES-256-GCM: ciphertext and tag. `key` 32 bytes, `nonce` 12 bytes, never used twice with one key. */
export function sealRow(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, additionalData: Uint8Array): Uint8Array {
  return gcm(key, nonce, additionalData).encrypt(plaintext)
}

/** The plaintext, or undefined where anything does not fit. Never throws. */
export function openRow(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, additionalData: Uint8Array): Uint8Array | undefined {
  try {
    return gcm(key, nonce, additionalData).decrypt(sealed)
  } catch {
    return undefined
  }
}
