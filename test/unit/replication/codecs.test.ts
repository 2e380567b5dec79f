import { toId, type BlockId, type DeviceId } from '../../../src/shared/ids.ts'
import { describe, expect, it } from 'vitest'
import { createConsent } from '../../../src/access/making/consent.ts'
import { createAuthMessage, readAuthMessage } from '../../../src/replication/link/authMessage.ts'
import { decodeHello, encodeHello } from '../../../src/replication/link/hello.ts'
import {
  createAnswer,
  createAsk,
  decodeEnd,
  decodeLog,
  encodeEnd,
  encodeLog,
  readAnswer,
  readAsk,
} from '../../../src/replication/joining/joinMessages.ts'
import { decodeLinkMessage, encodeLinkMessage, maxFeeds, portionsOf, type LinkMessage } from '../../../src/replication/link/linkMessages.ts'
import { decodeRefusal, encodeRefusal } from '../../../src/replication/refusal.ts'
import { createReassembly, fragmentsOf, maxFragmentBytes, maxMessageBytes } from '../../../src/replication/link/fragments.ts'
import { feedKeyOf } from '../../../src/feed/feedKey.ts'
import { concatBytes, equalBytes } from '../../../src/shared/bytes.ts'
import { Writer } from '../../../src/shared/encoding.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createPerson, seededCrypto } from '../access/people.ts'

const crypto = seededCrypto('codecs')
const random = createSeededRandom('codecs')
const fill = (byte: number, length = 32) => new Uint8Array(length).fill(byte)
const transcript = fill(5)

/** Every proper beginning, and one byte too many. */
function spoilt(bytes: Uint8Array): Uint8Array[] {
  return [...Array.from({ length: bytes.length }, (_, end) => bytes.slice(0, end)), concatBytes(bytes, Uint8Array.of(0))]
}

function flipped(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length }, (_, at) => {
    const copy = bytes.slice()
    copy[at]! ^= 1 << (at & 7)
    return copy
  })
}

describe('hello', () => {
  const hello = encodeHello({ proto: 1, role: 'member', ephemeral: fill(8) }, random)
  const plain = (change: (writer: Writer) => void) => {
    const writer = new Writer().u8(1).u8(1).u8(0)
    change(writer)
    return writer.finish()
  }

  it('is read as it was written, in every role', () => {
    for (const role of ['member', 'usher', 'guest', 'host'] as const) {
      const decoded = decodeHello(encodeHello({ proto: 2, role, ephemeral: fill(8) }, random))
      expect(decoded).toEqual({ ok: true, value: { proto: 2, role, ephemeral: fill(8) } })
    }
  })

  it('is refused cut short, with a byte too many, above 512 bytes, and of another type or role', () => {
    for (const bytes of spoilt(hello)) expect(decodeHello(bytes)).toEqual({ ok: false, error: 'malformed' })
    const changed = (at: number, value: number) => {
      const copy = hello.slice()
      copy[at] = value
      return copy
    }
    expect(decodeHello(changed(0, 2))).toEqual({ ok: false, error: 'malformed' })
    expect(decodeHello(changed(2, 4))).toEqual({ ok: false, error: 'malformed' })
    const long = plain((writer) => writer.uint(1).uint(1).fixed(fill(8)).uint(1).uint(129).bytes(fill(0, 512)))
    expect(decodeHello(long)).toEqual({ ok: false, error: 'malformed' })
  })

  it('may offer more versions and odd fields; a version or even field that we lack is newer', () => {
    expect(decodeHello(plain((writer) => writer.uint(1).uint(9).fixed(fill(8)).uint(1).uint(77).bytes(fill(0, 3))))).toMatchObject({
      ok: true,
    })
    expect(decodeHello(plain((writer) => writer.uint(2).uint(9).fixed(fill(8)).uint(0)))).toEqual({ ok: false, error: 'newer-version' })
    expect(decodeHello(plain((writer) => writer.uint(1).uint(1).fixed(fill(8)).uint(1).uint(2).bytes(fill(0, 3))))).toEqual({
      ok: false,
      error: 'newer-version',
    })
    expect(decodeHello(plain((writer) => writer.uint(0).uint(0).fixed(fill(8)).uint(0)))).toEqual({ ok: false, error: 'older-version' })
    // The same field twice.
    expect(
      decodeHello(plain((writer) => writer.uint(1).uint(1).fixed(fill(8)).uint(2).uint(3).bytes(fill(0, 1)).uint(3).bytes(fill(0, 1)))),
    ).toEqual({ ok: false, error: 'malformed' })
  })
})

