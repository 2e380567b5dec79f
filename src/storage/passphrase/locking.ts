import * as rowCipher from '../../crypto/rowCipher.ts'
import type { RowCipher } from '../../crypto/rowCipher.ts'
import { lockKeys, unlockKeys, type LockedRow } from './lockKeys.ts'
import { createRowSeal, type RowSeal, type RowSealOptions } from './sealedRows.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'

/** What locks and unlocks rows; most devices never need it. */
export interface Locking {
  /** The key of a passphrase, as {@link RowCipher} makes it. It takes half a second. */
  readonly deriveKey: RowCipher['derivePassphraseKey']
  createRowSeal(options: Omit<RowSealOptions, 'cipher'>): RowSeal
  /** Puts keys under a passphrase. It takes half a second. */
  lockKeys(crypto: Pick<CryptoPort, 'randomBytes'>, passphrase: string, keys: readonly Uint8Array[]): Promise<LockedRow>
  /** The keys under a passphrase, or undefined where it is another. It takes half a second. */
  unlockKeys(row: LockedRow, passphrase: string): Promise<readonly Uint8Array[] | undefined>
}

export function createLocking(cipher: RowCipher = rowCipher): Locking {
  return {
    deriveKey: cipher.derivePassphraseKey,
    createRowSeal: (options) => createRowSeal({ ...options, cipher }),
    lockKeys: (crypto, passphrase, keys) => lockKeys(crypto, cipher, passphrase, keys),
    unlockKeys: (row, passphrase) => unlockKeys(cipher, row, passphrase),
  }
}
