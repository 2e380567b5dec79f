import { concatBytes, toBase64Url, utf8 } from '../../src/shared/bytes.ts'
import { Writer } from '../../src/shared/encoding.ts'
import type { CryptoPort } from '../../src/crypto/cryptoPort.ts'
import { labelledHash } from '../../src/crypto/labels.ts'
import type { MalformedCase } from './malformedCase.ts'
import { truncations } from './judgeCases.ts'

const none = new Uint8Array(0)
const filled = (value: number, length = 32): Uint8Array => new Uint8Array(length).fill(value)
const flipped = (at: number) => (bytes: Uint8Array) => bytes.with(at < 0 ? bytes.length + at : at, bytes.at(at)! ^ 1)

/* Links: `01 · app 2 · flags u8 · secret 16 · target 16 · ext · check 4`; the judge puts the right mark of the app and the right check to what `parts` make. */

export interface LinkParts {
  readonly version?: number
  readonly app?: string
  readonly flags?: number
  readonly secretBytes?: number
  readonly extensions?: readonly (readonly [number, Uint8Array])[]
  readonly count?: number
  /** Behind the fields, before the check. */
  readonly behind?: Uint8Array
  readonly spoil?: (text: string) => string
}

export function linkText(crypto: CryptoPort, parts: LinkParts): string {
  const { version = 1, app = 'test', flags = 0, secretBytes = 16, extensions = [], count = extensions.length, behind = none } = parts
  const writer = new Writer()
    .u8(version)
    .fixed(labelledHash(crypto, 'app', utf8(app)).subarray(0, 2))
    .u8(flags)
    .fixed(filled(4, secretBytes))
    .fixed(filled(5, 16))
    .uint(count)
  for (const [tag, value] of extensions) writer.uint(tag).bytes(value)
  const body = concatBytes(writer.finish(), behind)
  const text = toBase64Url(concatBytes(body, labelledHash(crypto, 'link check', body).subarray(0, 4)))
  return parts.spoil?.(text) ?? text
}

const link = (name: string, code: string, input: LinkParts): MalformedCase<LinkParts> => ({ name, code: `invitation-${code}`, input })
const field = (name: string, tag: number, value: Uint8Array, flags = 0) => link(name, 'malformed', { extensions: [[tag, value]], flags })

export const inviteLinkCases: readonly MalformedCase<LinkParts>[] = [
  link('empty', 'malformed', { spoil: () => '' }),
  link('white space', 'malformed', { spoil: () => '  ' }),
  link('any text', 'malformed', { spoil: () => 'https://garden.example/#echo=hello' }),
  link('letters that no text of bytes has', 'malformed', { spoil: (text) => `${text.slice(0, -2)}é!` }),
  link('without its last letter', 'malformed', { spoil: (text) => text.slice(0, -1) }),
  link('without its first letter', 'malformed', { spoil: (text) => text.slice(1) }),
  link('one letter changed in the secret', 'malformed', {
    spoil: (text) => `${text.slice(0, 10)}${text[10] === 'A' ? 'B' : 'A'}${text.slice(11)}`,
  }),
  link('one letter changed in the check', 'malformed', {
    spoil: (text) => `${text.slice(0, -3)}${text.at(-3) === 'A' ? 'B' : 'A'}${text.slice(-2)}`,
  }),
  link('twice behind itself', 'malformed', { spoil: (text) => text + text }),
  link('longer than any', 'malformed', { spoil: (text) => text.padEnd(5_000, 'A') }),
  link('of version 0', 'malformed', { version: 0 }),
  link('a short secret', 'malformed', { secretBytes: 15 }),
  link('bytes behind the end', 'malformed', { behind: Uint8Array.of(0) }),
  link('more fields than are there', 'malformed', { count: 2 }),
  link('33 fields', 'malformed', { extensions: Array.from({ length: 33 }, (_, i) => [2 * i + 101, none] as const) }),
  link('a field twice', 'malformed', {
    extensions: [
      [0x11, none],
      [0x11, none],
    ],
  }),
  link('fields out of order', 'malformed', {
    extensions: [
      [0x13, none],
      [0x11, none],
    ],
  }),
  field('a name that is too long', 0x11, filled(65, 65)),
  field('a name that is no text', 0x11, Uint8Array.of(0xff)),
  field('a space name that is too long', 0x13, filled(65, 65)),
  field('a space name that is no text', 0x13, Uint8Array.of(0xc0, 0x80)),
  field('a role that there is not', 0x15, Uint8Array.of(4)),
  field('an empty role', 0x15, none),
  field('a role of two bytes', 0x15, Uint8Array.of(1, 1)),
  field('an expiry beyond 2^53', 0x17, filled(0xff, 9)),
  field('an over-long expiry', 0x17, Uint8Array.of(0x81, 0)),
  field('a path to another site', 0x19, utf8('//evil.example')),
  field('a path to another site by a backslash', 0x19, utf8('/\\evil.example')),
  field('a whole address as a path', 0x19, utf8('https://evil.example')),
  field('a script as a path', 0x19, utf8('javascript:alert(1)')),
  field('a path that is too long', 0x19, utf8(`/${'x'.repeat(200)}`)),
  field('half a host', 0x1b, filled(1, 7)),
  field('a host and more', 0x1b, filled(1, 9)),
  field('one host of a delegated one', 0x1b, filled(1, 8), 8),
  field('signaling without TLS', 0x02, utf8('ws://signal.example')),
  field('signaling by another scheme', 0x02, utf8('https://signal.example')),
  field('signaling that is too long', 0x02, utf8(`wss://${'x'.repeat(200)}`)),
  link('for a device, with neither code nor digits', 'malformed', { flags: 1 }),
  link('delegated with a code', 'malformed', { flags: 2 + 8 }),
  link('of another app', 'wrong-app', { app: 'other' }),
  link('of a version that is not made yet', 'newer-version', { version: 2 }),
  link('a flag that is not made yet', 'newer-version', { flags: 32 }),
  link('a field that must be known', 'newer-version', { extensions: [[4, none]] }),
]