describe('auth', () => {
  it('proves a device for one side and one transcript', async () => {
    const { signing } = await createPerson(crypto)
    const message = await createAuthMessage(crypto, signing, 'initiator', transcript, [fill(1), fill(2)])
    expect(await readAuthMessage(crypto, message, 'initiator', transcript)).toEqual({
      ok: true,
      value: { device: signing.publicKey, heads: [fill(1), fill(2)] },
    })
    expect(await readAuthMessage(crypto, message, 'responder', transcript)).toEqual({ ok: false, error: 'bad-signature' })
    expect(await readAuthMessage(crypto, message, 'initiator', fill(6))).toEqual({ ok: false, error: 'bad-signature' })
  })

  it('is refused cut short, changed anywhere, under another key, or with too many heads', async () => {
    const { signing } = await createPerson(crypto)
    const message = await createAuthMessage(crypto, signing, 'initiator', transcript, [fill(1)])
    for (const bytes of [...spoilt(message), ...flipped(message)])
      expect((await readAuthMessage(crypto, bytes, 'initiator', transcript)).ok).toBe(false)
    const many = concatBytes(message.subarray(0, 33), Uint8Array.of(65), fill(1, 65 * 32), message.subarray(66))
    expect(await readAuthMessage(crypto, many, 'initiator', transcript)).toEqual({ ok: false, error: 'malformed' })
    const claimed = message.slice()
    claimed.set(fill(0), 1)
    expect(await readAuthMessage(crypto, claimed, 'initiator', transcript)).toEqual({ ok: false, error: 'bad-key' })
  })
})

describe('link messages', () => {
  const feed = feedKeyOf(fill(3), 7)
  const presence = {
    instance: fill(1, 16),
    device: fill(2),
    counter: 5,
    activity: 'active' as const,
    name: 'Ann',
    data: new TextEncoder().encode('{}'),
  }
  const messages: Exclude<LinkMessage, { type: 'unknown' }>[] = [
    { type: 'ready' },
    { type: 'ops', operations: [fill(1, 100), fill(2, 50)] },
    { type: 'op-heads', heads: [fill(1)] },
    { type: 'heads', heads: [{ feed, seq: 300, id: toId<BlockId>(fill(9)) }] },
    { type: 'blocks', blocks: [fill(1, 80)] },
    { type: 'presence', presence },
    { type: 'broadcast', broadcast: { id: fill(1, 16), device: fill(2), channel: 'chat', data: new TextEncoder().encode('[1]') } },
    { type: 'ping' },
    { type: 'pong' },
    { type: 'received', count: 3 },
    { type: 'stored', by: toId<DeviceId>(fill(7)), blocks: [toId<BlockId>(fill(9)), toId<BlockId>(fill(8))] },
    { type: 'reach', peers: 2 },
    { type: 'want', blocks: [toId<BlockId>(fill(9)), toId<BlockId>(fill(8))] },
  ]

  it.each(messages)('are read as written, and refused cut short or longer ($type)', (message) => {
    const bytes = encodeLinkMessage(message)
    expect(decodeLinkMessage(bytes)).toEqual({ ok: true, value: message })
    for (const bad of spoilt(bytes)) expect(decodeLinkMessage(bad)).toEqual({ ok: false, error: 'malformed' })
    // Whatever the bytes hold, an answer comes and nothing is thrown.
    for (const bad of flipped(bytes)) expect(typeof decodeLinkMessage(bad).ok).toBe('boolean')
  })

  it('stay within what a reader takes, however much there is to say', () => {
    const heads = Array.from({ length: maxFeeds + 5 }, (_, slot) => ({
      feed: feedKeyOf(fill(1), slot),
      seq: 0,
      id: toId<BlockId>(fill(9)),
    }))
    const read = decodeLinkMessage(encodeLinkMessage({ type: 'heads', heads }))
    expect(read).toMatchObject({ ok: true, value: { type: 'heads' } })
    expect(read.ok && read.value.type === 'heads' && read.value.heads.length).toBe(maxFeeds)

    const operations = [...Array.from({ length: 2_500 }, () => fill(2, 10)), ...Array.from({ length: 40 }, () => fill(3, 67_000))]
    const portions = portionsOf(operations)
    expect(portions.flat().every((operation, i) => operation === operations[i])).toBe(true)
    expect(portions.flat()).toHaveLength(operations.length)
    for (const portion of portions) {
      for (const bytes of [encodeLinkMessage({ type: 'ops', operations: portion }), encodeLog(portion)])
        expect(bytes.length).toBeLessThan(maxMessageBytes)
      expect(decodeLinkMessage(encodeLinkMessage({ type: 'ops', operations: portion })).ok).toBe(true)
    }
    expect(portionsOf([])).toEqual([])
  })

  it('of an unknown odd type are passed over, of an even one they ask for a newer version', () => {
    expect(decodeLinkMessage(Uint8Array.of(0x71, 1, 2))).toEqual({ ok: true, value: { type: 'unknown' } })
    expect(decodeLinkMessage(Uint8Array.of(0x50, 1, 2))).toEqual({ ok: false, error: 'newer-version' })
  })

  it('survive random bytes', () => {
    for (let i = 0; i < 5000; i++) {
      const bytes = random.bytes(random.below(60))
      if (bytes.length > 0 && random.chance(0.8)) bytes[0] = random.pick([0x20, 0x21, 0x23, 0x40, 0x41, 0x42, 0x45, 0x46])
      expect(typeof decodeLinkMessage(bytes).ok).toBe('boolean')
    }
  })
})

