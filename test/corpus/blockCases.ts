import type { Block } from '../../src/feed/block.ts'
import { maxEnvelopeBytes } from '../../src/feed/envelope.ts'
import type { BlockHeader } from '../../src/feed/header.ts'
import { concatBytes } from '../../src/shared/bytes.ts'
import type { MalformedCase } from './malformedCase.ts'

/** What a case may build on: the author's one accepted block, another's, and how to sign and seal properly whatever a header says. */
export interface BlockWorld {
  readonly own: Uint8Array
  readonly others: Uint8Array
  /** The author's next block, with changes, properly signed and sealed. */
  forge(changes: Partial<BlockHeader>): Promise<Block & { readonly id: Uint8Array }>
  /** The same, by someone of whom the membership log knows nothing. */
  forgeAsStranger(changes: Partial<BlockHeader>): Promise<Block>
  /** The author's next block with the payload of another under its hash. */
  forgePayload(payload: Uint8Array): Promise<Block>
  sealedWithoutKey(): Promise<Block>
}

/** The code is `<layer>/<reason>`, or the status where a block is neither taken nor refused. */
export type BlockCase = MalformedCase<(world: BlockWorld) => Promise<Block>>

const id = (value: number): Uint8Array => new Uint8Array(32).fill(value)
const header = (name: string, code: string, changes: (world: BlockWorld) => Partial<BlockHeader>): BlockCase => ({
  name: `header: ${name}`,
  code,
  input: (world) => world.forge(changes(world)),
})
const spoiled = (name: string, code: string, spoil: (block: Block) => Partial<Block>): BlockCase => ({
  name,
  code,
  input: async (world) => {
    const block = await world.forge({})
    return { ...block, ...spoil(block) }
  },
})
const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at, bytes[at]! ^ 1)
/** One bit in each part of an envelope: `01 · key id 32 · device 32 · slot 4 · nonce 12 · bytes ciphertext`. */
const envelopeBit = (name: string, code: string, at: number): BlockCase =>
  spoiled(`envelope: a bit of ${name}`, code, ({ envelope }) => ({ envelope: flipped(envelope, at) }))
const ascending = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => new Uint8Array(32).with(1, i >> 8).with(2, i & 255))

