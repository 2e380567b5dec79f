import { describe, expect, it } from 'vitest'
import { encodeInvitation, parseInvitation, type Invitation } from '../../../src/access/invitations/invitation.ts'
import { invitationTarget } from '../../../src/access/making/consent.ts'
import { labelledHash } from '../../../src/crypto/labels.ts'
import { concatBytes, fromBase64Url, fromHex, toBase64Url, utf8 } from '../../../src/shared/bytes.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { seededCrypto } from './people.ts'

const crypto = seededCrypto()
const app = 'example'
const secret = new Uint8Array(16).fill(0x44)
const target = invitationTarget(crypto, new Uint8Array(32).fill(0x22))
const plain: Invitation = { kind: 'space', secret, target, code: false, compare: false, approval: false, delegated: false }
const full: Invitation = {
  ...plain,
  code: true,
  approval: true,
  signaling: 'wss://signal.example/peers',
  inviter: 'Änne',
  spaceName: 'Holiday',
  role: 'reader',
  expiresAt: 1_764_150_000_000,
}
const vector = 'AZKvAERERERERERERERERERERER_BimIT3kSXxK3V-Hs5LzQAREDQW5uHMsg9A'

function codeOf(text: string, name = app): string | Invitation {
  const result = parseInvitation(crypto, name, text)
  return result.ok ? result.value : result.error.code
}

/** Bytes with a good checksum, whatever they say. */
function checked(body: Uint8Array): string {
  return toBase64Url(concatBytes(body, labelledHash(crypto, 'link check', body).slice(0, 4)))
}

/** The bytes of an invitation without the checksum, to be changed and checked again. */
function bodyOf(invitation: Invitation): Uint8Array {
  return fromBase64Url(encodeInvitation(crypto, app, invitation))!.slice(0, -4)
}

