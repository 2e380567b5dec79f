import { concatBytes, utf8 } from '../../src/shared/bytes.ts'
import { Writer } from '../../src/shared/encoding.ts'
import type { UpdateCase } from './malformedCase.ts'

/*
 * Updates by a slot whose document holds the root text `text` with the six clocks 0 to 5 of that slot ("honest"), and nobody else's.
 * Each is good but for the one thing that its name says, so that the rule under test is the first that can refuse it.
 */
const writer = (): Writer => new Writer()
const none = Uint8Array.of(0)
const behind = (client: number): Writer => writer().u8(0x84).uint(client).uint(5)
const good = (client: number): Uint8Array => behind(client).string('!').finish()

function update(client: number, structs: Uint8Array, { count = 1, from = 6, deletes = none, sections = 1, of = client } = {}): Uint8Array {
  return writer().uint(sections).uint(count).uint(of).uint(from).fixed(structs).fixed(deletes).finish()
}

function struct(code: UpdateCase['code'], name: string, structs: (client: number) => Uint8Array, to = 7): UpdateCase {
  return { name, code, to, input: (client) => update(client, structs(client)) }
}

/** A value in lib0's `any` form. */
const any = (code: UpdateCase['code'], name: string, ...value: number[]): UpdateCase =>
  struct(code, `value: ${name}`, (client) => writer().u8(0x88).uint(client).uint(5).uint(1).fixed(Uint8Array.from(value)).finish())
const embed = (code: UpdateCase['code'], name: string, json: string | Uint8Array): UpdateCase =>
  struct(code, `embed: ${name}`, (client) =>
    writer()
      .u8(0x85)
      .uint(client)
      .uint(5)
      .bytes(typeof json === 'string' ? utf8(json) : json)
      .finish(),
  )
/** Only deletions. */
const deletion = (code: UpdateCase['code'], name: string, deletes: (client: number) => Writer): UpdateCase => ({
  name: `deletes: ${name}`,
  code,
  to: 6,
  input: (client) => concatBytes(none, deletes(client).finish()),
})
const text = (name: string, ...bytes: number[]): UpdateCase =>
  struct('g1', `text: ${name}`, (client) => behind(client).bytes(Uint8Array.from(bytes)).finish(), 8)
const protoKey = utf8('__proto__')

const truncated = Array.from({ length: 23 }, (_, cut): UpdateCase => ({
  name: `cut ${cut + 1} bytes before its end`,
  code: 'g1',
  input: (client) => update(client, good(client)).slice(0, -cut - 1),
}))