export const blockCases: readonly BlockCase[] = [
  header('another space', 'graph/space', () => ({ space: id(9) })),
  header('seq left out', 'graph/seq', () => ({ seq: 2 })),
  header('seq at the greatest number', 'graph/seq', () => ({ seq: Number.MAX_SAFE_INTEGER })),
  header('first, yet with a block before it', 'graph/previous', ({ own }) => ({ seq: 0, previous: own })),
  header('later, yet with none before it', 'graph/previous', () => ({ previous: id(0) })),
  header('behind a block of another feed', 'graph/previous', ({ others }) => ({ previous: others })),
  header('depends on its own feed', 'graph/dependency', ({ own }) => ({ dependencies: [own] })),
  header('clocks that leave a gap', 'graph/clock', () => ({ from: 100, to: 101 })),
  header('clocks that were used', 'graph/clock', () => ({ from: 0 })),
  header('clocks that burn all there are', 'guard/g9', () => ({ to: Number.MAX_SAFE_INTEGER })),
  header('clocks that end before they begin', 'decode/bad-value', () => ({ from: 6, to: 5 })),
  header('dependencies out of order', 'decode/bad-value', () => ({ dependencies: [id(5), id(4)] })),
  header('one dependency twice', 'decode/bad-value', () => ({ dependencies: [id(4), id(4)] })),
  header('257 dependencies', 'decode/too-large', () => ({ dependencies: ascending(257) })),
  header('65 heads of the membership log', 'decode/too-large', () => ({ membership: ascending(65) })),
  header('heads of the membership log out of order', 'decode/bad-value', () => ({ membership: [id(5), id(4)] })),
  header('no head of the membership log that anyone knows', 'held', () => ({ membership: [id(77)] })),
  header('a hash of something else', 'header/plaintext-hash', () => ({ plaintextHash: id(6) })),
  header('made under a key that nobody has', 'held', () => ({ keyId: id(8) })),
  header('in another document, whose clocks begin at 0', 'graph/clock', () => ({ document: new Uint8Array(16).fill(44) })),
  header('depends on a block that is not there', 'held', () => ({ dependencies: [id(250)] })),
  {
    name: 'by someone who is no member',
    code: 'membership/never-writer',
    input: (world) => world.forgeAsStranger({}),
  },
  {
    name: "by someone who is no member, under a member's name",
    code: 'membership/never-writer',
    input: (world) => world.forgeAsStranger({ identity: id(5) }),
  },
  spoiled('header: cut', 'decode/truncated', ({ header: bytes }) => ({ header: bytes.slice(0, -1) })),
  spoiled('header: a byte behind the end', 'decode/trailing-bytes', ({ header: bytes }) => ({
    header: concatBytes(bytes, Uint8Array.of(0)),
  })),
  spoiled('header: empty', 'decode/truncated', () => ({ header: new Uint8Array(0) })),
  spoiled('header: of version 0', 'decode/bad-value', ({ header: bytes }) => ({ header: bytes.with(0, 0) })),
  ...[1, 40, 70, 98, 140].map((at) =>
    spoiled(`header: the bit at ${at} flipped`, at === 1 ? 'graph/space' : 'signature/bad-signature', ({ header: bytes }) => ({
      header: flipped(bytes, at),
    })),
  ),
  ...[0, 31, 32, 63].map((at) =>
    spoiled(`signature: the bit at ${at} flipped`, 'signature/bad-signature', ({ signature }) => ({ signature: flipped(signature, at) })),
  ),
  spoiled('signature: zeros', 'signature/bad-signature', () => ({ signature: new Uint8Array(64) })),
  spoiled('signature: S beyond the group order', 'signature/bad-signature', ({ signature }) => ({
    signature: concatBytes(signature.slice(0, 32), new Uint8Array(32).fill(0xff)),
  })),
  spoiled('signature: R of small order', 'signature/bad-signature', ({ signature }) => ({
    signature: concatBytes(new Uint8Array(32).with(0, 1), signature.slice(32)),
  })),
  spoiled('envelope: empty', 'envelope/malformed', () => ({ envelope: new Uint8Array(0) })),
  spoiled('envelope: cut', 'envelope/malformed', ({ envelope }) => ({ envelope: envelope.slice(0, -1) })),
  spoiled('envelope: a byte behind the end', 'envelope/malformed', ({ envelope }) => ({
    envelope: concatBytes(envelope, Uint8Array.of(0)),
  })),
  spoiled('envelope: of version 0', 'envelope/malformed', ({ envelope }) => ({ envelope: envelope.with(0, 0) })),
  spoiled('envelope: of a version that is not made yet', 'envelope/newer-version', ({ envelope }) => ({ envelope: envelope.with(0, 2) })),
  spoiled('envelope: beyond its size', 'decode/too-large', () => ({ envelope: new Uint8Array(maxEnvelopeBytes + 1) })),
  envelopeBit('the key id', 'held', 1),
  envelopeBit('the sealing device', 'envelope/aead', 33),
  envelopeBit('the slot', 'envelope/aead', 65),
  envelopeBit('the nonce', 'envelope/aead', 69),
  envelopeBit('the ciphertext', 'envelope/aead', 84),
  {
    name: 'envelope: of another block',
    code: 'envelope/aead',
    input: async (world) => ({ ...(await world.forge({})), envelope: (await world.forge({ timeMs: 1 })).envelope }),
  },
  {
    name: 'a payload other than the header commits to',
    code: 'header/plaintext-hash',
    input: (world) => world.forgePayload(Uint8Array.of(0, 0)),
  },
  { name: 'sealed under a key that nobody has', code: 'held', input: (world) => world.sealedWithoutKey() },
]
