import { utf8 } from '../../src/shared/bytes.ts'
import { Writer } from '../../src/shared/encoding.ts'
import { maxOperationBytes } from '../../src/access/operation.ts'
import { maxBlockBytes } from '../../src/feed/block.ts'
import { maxFragmentBytes, maxMessageBytes } from '../../src/replication/link/fragments.ts'
import { maxFeeds } from '../../src/replication/link/linkMessages.ts'
import { maxPresenceBytes, maxPresenceNameBytes } from '../../src/replication/presence/presenceMessage.ts'
import type { MalformedCase } from './malformedCase.ts'

/* Messages of a link, each good but for what its name says. */

const none = new Uint8Array(0)
const message = (name: string, writer: Writer, code = 'malformed'): MalformedCase<Uint8Array> => ({ name, code, input: writer.finish() })
const of = (type: number): Writer => new Writer().u8(type)
const head = (writer: Writer, known = 0): Writer => writer.fixed(new Uint8Array(32)).u32(0).uint(5).u8(known)

export const messageCases: readonly MalformedCase<Uint8Array>[] = [
  { name: 'empty', code: 'malformed', input: none },
  message('ready: cut', of(0x20)),
  message('ready: a byte behind the end', of(0x20).uint(0).u8(0)),
  message('ready: extensions out of order', of(0x20).uint(2).uint(5).bytes(none).uint(3).bytes(none)),
  message('ready: an extension beyond its size', of(0x20).uint(1).uint(1).bytes(new Uint8Array(1025))),
  message('ready: 33 extensions', of(0x20).uint(33)),
  message('ready: an extension that must be known', of(0x20).uint(1).uint(2).bytes(none), 'newer-version'),
  message('ops: more than a message may hold', of(0x21).uint(1025)),
  message('ops: fewer than it says', of(0x21).uint(3).bytes(none)),
  message(
    'ops: one beyond its size',
    of(0x21)
      .uint(1)
      .uint(maxOperationBytes + 1),
  ),
  message('ops: one that ends early', of(0x21).uint(1).uint(100).fixed(new Uint8Array(99))),
  message(
    'op-heads: 65',
    of(0x23)
      .uint(65)
      .fixed(new Uint8Array(65 * 32)),
  ),
  message('op-heads: a short one', of(0x23).uint(1).fixed(new Uint8Array(31))),
  message('heads: more feeds than a message may name', of(0x40).uint(maxFeeds + 1)),
  message('heads: fewer than it says', head(of(0x40).uint(2))),
  message('heads: neither with nor without an id', head(of(0x40).uint(1), 2)),
  message('heads: an id that is not there', head(of(0x40).uint(1), 1)),
  message('heads: an over-long number', of(0x40).uint(1).fixed(new Uint8Array(32)).u32(0).u8(0x85).u8(0).u8(0)),
  message('heads: a seq beyond 2^53', of(0x40).uint(1).fixed(new Uint8Array(32)).u32(0).fixed(new Uint8Array(9).fill(0xff)).u8(0)),
  message('blocks: more than a message may hold', of(0x41).uint(1025)),
  message(
    'blocks: one beyond its size',
    of(0x41)
      .uint(1)
      .uint(maxBlockBytes + 1),
  ),
  message('blocks: one that ends early', of(0x41).uint(1).uint(10).fixed(new Uint8Array(9))),
  message('ping: a byte behind the end', of(0x43).u8(0)),
  message('pong: a byte behind the end', of(0x44).u8(0)),
  message('received: no number', of(0x45)),
  message('received: an over-long number', of(0x45).u8(0x80).u8(0)),
  message('reach: more members than anyone has', of(0x46).uint(100_001)),
  message('profile-heads: more than a message may name', of(0x4b).uint(1025)),
  message('profile-heads: fewer than it says', of(0x4b).uint(2).fixed(new Uint8Array(32)).uint(1).fixed(new Uint8Array(32))),
  message(
    'profile-heads: a counter that could not be surpassed',
    of(0x4b)
      .uint(1)
      .fixed(new Uint8Array(32))
      .uint(2 ** 40 + 1)
      .fixed(new Uint8Array(32)),
  ),
  message('profile-want: more than a message may ask for', of(0x4d).uint(1025)),
  message('profile-want: a short id', of(0x4d).uint(1).fixed(new Uint8Array(31))),
  message('profiles: more than a message may hold', of(0x4f).uint(65)),
  message(
    'profiles: one beyond its size',
    of(0x4f)
      .uint(1)
      .uint(64 * 1024 + 1),
  ),
  message('profiles: one that ends early', of(0x4f).uint(1).uint(100).fixed(new Uint8Array(99))),
  message('stored: more than a message may name', of(0x53).fixed(new Uint8Array(32)).uint(257)),
  message('stored: fewer than it says', of(0x53).fixed(new Uint8Array(32)).uint(2).fixed(new Uint8Array(32))),
  message('stored: a short device', of(0x53).fixed(new Uint8Array(31))),
  message('an even type that is not made yet', of(0x60), 'newer-version'),
  message('the last even type', of(0xfe), 'newer-version'),
]

