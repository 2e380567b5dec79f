import { describe, expect, it } from 'vitest'
import { derivePassphraseKey } from '../../../src/crypto/rowCipher.ts'
import { toHex } from '../../../src/shared/bytes.ts'

describe('the key of a passphrase', () => {
  it('is the one that any other scrypt gives, and the page goes on while it is made', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 5)
    const key = await derivePassphraseKey('correct horse battery', new Uint8Array(16).fill(7))
    clearInterval(timer)
    // From Node's crypto.scryptSync.
    expect(toHex(key)).toBe('2b63feede8cea234cec400951fc7200cce9ff52a273e4024c21041cee579e220')
    expect(ticks).toBeGreaterThan(5)
  }, 30_000)
})
