import { describe, expect, it } from 'vitest'
import { sealPayload } from '../../../src/feed/envelope.ts'
import type { EpochKey } from '../../../src/access/keys/keyRing.ts'
import { encodeBlock, type Block } from '../../../src/feed/block.ts'
import { blockCases, type BlockWorld } from '../../corpus/blockCases.ts'
import { judgeCases } from '../../corpus/judgeCases.ts'
import { spaceBytes } from '../feed/feedFixtures.ts'
import { brief, createAuthor, createReceiver, crypto, epochKey } from '../feed/receiveFixtures.ts'

const codes = [
  'decode/bad-value',
  'decode/too-large',
  'decode/trailing-bytes',
  'decode/truncated',
  'signature/bad-signature',
  'membership/never-writer',
  'graph/space',
  'graph/seq',
  'graph/previous',
  'graph/dependency',
  'graph/clock',
  'envelope/malformed',
  'envelope/newer-version',
  'envelope/aead',
  'header/plaintext-hash',
  'guard/g9',
  'held',
]

describe('the corpus of malformed blocks', () => {
  it('is refused, each case by its layer and for its reason, and leaves nothing behind', { timeout: 60_000 }, async () => {
    const [author, other, stranger] = [await createAuthor(), await createAuthor(), await createAuthor()]
    const own = await author.cut('honest')
    const others = await other.cut('also')
    const good = async () => author.forge(update('!'), { to: 7 })
    const update = (text: string) =>
      Uint8Array.from([
        1,
        1,
        ...varUint(author.client),
        6,
        0x84,
        ...varUint(author.client),
        5,
        text.length,
        ...text.split('').map((c) => c.charCodeAt(0)),
        0,
      ])

    /** The good block with another envelope. */
    async function sealed(payload: Uint8Array, key: EpochKey): Promise<Block> {
      const block = await good()
      const seal = { space: spaceBytes, key, device: author.signing.publicKey, slot: 0, blockId: block.id, payload }
      return { ...block, envelope: await sealPayload(crypto, seal) }
    }

    const world: BlockWorld = {
      own: own.id,
      others: others.id,
      forge: (changes) => author.forge(update('!'), { to: 7, ...changes }),
      forgeAsStranger: (changes) => stranger.forge(Uint8Array.of(0, 0), changes),
      forgePayload: (payload) => sealed(payload, epochKey(1)),
      sealedWithoutKey: () => sealed(update('!'), epochKey(9)),
    }

    await judgeCases('blocks', blockCases, codes, async ({ input }) => {
      const { take, graph, text } = createReceiver([author, other])
      await take(own)
      await take(others)
      const before = [graph.size, text()]
      const verdict = brief(await take(await input(world)))
      expect([graph.size, text()]).toEqual(before)
      return verdict
    })

    const { take, receiver } = createReceiver([author, other])
    await take(own)
    expect(brief(await take(await good()))).toBe('accepted')
    for (const length of [0, 1, 10, 100]) {
      expect(brief(await receiver.receive(encodeBlock(await good()).slice(0, length)))).toBe('decode/truncated')
    }
  })
})

/** As Yjs writes numbers. */
function varUint(value: number): number[] {
  const digits: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) digits.push(128 + (rest % 128))
  return [...digits, rest]
}
