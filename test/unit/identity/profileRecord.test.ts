import { describe, expect, it } from 'vitest'
import {
  createProfileRecord,
  decodeProfileRecord,
  isNewerProfile,
  maxPictureBytes,
  maxProfileBytes,
  maxProfileCounter,
  verifyProfileRecord,
  type Profile,
} from '../../../src/identity/profileRecord.ts'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import { labelledSign } from '../../../src/crypto/labels.ts'
import { concatBytes } from '../../../src/shared/bytes.ts'
import { Writer } from '../../../src/shared/encoding.ts'
import { createPerson } from '../access/people.ts'

const crypto = await createWebCrypto()
const ann = await createPerson(crypto)
const whole: Profile = { name: 'Änn', colour: '#2a7f0b', emoji: '👩‍🌾', picture: new Uint8Array(maxPictureBytes).fill(7) }

/** A record whose body `write` makes, properly signed by ann's device. */
async function signed(write: (writer: Writer) => Writer): Promise<Uint8Array> {
  const body = write(new Writer().u8(1).fixed(ann.record.identity).fixed(ann.record.sign)).finish()
  return concatBytes(body, await labelledSign(ann.signing, 'profile', body))
}

const zero = (writer: Writer): Writer => writer.uint(0)
const fault = (bytes: Uint8Array): unknown => {
  const decoded = decodeProfileRecord(crypto, bytes)
  return decoded.ok ? 'ok' : decoded.error
}

describe('a profile record', () => {
  it.each([[whole], [{ name: '' }], [{ name: 'Ann', emoji: '🌱' }]])(
    'is read as it was written, and holds its signature',
    async (profile: Profile) => {
      const record = await createProfileRecord(crypto, ann, 3, profile)
      const decoded = decodeProfileRecord(crypto, record.bytes)
      expect(decoded).toEqual({
        ok: true,
        value: { ...profile, counter: 3, identity: ann.id, device: ann.deviceId, id: record.id, bytes: record.bytes },
      })
      expect(await verifyProfileRecord(crypto, record)).toBe(true)
    },
  )

  it('is refused with any byte changed, cut or added, by its form or by its signature', async () => {
    const { bytes } = await createProfileRecord(crypto, ann, 1, { name: 'Ann', colour: '#000000' })
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice()
      changed[at]! ^= 0x80
      const decoded = decodeProfileRecord(crypto, changed)
      expect(decoded.ok && (await verifyProfileRecord(crypto, decoded.value)), `byte ${at}`).toBe(false)
      expect(decodeProfileRecord(crypto, bytes.subarray(0, at)).ok).toBe(false)
    }
    expect(fault(concatBytes(bytes, Uint8Array.of(0)))).toBe('format')
  })

  it('is refused for what its form forbids, although it is signed', async () => {
    const empty = (w: Writer): Writer => w.uint(0).string('').uint(0).string('').bytes(new Uint8Array())
    expect(fault(await signed((w) => zero(empty(w))))).toBe('ok')
    expect(
      fault(
        await signed((w) =>
          zero(
            w
              .uint(maxProfileCounter + 1)
              .string('')
              .uint(0)
              .string('')
              .uint(0),
          ),
        ),
      ),
    ).toBe('format')
    expect(fault(await signed((w) => zero(w.uint(0).string('x'.repeat(65)).uint(0).string('').uint(0))))).toBe('format')
    expect(fault(await signed((w) => zero(w.uint(0).bytes(Uint8Array.of(0xff)).uint(0).string('').uint(0))))).toBe('format')
    expect(fault(await signed((w) => zero(w.uint(0).string('').uint(2).fixed(new Uint8Array(6)).string('').uint(0))))).toBe('format')
    expect(fault(await signed((w) => zero(w.uint(0).string('').uint(0).string('x'.repeat(33)).uint(0))))).toBe('format')
    expect(
      fault(
        await signed((w) =>
          zero(
            w
              .uint(0)
              .string('')
              .uint(0)
              .string('')
              .bytes(new Uint8Array(maxPictureBytes + 1)),
          ),
        ),
      ),
    ).toBe('format')
    expect(fault(new Uint8Array(maxProfileBytes + 1))).toBe('format')
    expect(fault(new Uint8Array())).toBe('format')
  })

  it('asks for a newer version where its first byte or an even field says so, and ignores an odd one', async () => {
    const withField = (tag: number) =>
      signed((w) => w.uint(0).string('').uint(0).string('').uint(0).uint(1).uint(tag).bytes(new Uint8Array(2)))
    expect(fault(await withField(3))).toBe('ok')
    expect(fault(await withField(4))).toBe('newer-version')
    expect(fault(Uint8Array.of(2, 9, 9))).toBe('newer-version')
  })

  it('does not pass for a signature of another purpose', async () => {
    const { bytes } = await createProfileRecord(crypto, ann, 1, { name: 'Ann' })
    const body = bytes.subarray(0, -64)
    const decoded = decodeProfileRecord(crypto, concatBytes(body, await labelledSign(ann.signing, 'device self', body)))
    expect(decoded.ok && (await verifyProfileRecord(crypto, decoded.value))).toBe(false)
  })

  it('stands over one with a smaller counter, and at the same counter over a greater id', async () => {
    const [a, b, c] = await Promise.all([1, 2, 2].map((counter, i) => createProfileRecord(crypto, ann, counter, { name: `${i}` })))
    expect(isNewerProfile(b!, a)).toBe(true)
    expect(isNewerProfile(a!, b)).toBe(false)
    expect(isNewerProfile(b!, c)).not.toBe(isNewerProfile(c!, b))
    expect(isNewerProfile(b!, b)).toBe(false)
    expect(isNewerProfile(a!, undefined)).toBe(true)
  })

  it.each([
    ['a long name', { name: 'ä'.repeat(33) }],
    ['a colour in words', { name: '', colour: 'red' }],
    ['a colour that ends a style', { name: '', colour: '#000000;x' }],
    ['a long emoji', { name: '', emoji: 'x'.repeat(33) }],
    ['a picture over 16 KiB', { name: '', picture: new Uint8Array(maxPictureBytes + 1) }],
  ])('cannot be made of %s', async (_what, profile) => {
    await expect(createProfileRecord(crypto, ann, 1, profile)).rejects.toMatchObject({ code: 'bad-value' })
  })
})
