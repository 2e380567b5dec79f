import { expect, it } from 'vitest'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import { deriveRootKey } from '../../../src/identity/rootKey.ts'
import { toHex } from '../../../src/shared/bytes.ts'

const entropy = new Uint8Array(32).map((_, i) => i)

it('derives the root key of the protocol document', async () => {
  const root = await deriveRootKey(await createWebCrypto(), entropy)
  expect(toHex(root.signing.publicKey)).toBe('38dad71d136394c995e635b3c4bdb063c777faec7f7c4d2df0566636e33de705')
})

it('derives three values that say nothing of each other, and others from other entropy', async () => {
  const crypto = await createWebCrypto()
  const root = await deriveRootKey(crypto, entropy)
  const other = await deriveRootKey(crypto, new Uint8Array(32))
  expect(root.recoverySecret).toHaveLength(16)
  expect(root.haloNonce).toHaveLength(16)
  expect(root.haloNonce).not.toEqual(root.recoverySecret)
  expect(other.recoverySecret).not.toEqual(root.recoverySecret)
  expect(other.haloNonce).not.toEqual(root.haloNonce)
})