describe('join messages', () => {
  async function createTest() {
    const guest = await createPerson(crypto)
    const invitation = await crypto.createSigningKey()
    const consent = await createConsent(guest.signing, { target: fill(1, 16), invitationId: invitation.publicKey, record: guest.record })
    return { guest, invitation, ask: { records: [guest.record], consent, codeDone: false, name: 'Gül' } }
  }

  it('ask: proves link and device, for this conversation only', async () => {
    const { guest, invitation, ask } = await createTest()
    const bytes = await createAsk(crypto, ask, transcript, invitation, guest.signing)
    expect(await readAsk(crypto, bytes, transcript, invitation.publicKey)).toEqual({ ok: true, value: ask })
    expect(await readAsk(crypto, bytes, fill(6), invitation.publicKey)).toEqual({ ok: false, error: 'bad-signature' })
    expect(await readAsk(crypto, bytes, transcript, guest.signing.publicKey)).toEqual({ ok: false, error: 'bad-signature' })
    for (const bad of [...spoilt(bytes), ...flipped(bytes)])
      expect((await readAsk(crypto, bad, transcript, invitation.publicKey)).ok).toBe(false)
  })

  it("ask: is refused without the link's secret, with another's device, with another's identity or sealing key", async () => {
    const { guest, invitation, ask } = await createTest()
    const other = await createPerson(crypto)
    const stranger = await createAsk(crypto, ask, transcript, await crypto.createSigningKey(), guest.signing)
    expect(await readAsk(crypto, stranger, transcript, invitation.publicKey)).toEqual({ ok: false, error: 'bad-signature' })
    const thief = await createAsk(crypto, ask, transcript, invitation, other.signing)
    expect(await readAsk(crypto, thief, transcript, invitation.publicKey)).toEqual({ ok: false, error: 'bad-signature' })
    for (const record of [
      { ...guest.record, identity: other.record.identity },
      { ...guest.record, seal: other.record.seal },
    ]) {
      const bytes = await createAsk(crypto, ask, transcript, invitation, guest.signing)
      // The keys said first and the record must be one.
      const at = record.seal === other.record.seal ? 33 : 65
      const mixed = bytes.slice()
      mixed.set(record.seal === other.record.seal ? record.seal : record.identity, at)
      expect(equalBytes(mixed, bytes)).toBe(false)
      expect((await readAsk(crypto, mixed, transcript, invitation.publicKey)).ok).toBe(false)
    }
  })

  it('ask: is refused with nine records or a long name', async () => {
    const { guest, invitation, ask } = await createTest()
    const many = await createAsk(
      crypto,
      { ...ask, records: Array.from({ length: 9 }, () => guest.record) },
      transcript,
      invitation,
      guest.signing,
    )
    expect(await readAsk(crypto, many, transcript, invitation.publicKey)).toEqual({ ok: false, error: 'malformed' })
    const long = await createAsk(crypto, { ...ask, name: 'x'.repeat(65) }, transcript, invitation, guest.signing)
    expect(await readAsk(crypto, long, transcript, invitation.publicKey)).toEqual({ ok: false, error: 'malformed' })
  })

  it('answer: is signed by the host for this conversation', async () => {
    const host = await createPerson(crypto)
    const answer = {
      device: host.signing.publicKey,
      identity: host.record.identity,
      alreadyMember: true,
      code: 'none',
      approval: false,
      triesLeft: 0,
      isRefusal: false,
      name: 'Ann',
    } as const
    const bytes = await createAnswer(crypto, answer, transcript, host.signing)
    expect(await readAnswer(crypto, bytes, transcript)).toEqual({ ok: true, value: answer })
    expect((await readAnswer(crypto, bytes, fill(6))).ok).toBe(false)
    for (const bad of [...spoilt(bytes), ...flipped(bytes)]) expect((await readAnswer(crypto, bad, transcript)).ok).toBe(false)
  })

  it('log, end and refusal: are read as written and never by halves', () => {
    const operations = [fill(1, 90), fill(2, 30)]
    expect(decodeLog(encodeLog(operations))).toEqual({ ok: true, value: operations })
    const end = { keys: [{ id: fill(1), sealed: fill(2, 80) }], content: [{ feed: feedKeyOf(fill(3), 1), seq: 9 }] }
    expect(decodeEnd(encodeEnd(end))).toEqual({ ok: true, value: end })
    for (const bad of spoilt(encodeLog(operations))) expect(decodeLog(bad)).toEqual({ ok: false, error: 'malformed' })
    for (const bad of spoilt(encodeEnd(end))) expect(decodeEnd(bad)).toEqual({ ok: false, error: 'malformed' })
    expect(decodeRefusal(encodeRefusal('used-up'))).toBe('used-up')
    expect(decodeRefusal(encodeLog([]))).toBeUndefined()
  })
})