interface PresenceParts {
  readonly instance?: number
  readonly here?: number
  readonly name?: Uint8Array
  readonly data?: Uint8Array
  readonly counter?: readonly number[]
}

function presence(name: string, { instance = 16, here = 1, name: who = utf8('Ann'), data = utf8('{}'), counter = [1] }: PresenceParts) {
  const writer = of(0x42).fixed(new Uint8Array(instance)).fixed(new Uint8Array(32)).fixed(Uint8Array.from(counter)).u8(here)
  return message(`presence: ${name}`, writer.bytes(who).bytes(data))
}

/** What the others are made of. */
export const goodPresence = presence('good', {}).input

export const presenceCases: readonly MalformedCase<Uint8Array>[] = [
  presence('a short instance', { instance: 15 }),
  presence('a byte too many', { instance: 17 }),
  presence('neither here nor gone', { here: 4 }),
  presence('a name beyond its length', { name: new Uint8Array(maxPresenceNameBytes + 1).fill(97) }),
  presence('a name that is no text', { name: Uint8Array.of(0xff) }),
  presence('a name with a lone surrogate', { name: Uint8Array.of(0xed, 0xa0, 0x80) }),
  presence('a name with an over-long NUL', { name: Uint8Array.of(0xc0, 0x80) }),
  presence('data beyond their size', { data: new Uint8Array(maxPresenceBytes + 1) }),
  presence('an over-long counter', { counter: [0x81, 0] }),
  presence('a counter beyond 2^53', { counter: Array.from({ length: 9 }, () => 0xff) }),
  message('presence: nothing but its type', of(0x42)),
]

/* Fragments: what each direction of a link is cut into. The last of each case must be refused, those before it taken. */

const fragment = (flags: number, bytes: number): Uint8Array => new Uint8Array(1 + bytes).with(0, flags)
const fragments = (name: string, ...input: Uint8Array[]): MalformedCase<readonly Uint8Array[]> => ({ name, code: 'malformed', input })
const whole = Array.from({ length: Math.floor(maxMessageBytes / maxFragmentBytes) }, () => fragment(0, maxFragmentBytes))

export const fragmentCases: readonly MalformedCase<readonly Uint8Array[]>[] = [
  fragments('no flags', none),
  fragments('flags that do not exist', fragment(4, 1)),
  fragments('all flags', fragment(255, 1)),
  fragments('longer than a fragment may be', fragment(1, maxFragmentBytes + 1)),
  fragments('empty and not the last', fragment(0, 0)),
  fragments('empty and not the last, urgent', fragment(2, 0)),
  fragments('empty in the middle', fragment(0, 10), fragment(0, 0)),
  fragments('a message beyond its size', ...whole, fragment(1, maxFragmentBytes)),
  fragments('a message beyond its size that never ends', ...whole, fragment(0, maxFragmentBytes)),
  fragments('a message beyond its size, with an urgent one between', ...whole, fragment(3, 5), fragment(1, maxFragmentBytes)),
  fragments('16 MiB at once', new Uint8Array(16 * 1024 * 1024)),
]
