import { Writer } from '../../src/shared/encoding.ts'
import type { MalformedCase } from './malformedCase.ts'
import { truncations } from './judgeCases.ts'

/* Hellos: `01, proto u8, role u8, min uint, max uint, ephemeral 32, ext`, each good but for what its name says. */

interface HelloParts {
  readonly version?: number
  readonly role?: number
  readonly min?: number
  readonly max?: number
  readonly ephemeral?: number
  readonly extensions?: readonly (readonly [number, Uint8Array])[]
  readonly count?: number
}

const none = new Uint8Array(0)

function hello({
  version = 1,
  role = 0,
  min = 1,
  max = 1,
  ephemeral = 32,
  extensions = [],
  count = extensions.length,
}: HelloParts): Uint8Array {
  const writer = new Writer().u8(version).u8(1).u8(role).uint(min).uint(max).fixed(new Uint8Array(ephemeral).fill(9)).uint(count)
  for (const [tag, value] of extensions) writer.uint(tag).bytes(value)
  return writer.finish()
}

const bad = (name: string, parts: HelloParts, code = 'malformed'): MalformedCase<Uint8Array> => ({ name, code, input: hello(parts) })
/** What the others are made of. */
export const goodHello = hello({})

export const helloCases: readonly MalformedCase<Uint8Array>[] = [
  ...truncations(goodHello, 'malformed'),
  { name: 'a byte behind the end', code: 'malformed', input: Uint8Array.from([...goodHello, 0]) },
  { name: 'longer than a hello may be', code: 'malformed', input: hello({ extensions: [[1, new Uint8Array(600)]] }) },
  bad('another first byte', { version: 0 }),
  bad('a role that does not exist', { role: 4 }),
  bad('the last role there could be', { role: 255 }),
  bad('only versions before the first', { min: 0, max: 0 }, 'older-version'),
  bad('a short ephemeral key', { ephemeral: 31 }),
  bad('more extensions than are there', { count: 3 }),
  bad('an absurd number of extensions', { count: 1_000_000 }),
  bad('extensions out of order', {
    extensions: [
      [5, none],
      [3, none],
    ],
  }),
  bad('one extension twice', {
    extensions: [
      [3, none],
      [3, none],
    ],
  }),
  { name: 'an over-long number', code: 'malformed', input: Uint8Array.from([1, 1, 0, 0x81, 0, ...goodHello.subarray(4)]) },
  { name: 'a number beyond 2^53', code: 'malformed', input: Uint8Array.from([1, 1, 0, ...new Uint8Array(9).fill(0xff)]) },
  bad('only versions that are not made yet', { min: 2, max: 9 }, 'newer-version'),
  bad('an extension that must be known', { extensions: [[2, none]] }, 'newer-version'),
]

/* Proofs of a device's key: `10 · device 32 · list(64) head 32 · ext · sig 64`. The judge signs properly what `parts` make. */

export interface AuthParts {
  readonly type?: number
  readonly heads?: number
  readonly claimedHeads?: number
  readonly extensions?: readonly number[]
  /** What is done after signing. */
  readonly spoil?: (bytes: Uint8Array) => Uint8Array
  /** Instead of the device's own key. */
  readonly device?: Uint8Array
  readonly side?: 'initiator' | 'responder'
  readonly transcript?: number
}

const auth = (name: string, code: string, input: AuthParts): MalformedCase<AuthParts> => ({ name, code, input })
const flipped = (at: number) => (bytes: Uint8Array) =>
  bytes.with(bytes.length + at < bytes.length ? bytes.length + at : at, bytes.at(at)! ^ 1)
const smallOrder = new Uint8Array(32).with(0, 1)

export const authCases: readonly MalformedCase<AuthParts>[] = [
  auth('empty', 'malformed', { spoil: () => none }),
  auth('another type', 'malformed', { type: 0x11 }),
  auth('without its last byte', 'malformed', { spoil: (bytes) => bytes.subarray(0, -1) }),
  auth('a byte behind the end', 'malformed', { spoil: (bytes) => Uint8Array.from([...bytes, 0]) }),
  auth('65 heads', 'malformed', { heads: 65 }),
  auth('more heads than are there', 'malformed', { heads: 1, claimedHeads: 60 }),
  auth('an extension that must be known', 'newer-version', { extensions: [4] }),
  auth('a key of zeros', 'bad-key', { device: new Uint8Array(32) }),
  auth('a key of small order', 'bad-key', { device: smallOrder }),
  auth('a key that is no point', 'bad-key', { device: new Uint8Array(32).fill(2) }),
  auth('a key in a second form', 'bad-key', { device: new Uint8Array(32).fill(0xff) }),
  auth('one bit of the signature flipped', 'bad-signature', { spoil: flipped(-1) }),
  auth('one bit of a head flipped', 'bad-signature', { heads: 1, spoil: flipped(40) }),
  auth('a signature of zeros', 'bad-signature', { spoil: (bytes) => Uint8Array.from([...bytes.subarray(0, -64), ...new Uint8Array(64)]) }),
  auth('S beyond the group order', 'bad-signature', {
    spoil: (bytes) => Uint8Array.from([...bytes.subarray(0, -32), ...new Uint8Array(32).fill(0xff)]),
  }),
  auth('signed for the other side', 'bad-signature', { side: 'responder' }),
  auth('signed for another conversation', 'bad-signature', { transcript: 8 }),
]