describe('fragments', () => {
  it('put a message together again, whatever passes it by', () => {
    const reassembly = createReassembly()
    const long = random.bytes(maxFragmentBytes * 3 + 5)
    const urgent = random.bytes(40)
    const [first, ...rest] = fragmentsOf(long, 'bulk')
    expect(rest).toHaveLength(3)
    expect(reassembly.take(first!)).toBeUndefined()
    for (const fragment of fragmentsOf(urgent, 'urgent')) expect(reassembly.take(fragment)).toEqual(urgent)
    expect(rest.map((fragment) => reassembly.take(fragment)).at(-1)).toEqual(long)
    expect(fragmentsOf(new Uint8Array(0), 'bulk')).toHaveLength(1)
  })

  it('are refused with unknown flags, too long, empty without end, or beyond 2 MiB in all', () => {
    expect(createReassembly().take(new Uint8Array(0))).toBe('malformed')
    expect(createReassembly().take(Uint8Array.of(4, 1))).toBe('malformed')
    expect(createReassembly().take(Uint8Array.of(0))).toBe('malformed')
    expect(createReassembly().take(new Uint8Array(maxFragmentBytes + 2))).toBe('malformed')
    const reassembly = createReassembly()
    const fragment = new Uint8Array(maxFragmentBytes + 1)
    let taken: unknown
    let count = 0
    while (taken === undefined && count < 1000) {
      taken = reassembly.take(fragment)
      count++
    }
    expect(taken).toBe('malformed')
    expect(count).toBe(Math.floor(maxMessageBytes / maxFragmentBytes) + 1)
  })
})