/* Asks: `30 · sign 32 · seal 32 · identity 32 · list(8) record 256 · consent 64 · done u8 · string(64) name · ext · proof 64 · own 64`; signed by the judge. */

export interface AskParts {
  readonly type?: number
  /** Which keys it names instead of those of its record. */
  readonly sign?: Uint8Array
  readonly seal?: Uint8Array
  readonly identity?: Uint8Array
  readonly records?: number
  readonly claimedRecords?: number
  readonly done?: number
  readonly name?: Uint8Array
  readonly extensions?: readonly number[]
  readonly behind?: Uint8Array
  /** Who signs the proof, and who the rest. */
  readonly proofBy?: 'link' | 'device' | 'stranger'
  readonly ownBy?: 'device' | 'link' | 'stranger'
  readonly transcript?: number
  readonly spoil?: (bytes: Uint8Array) => Uint8Array
}

const ask = (name: string, code: string, input: AskParts): MalformedCase<AskParts> => ({ name, code, input })

export const askCases: readonly MalformedCase<AskParts>[] = [
  ...[0, 1, 32, 97, 200, 353, 420].map((length) =>
    ask(`cut to ${length} bytes`, 'malformed', { spoil: (bytes) => bytes.slice(0, length) }),
  ),
  ask('without its last byte', 'malformed', { spoil: (bytes) => bytes.slice(0, -1) }),
  ask('a byte behind the end', 'malformed', { spoil: (bytes) => Uint8Array.of(...bytes, 0) }),
  ask('a byte behind the fields', 'malformed', { behind: Uint8Array.of(0) }),
  ask('another type', 'malformed', { type: 0x31 }),
  ask('without a record', 'malformed', { records: 0 }),
  ask('nine records', 'malformed', { records: 9 }),
  ask('more records than are there', 'malformed', { claimedRecords: 3 }),
  ask("another's device", 'malformed', { sign: filled(1) }),
  ask("another's sealing key", 'malformed', { seal: filled(1) }),
  ask("another's identity", 'malformed', { identity: filled(1) }),
  ask('no identity', 'malformed', { identity: filled(0) }),
  ask('done by halves', 'malformed', { done: 2 }),
  ask('a name that is too long', 'malformed', { name: filled(65, 65) }),
  ask('a name that is no text', 'malformed', { name: Uint8Array.of(0xff) }),
  ask('fields out of order', 'malformed', { extensions: [5, 3] }),
  ask('a field twice', 'malformed', { extensions: [3, 3] }),
  ask('a field that must be known', 'newer-version', { extensions: [2] }),
  ask('a proof by who has not the secret', 'bad-signature', { proofBy: 'stranger' }),
  ask('a proof by the device instead of the link', 'bad-signature', { proofBy: 'device' }),
  ask("signed with another's device", 'bad-signature', { ownBy: 'stranger' }),
  ask('signed by the link instead of the device', 'bad-signature', { ownBy: 'link' }),
  ask('of another conversation', 'bad-signature', { transcript: 8 }),
  ask('one bit of the sealing key of the record flipped', 'malformed', { spoil: flipped(1 + 96 + 1 + 64) }),
  ask('one bit of the consent flipped', 'bad-signature', { spoil: flipped(1 + 96 + 1 + 256 + 5) }),
  ask('one bit of the proof flipped', 'bad-signature', { spoil: flipped(-128) }),
  ask('one bit of the end flipped', 'bad-signature', { spoil: flipped(-1) }),
  ask('S beyond the group order', 'bad-signature', { spoil: (bytes) => Uint8Array.of(...bytes.slice(0, -32), ...filled(255)) }),
]