describe('the text of an invitation', () => {
  it('is that of the vectors', () => {
    expect(encodeInvitation(crypto, app, { ...plain, inviter: 'Ann' })).toBe(vector)
    expect(codeOf(vector)).toEqual({ ...plain, inviter: 'Ann' })
  })

  it('has 81 characters in a short link', () => {
    expect(`https://app.example/#echo=${encodeInvitation(crypto, app, plain)}`).toHaveLength(81)
  })

  it.each([
    ['plain', plain],
    ['full', full],
    ['a device with a code', { ...plain, kind: 'device', code: true }],
    ['a device with comparing', { ...plain, kind: 'device', compare: true }],
    ['delegated', { ...plain, delegated: true, role: 'owner', expiresAt: 0, inviter: '' }],
  ] as [string, Invitation][])('comes back as it was: %s', (_name, invitation) => {
    expect(codeOf(encodeInvitation(crypto, app, invitation))).toEqual(invitation)
  })

  it('is found alone, in any URL, and between white space', () => {
    const code = encodeInvitation(crypto, app, full)
    for (const text of [
      code,
      ` \n${code}\t\n`,
      `https://app.example/a?b=c#echo=${code}`,
      `  https://app.example/#echo=${code} \r\n`,
      `#echo=${code}`,
    ]) {
      expect(codeOf(text)).toEqual(full)
    }
  })

  it('with any character changed is malformed', () => {
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_ .%=#'
    for (let at = 0; at < vector.length; at++) {
      for (const digit of digits) {
        if (digit === vector[at]) continue
        const changed = vector.slice(0, at) + digit + vector.slice(at + 1)
        // White space at an end is none of the text, so what is left there is a truncation.
        expect([changed, codeOf(changed)]).toEqual([changed, 'invitation-malformed'])
      }
    }
  })

  it('cut anywhere, at either end, is malformed', () => {
    const text = encodeInvitation(crypto, app, full)
    for (let length = 0; length < text.length; length++) expect(codeOf(text.slice(0, length))).toBe('invitation-malformed')
    for (let start = 1; start <= text.length; start++) expect(codeOf(text.slice(start))).toBe('invitation-malformed')
    expect(codeOf(`${text}A`)).toBe('invitation-malformed')
    expect(codeOf(`${text}${text}`)).toBe('invitation-malformed')
  })

  it('is malformed for 10,000 random texts, checked or not, and never throws', () => {
    const random = createSeededRandom('invitations')
    for (let i = 0; i < 10_000; i++) {
      const bytes = random.bytes(random.below(120))
      // Half of them pass the checksum and the version, so that what stands behind is reached.
      const text = i % 2 === 0 ? toBase64Url(bytes) : checked(concatBytes(Uint8Array.of(1), bytes))
      expect(['invitation-malformed', 'invitation-wrong-app', 'invitation-newer-version']).toContain(codeOf(text))
    }
    for (let i = 0; i < 1_000; i++) {
      const text = String.fromCharCode(...Array.from({ length: random.below(60) }, () => random.below(65_536)))
      expect(codeOf(text)).toBe('invitation-malformed')
    }
    // Above 4,096 characters nothing is looked at, whatever stands at the start.
    expect(codeOf(`${vector}${' '.repeat(4_096)}`)).toBe('invitation-malformed')
    expect(codeOf('A'.repeat(1_000_000))).toBe('invitation-malformed')
  })

  it('of another app says so', () => {
    expect(codeOf(vector, 'another')).toBe('invitation-wrong-app')
  })

  it('of a newer version says so: version 2, an unknown flag, an unknown even field; an odd one is ignored', () => {
    const body = bodyOf(plain)
    expect(codeOf(checked(Uint8Array.of(2, ...body.slice(1))))).toBe('invitation-newer-version')
    expect(codeOf(checked(Uint8Array.of(2)))).toBe('invitation-newer-version')
    const flagged = body.slice()
    flagged[3] = 32
    expect(codeOf(checked(flagged))).toBe('invitation-newer-version')
    const withField = (tag: number) => checked(Uint8Array.of(...body.slice(0, -1), 1, tag, 1, 0))
    expect(codeOf(withField(0x04))).toBe('invitation-newer-version')
    expect(codeOf(withField(0x1d))).toEqual(plain)
    expect(codeOf(checked(Uint8Array.of(0, ...body.slice(1))))).toBe('invitation-malformed')
  })

  it('with a field that is not of its form is malformed, though checked', () => {
    const body = bodyOf(plain).slice(0, -1)
    const withField = (tag: number, value: Uint8Array) => codeOf(checked(Uint8Array.of(...body, 1, tag, value.length, ...value)))
    expect(withField(0x02, utf8('ws://signal.example'))).toBe('invitation-malformed')
    expect(withField(0x02, utf8('javascript:alert(1)'))).toBe('invitation-malformed')
    expect(withField(0x11, Uint8Array.of(0xff))).toBe('invitation-malformed')
    expect(withField(0x11, utf8('x'.repeat(65)))).toBe('invitation-malformed')
    expect(withField(0x13, fromHex('c328')!)).toBe('invitation-malformed')
    expect(withField(0x15, Uint8Array.of(4))).toBe('invitation-malformed')
    expect(withField(0x15, Uint8Array.of(1, 1))).toBe('invitation-malformed')
    expect(withField(0x17, new Uint8Array())).toBe('invitation-malformed')
    expect(withField(0x17, Uint8Array.of(0x80, 0))).toBe('invitation-malformed')
    expect(withField(0x15, Uint8Array.of(1))).toEqual({ ...plain, role: 'admin' })
    expect(codeOf(checked(Uint8Array.of(...body, 2, 0x15, 1, 1, 0x15, 1, 1)))).toBe('invitation-malformed')
    expect(codeOf(checked(Uint8Array.of(...body, 0, 0)))).toBe('invitation-malformed')
  })

  it('is neither followed nor written for a device without code or comparing, nor delegated with a code', () => {
    const flags = (value: number) => {
      const body = bodyOf(plain)
      body[3] = value
      return codeOf(checked(body))
    }
    expect([1, 8 + 2].map(flags)).toEqual(['invitation-malformed', 'invitation-malformed'])
    const bad: Partial<Invitation>[] = [
      { kind: 'device' },
      { delegated: true, code: true },
      { signaling: 'ws://signal.example' },
      { signaling: `wss://${'x'.repeat(200)}` },
      { inviter: 'x'.repeat(65) },
      { expiresAt: 0.5 },
      { secret: new Uint8Array(15) },
    ]
    for (const change of bad) {
      expect(() => encodeInvitation(crypto, app, { ...plain, ...change })).toThrow(expect.objectContaining({ code: 'bad-value' }))
    }
  })

  it('shows nothing of the secret in its errors', () => {
    const result = parseInvitation(crypto, 'another', vector)
    expect(result.ok).toBe(false)
    if (!result.ok) expect(JSON.stringify([result.error.message, result.error.details])).not.toContain('RERERE')
  })
})
