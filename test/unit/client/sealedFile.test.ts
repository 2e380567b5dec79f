import { expect, it } from 'vitest'
import { sha256 } from '@noble/hashes/sha2.js'
import { openFile, sealFile, type DeriveKey } from '../../../src/client/transfer/sealedFile.ts'
import { concatBytes, equalBytes, utf8 } from '../../../src/shared/bytes.ts'
import { systemRandom } from '../../../src/shared/ports.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'

const deriveKey: DeriveKey = async (passphrase, salt) => sha256(concatBytes(salt, utf8(passphrase)))

async function* inPortions(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.slice(start, start + size)
}

async function whole(portions: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of portions) parts.push(part)
  return concatBytes(...parts)
}

it('a locked file gives back what went in, in portions of any size, and tells where it was cut off between two of its own', async () => {
  const crypto = await createSimulatedCrypto(systemRandom)
  const content = Uint8Array.from({ length: 600_000 }, (_, i) => (i * i) >> 5)
  const parts: Uint8Array[] = []
  for await (const part of sealFile(crypto, deriveKey, 'horse', inPortions(content, 70_001))) parts.push(part)
  const open = (file: Uint8Array, size = 9_999): Promise<Uint8Array> => whole(openFile(crypto, deriveKey, 'horse', inPortions(file, size)))
  expect(parts.length).toBe(4)
  for (const size of [9_999, 1_000_000]) expect(equalBytes(await open(concatBytes(...parts), size), content)).toBe(true)
  await expect(open(concatBytes(...parts.slice(0, 3)))).rejects.toMatchObject({ code: 'import-damaged' })
  await expect(open(concatBytes(parts[0]!, parts[2]!, parts[1]!, parts[3]!))).rejects.toMatchObject({ code: 'bad-passphrase' })
  await expect(open(concatBytes(...parts, parts[3]!))).rejects.toMatchObject({ code: 'import-damaged' })
  const empty = await whole(sealFile(crypto, deriveKey, 'horse', inPortions(new Uint8Array(), 1)))
  expect(await open(empty)).toEqual(new Uint8Array())
})