export const updateCases: readonly UpdateCase[] = [
  ...truncated,
  { name: 'empty', code: 'g1', input: () => new Uint8Array(0) },
  { name: 'a byte behind the end', code: 'g1', input: (client) => concatBytes(update(client, good(client)), none) },
  { name: 'an over-long number of sections', code: 'g1', input: () => Uint8Array.of(0x81, 0) },
  { name: 'a number beyond 2^53', code: 'g1', input: () => new Uint8Array(9).fill(0xff) },
  { name: 'neither structs nor deletions', code: 'g1', to: 6, input: () => Uint8Array.of(0, 0) },
  text('a lone surrogate', 0xed, 0xa0, 0x80),
  text('an over-long NUL', 0xc0, 0x80),
  text('a sequence that ends early', 0xe2, 0x82),
  text('beyond U+10FFFF', 0xf4, 0x90, 0x80, 0x80),
  text('a stray continuation', 0x80),
  struct('g1', 'a binary longer than the update', (client) =>
    writer()
      .u8(0x83)
      .uint(client)
      .uint(5)
      .uint(2 ** 40)
      .finish(),
  ),
  any('g1', 'an over-long integer', 125, 0x80, 0),
  any('g1', 'a float that ends early', 123, 0),
  any('g1', 'an object of 2^31 entries', 118, 0x80, 0x80, 0x80, 0x80, 8),

  { name: 'no section where clocks are claimed', code: 'g2', input: () => Uint8Array.of(0, 0) },
  { name: 'two sections', code: 'g2', input: (client) => update(client, good(client), { sections: 2 }) },
  { name: '2^32 sections', code: 'g2', input: (client) => update(client, good(client), { sections: 2 ** 32 }) },
  { name: 'a section without structs', code: 'g2', input: (client) => update(client, none, { count: 0 }) },
  { name: "another's clientID", code: 'g2', input: (client) => update(client, good(client), { of: client + 1 }) },
  { name: 'clientID 0', code: 'g2', input: (client) => update(client, good(client), { of: 0 }) },
  { name: 'a gap', code: 'g2', input: (client) => update(client, good(client), { from: 8 }) },
  { name: 'clocks that were written before', code: 'g2', input: (client) => update(client, good(client), { from: 0 }) },
  { name: 'an update in the V2 form', code: 'g2', input: () => Uint8Array.of(0, 0, 1, 5, 0, 0, 0, 1, 1, 0) },
  { name: 'structs where only deletions are claimed', code: 'g2', to: 6, input: (client) => update(client, good(client)) },

  ...[2, 9, 10, 11, 15, 31].map((ref) => struct('g3', `a struct of kind ${ref}`, () => Uint8Array.of(ref, 1))),
  ...[0x80, 0x40, 0x20].map((flag) => struct('g3', `a GC with flag ${flag}`, () => Uint8Array.of(flag, 1))),

  struct('g4', 'a GC of no length', () => Uint8Array.of(0, 0)),
  struct('g4', 'a GC of 2^52', () =>
    writer()
      .u8(0)
      .uint(2 ** 52)
      .finish(),
  ),
  struct('g4', 'an empty text', (client) => behind(client).string('').finish()),
  struct('g4', 'a text longer than claimed', (client) => behind(client).string('!!').finish()),
  struct('g4', 'a text shorter than claimed', good, 9),
  struct('g4', 'a list of no values', (client) => writer().u8(0x88).uint(client).uint(5).uint(0).finish()),
  struct('g4', 'deleted content of no length', (client) => writer().u8(0x81).uint(client).uint(5).uint(0).finish()),

  struct('g5', 'an origin that is itself', (client) => writer().u8(0x84).uint(client).uint(6).string('!').finish()),
  struct('g5', 'an origin in the future', (client) =>
    writer()
      .u8(0x84)
      .uint(client)
      .uint(2 ** 40)
      .string('!')
      .finish(),
  ),
  struct('g5', 'an origin by a stranger', () => writer().u8(0x84).uint(99).uint(0).string('!').finish()),
  struct('g5', 'a right origin in the future', (client) => writer().u8(0x44).uint(client).uint(7).string('!').finish()),
  struct('g5', 'a parent in the future', (client) => writer().u8(4).uint(0).uint(client).uint(6).string('!').finish()),
  struct('g5', 'a parent of kind 2', () => writer().u8(4).uint(2).string('text').string('!').finish()),
  ...['', 'items', 'constructor', '__proto__', 'texts', 'x'.repeat(900)].map((root) =>
    struct('g5', `a root type named "${root.slice(0, 20)}"`, () => writer().u8(4).uint(1).string(root).string('!').finish()),
  ),
  struct('g5', 'a type of kind 7', (client) => writer().u8(0x87).uint(client).uint(5).uint(7).finish()),

  ...[122, 115, 0, 64, 255].map((tag) => any('g6', `of tag ${tag}`, tag)),
  any('g6', 'nested 33 deep', ...Array.from({ length: 33 }, () => [117, 1]).flat(), 126),
  any('g6', 'nested 10,000 deep', ...Array.from({ length: 10_000 }, () => [117, 1]).flat(), 126),
  any('g6', 'an object with `__proto__`', 118, 1, 9, ...protoKey, 126),
  struct('g6', 'a list with 2^18 values in one', (client) =>
    writer()
      .u8(0x88)
      .uint(client)
      .uint(5)
      .uint(1)
      .u8(117)
      .uint(2 ** 18)
      .fixed(new Uint8Array(2 ** 18).fill(126))
      .finish(),
  ),
  embed('g6', '`__proto__`', '{"__proto__":{"a":1}}'),
  embed('g6', '`__proto__` with an escape', '{"\\u005f_proto__":1}'),
  struct('g6', 'a format named `__proto__`', (client) =>
    writer().u8(0x86).uint(client).uint(5).string('__proto__').string('true').finish(),
  ),
  struct('g6', 'a map key `__proto__`', () => writer().u8(0x28).uint(1).string('map').string('__proto__').uint(1).u8(126).finish()),
  struct('g6', 'an element named `__proto__`', (client) => writer().u8(0x87).uint(client).uint(5).uint(3).string('__proto__').finish()),

  ...['', '{', 'NaN', '-', '[1,]', 'undefined', '{"a":1}x', "'a'", '[', '01'].map((json) => embed('g7', `JSON ${json}`, json)),
  embed('g7', 'JSON that is not UTF-8', Uint8Array.of(0x22, 0xff, 0x22)),
  embed('g7', 'JSON nested 40 deep', `${'['.repeat(40)}${']'.repeat(40)}`),
  embed('g7', 'JSON nested 60,000 deep', '['.repeat(60_000)),
  embed('g7', 'JSON above 64 KiB', `"${'x'.repeat(65_536)}"`),

  deletion('g8', 'beyond the past', (client) => writer().uint(1).uint(client).uint(1).uint(5).uint(2)),
  deletion('g8', 'all that will ever be written', (client) =>
    writer()
      .uint(1)
      .uint(client)
      .uint(1)
      .uint(0)
      .uint(2 ** 53 - 1),
  ),
  deletion('g8', 'of a stranger', () => writer().uint(1).uint(99).uint(1).uint(0).uint(1)),
  deletion('g8', 'an empty range', (client) => writer().uint(1).uint(client).uint(1).uint(0).uint(0)),
  deletion('g8', 'no ranges', (client) => writer().uint(1).uint(client).uint(0)),
  deletion('g8', 'touching ranges', (client) => writer().uint(1).uint(client).uint(2).uint(0).uint(1).uint(1).uint(1)),
  deletion('g8', 'ranges out of order', (client) => writer().uint(1).uint(client).uint(2).uint(4).uint(1).uint(0).uint(1)),
  deletion('g8', 'the same range twice', (client) => writer().uint(1).uint(client).uint(2).uint(1).uint(1).uint(1).uint(1)),
  deletion('g8', 'a client twice', (client) => writer().uint(2).uint(client).uint(1).uint(0).uint(1).uint(client).uint(1).uint(2).uint(1)),

  deletion('g9', '4,097 ranges claimed', (client) => writer().uint(1).uint(client).uint(4_097)),
  deletion('g9', 'a million ranges claimed', (client) => writer().uint(1).uint(client).uint(1_000_000)),
  { name: '2,049 structs claimed', code: 'g9', input: (client) => update(client, none, { count: 2_049 }) },
  { name: 'above 1 MiB', code: 'g9', input: () => new Uint8Array(2 ** 20 + 1) },
  struct(
    'g9',
    'above 2^20 clocks',
    () =>
      writer()
        .u8(0)
        .uint(2 ** 21)
        .finish(),
    6 + 2 ** 21,
  ),
  struct(
    'g9',
    '2^52 clocks, all claimed',
    () =>
      writer()
        .u8(0)
        .uint(2 ** 52)
        .finish(),
    6 + 2 ** 52,
  ),
  struct('g9', 'a map key above 1 KiB', () => writer().u8(0x28).uint(1).string('map').string('x'.repeat(1_030)).uint(1).u8(126).finish()),
  struct('g9', 'a format named with 100,000 bytes', (client) =>
    writer().u8(0x86).uint(client).uint(5).string('x'.repeat(100_000)).string('true').finish(),
  ),
]