/* Answers: `31 · device 32 · identity 32 · flags u8 · tries left u8 · string(64) name · ext · sig 64`; signed by the judge. */

export interface AnswerParts {
  readonly type?: number
  readonly device?: Uint8Array
  readonly flags?: number
  readonly triesLeft?: number
  readonly name?: Uint8Array
  readonly extensions?: readonly number[]
  readonly behind?: Uint8Array
  readonly transcript?: number
  readonly spoil?: (bytes: Uint8Array) => Uint8Array
}

const answer = (name: string, code: string, input: AnswerParts): MalformedCase<AnswerParts> => ({ name, code, input })

export const answerCases: readonly MalformedCase<AnswerParts>[] = [
  ...[0, 1, 33, 65, 67, 70].map((length) => answer(`cut to ${length} bytes`, 'malformed', { spoil: (bytes) => bytes.slice(0, length) })),
  answer('without its last byte', 'malformed', { spoil: (bytes) => bytes.slice(0, -1) }),
  answer('a byte behind the end', 'malformed', { spoil: (bytes) => Uint8Array.of(...bytes, 0) }),
  answer('a byte behind the fields', 'malformed', { behind: Uint8Array.of(0) }),
  answer('another type', 'malformed', { type: 0x30 }),
  answer('a code asked for and shown at once', 'malformed', { flags: 33 }),
  answer('four tries', 'malformed', { triesLeft: 4 }),
  answer('a name that is too long', 'malformed', { name: filled(65, 65) }),
  answer('a name that is no text', 'malformed', { name: Uint8Array.of(0xff) }),
  answer('fields out of order', 'malformed', { extensions: [5, 3] }),
  answer('a step that is not made yet', 'newer-version', { flags: 128 }),
  answer('a step of long ago', 'newer-version', { flags: 16 }),
  answer('a field that must be known', 'newer-version', { extensions: [2] }),
  answer("in another's name", 'bad-signature', { device: filled(2) }),
  answer('in the name of a key of small order', 'bad-signature', { device: filled(0).with(0, 1) }),
  answer('of another conversation', 'bad-signature', { transcript: 8 }),
  answer('one bit of the flags flipped', 'bad-signature', { spoil: flipped(65) }),
  answer('one bit of the signature flipped', 'bad-signature', { spoil: flipped(-1) }),
]

/* What both say afterwards is as it is, sealed for this conversation: `bytes` are whole messages. */

const feedHead = concatBytes(filled(3), new Uint8Array(4), Uint8Array.of(5))
const log = new Writer()
  .u8(0x38)
  .list([filled(1, 40), filled(2, 50)], (bytes, w) => w.bytes(bytes))
  .finish()
const end = new Writer()
  .u8(0x39)
  .list([1], (n, w) => w.fixed(filled(n)).fixed(filled(n, 80)))
  .list([1], (_, w) => w.fixed(feedHead))
  .uint(0)
  .finish()
const bytes = (name: string, input: Uint8Array, code = 'malformed'): MalformedCase<Uint8Array> => ({ name, code, input })

/** What the others are made of. */
export const goodLog = log
export const goodEnd = end

