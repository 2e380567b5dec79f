import { equalBytes, isBytes } from '../../shared/bytes.ts'

/** Where the lock lies in the keys table. */
export const lockKey = 'lock'

/**
 * What the keys table says of a passphrase. The keys that seal rows lie in it themselves: under the passphrase, or, once that was removed, in the open,
 * for the rows of a tab that had not heard of it.
 */
export type LockRow =
  | {
      readonly status: 'locked'
      readonly salt: Uint8Array
      readonly sealed: Uint8Array
    }
  | { readonly status: 'off'; readonly keys: readonly Uint8Array[] }
  /** The row is there, and is not one that this version can read. */
  | { readonly status: 'damaged' }

/** How a passphrase becomes a key (crypto/rowCipher.ts); another way gets another name. */
const passphraseFunction = 'scrypt 2^17 8 1'
export const rowKeyLength = 32
export const saltLength = 16
/** Each passphrase that was removed leaves one; rows under older ones were sealed again long since. */
export const maxRowKeys = 8

/** The row in a value, undefined where there is none. Never throws. */
export function parseLockRow(value: unknown): LockRow | undefined {
  if (value === undefined) return undefined
  const { status, salt, sealed, keys, by } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  if (status === 'off' && areRowKeys(keys)) return { status, keys }
  const isLocked = status === 'locked' && by === passphraseFunction && isBytes(salt) && salt.length === saltLength && isBytes(sealed)
  return isLocked ? { status, salt, sealed } : { status: 'damaged' }
}

function areRowKeys(value: unknown): value is Uint8Array[] {
  return Array.isArray(value) && value.length <= maxRowKeys && value.every((key) => isBytes(key) && key.length === rowKeyLength)
}

/** Whether both hold the same keys, under the same passphrase if any. */
export function isSameLock(a: LockRow | undefined, b: LockRow | undefined): boolean {
  if (a?.status === 'locked') return b?.status === 'locked' && equalBytes(a.sealed, b.sealed)
  if (a?.status !== 'off' || b?.status !== 'off') return false
  return a.keys.length === b.keys.length && a.keys.every((key, i) => equalBytes(key, b.keys[i]!))
}

/** The row to be put for a lock. */
export function putLock(row: Exclude<LockRow, { status: 'damaged' }>): { readonly key: string; readonly value: unknown } {
  const { status } = row
  if (status === 'off') return { key: lockKey, value: { status, keys: row.keys } }
  return { key: lockKey, value: { status, by: passphraseFunction, salt: row.salt, sealed: row.sealed } }
}
