import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { RowCipher } from '../../crypto/rowCipher.ts'
import { label } from '../../crypto/labels.ts'
import { concatBytes } from '../../shared/bytes.ts'
import { maxRowKeys, rowKeyLength, saltLength, type LockRow } from './lockRow.ts'

/** The keys of rows, under a passphrase. */
export type LockedRow = Extract<LockRow, { status: 'locked' }>

const nonceLength = 12

/** Puts keys under a passphrase. It takes half a second. */
export async function lockKeys(
  crypto: Pick<CryptoPort, 'randomBytes'>,
  cipher: RowCipher,
  passphrase: string,
  keys: readonly Uint8Array[],
): Promise<LockedRow> {
  const salt = crypto.randomBytes(saltLength)
  const nonce = crypto.randomBytes(nonceLength)
  const key = await cipher.derivePassphraseKey(passphrase, salt)
  const sealed = cipher.sealRow(key, nonce, concatBytes(...keys.slice(0, maxRowKeys)), label('locked keys'))
  return { status: 'locked', salt, sealed: concatBytes(nonce, sealed) }
}

/** The keys under a passphrase, or undefined where it is another. It takes half a second. */
export async function unlockKeys(
  cipher: RowCipher,
  { salt, sealed }: LockedRow,
  passphrase: string,
): Promise<readonly Uint8Array[] | undefined> {
  const key = await cipher.derivePassphraseKey(passphrase, salt)
  const keys = cipher.openRow(key, sealed.slice(0, nonceLength), sealed.slice(nonceLength), label('locked keys'))
  if (keys === undefined || keys.length === 0 || keys.length % rowKeyLength !== 0) return undefined
  return Array.from({ length: keys.length / rowKeyLength }, (_, i) => keys.slice(i * rowKeyLength, (i + 1) * rowKeyLength))
}