export const logCases: readonly MalformedCase<Uint8Array>[] = [
  ...truncations(log, 'malformed').filter((_, length) => length % 9 === 0),
  bytes('a byte behind the end', Uint8Array.of(...log, 0)),
  bytes('another type', log.with(0, 0x39)),
  bytes('more operations than are there', log.with(1, 9)),
  bytes('more operations than there can be', new Writer().u8(0x38).uint(65_537).finish()),
  bytes(
    'an operation that is too long',
    new Writer()
      .u8(0x38)
      .list([new Uint8Array(80_000)], (operation, w) => w.bytes(operation))
      .finish(),
  ),
  bytes('an over-long count', Uint8Array.of(0x38, 0x80, 0)),
]

export const endCases: readonly MalformedCase<Uint8Array>[] = [
  ...truncations(end, 'malformed').filter((_, length) => length % 15 === 0),
  bytes('a byte behind the end', Uint8Array.of(...end, 0)),
  bytes('another type', end.with(0, 0x38)),
  bytes(
    '17 keys',
    new Writer()
      .u8(0x39)
      .list(Array.from({ length: 17 }), (_, w) => w.fixed(filled(1)).fixed(filled(1, 80)))
      .uint(0)
      .uint(0)
      .finish(),
  ),
  bytes('more feeds than there can be', new Writer().u8(0x39).uint(0).uint(16_385).finish()),
  bytes('a place beyond 2^53', Uint8Array.of(0x39, 0, 1, ...filled(3), 0, 0, 0, 0, ...filled(255, 9), 0)),
  bytes('a field that must be known', Uint8Array.of(...end.slice(0, -1), 1, 2, 0), 'newer-version'),
]

const share = Uint8Array.of(1, ...filled(7))

/** Each with what it is given out to be. */
export const codeCases: readonly MalformedCase<{
  readonly kind: 'code-a' | 'code-b' | 'tag' | 'code-ok' | 'code-wrong' | 'pending'
  readonly bytes: Uint8Array
}>[] = [
  ...(
    [
      ['code-a', 'empty', none],
      ['code-a', 'without its last byte', Uint8Array.of(0x32, ...share).slice(0, -1)],
      ['code-a', 'a byte behind the end', Uint8Array.of(0x32, ...share, 0)],
      ['code-a', 'run 0', Uint8Array.of(0x32, ...share.with(0, 0))],
      ['code-a', 'run 11', Uint8Array.of(0x32, ...share.with(0, 11))],
      ['code-a', 'the share of the other end', Uint8Array.of(0x33, ...share)],
      ['code-b', 'run 0', Uint8Array.of(0x33, ...share.with(0, 0))],
      ['code-b', 'the share of the other end', Uint8Array.of(0x32, ...share)],
      ['tag', 'a share in its place', Uint8Array.of(0x32, ...share)],
      ['tag', 'a short tag', Uint8Array.of(0x34, ...filled(1, 63))],
      ['tag', 'the tag of the other end', Uint8Array.of(0x35, ...filled(1, 64))],
      ['code-ok', 'a short tag', Uint8Array.of(0x35, ...filled(1, 63))],
      ['code-ok', 'a long tag', Uint8Array.of(0x35, ...filled(1, 65))],
      ['code-ok', 'nothing but the type', Uint8Array.of(0x35)],
      ['code-wrong', 'three tries left after a wrong one', Uint8Array.of(0x36, 3)],
      ['code-wrong', 'without a count', Uint8Array.of(0x36)],
      ['code-wrong', 'two counts', Uint8Array.of(0x36, 1, 1)],
      ['pending', 'and more', Uint8Array.of(0x37, 0)],
      ['pending', 'empty', none],
    ] as const
  ).map(([kind, name, given]) => ({ name: `${kind}: ${name}`, code: 'malformed', input: { kind, bytes: given } })),
]

export const refusalCases: readonly MalformedCase<Uint8Array>[] = [
  bytes('empty', none),
  bytes('nothing but the type', Uint8Array.of(0x3f)),
  bytes('without a value', Uint8Array.of(0x3f, 11)),
  bytes('a byte behind the end', Uint8Array.of(0x3f, 11, 0, 0)),
  bytes('another type', Uint8Array.of(0x3e, 11, 0)),
  bytes('an over-long code', Uint8Array.of(0x3f, 0x8b, 0, 0)),
  bytes('a code beyond 2^53', Uint8Array.of(0x3f, ...filled(255, 9), 0)),
]
