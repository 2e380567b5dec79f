import { describe, expect, it } from 'vitest'
import { epochRendezvous } from '../../../src/access/keys/epochKeys.ts'
import type { EchoPorts } from '../../../src/client/echo.ts'
import { fetchSpace, type FetchedSpace } from '../../../src/client/invitations/fetchSpace.ts'
import { feedKeyOf } from '../../../src/feed/feedKey.ts'
import { createMemorySwarm } from '../../../src/network/memory/memorySwarm.ts'
import { linkHandshake } from '../../../src/replication/link/linkHandshake.ts'
import { proveMembership } from '../../../src/replication/link/proveMembership.ts'
import { idBytes, toId, type BlockId, type DeviceId } from '../../../src/shared/ids.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { admit, createPerson } from '../access/people.ts'
import { createTestSpace } from '../documents/createTestSpace.ts'

/** A device that the log lists and that knows only the key; members in the key's room, of whom each names what he likes. */
async function createTest() {
  const world = await createTestSpace()
  const { crypto, clock, space, log, keyRing, alice } = world
  const guest = await createPerson(crypto)
  await admit(world, alice, guest, 'editor')
  const key = keyRing.newest()!
  const swarm = createMemorySwarm({ clock, random: createSeededRandom(2), connectMs: [1, 1] })
  const { room: name, password } = epochRendezvous(crypto, idBytes(space), key.key)
  const faults: unknown[] = []
  const feeds = [world.alice, world.bob].map(({ record }) => feedKeyOf(record.sign, 0))

  /** @param seqs of alice's feed and bob's, as this member has them; undefined: says nothing of it */
  function enter(who: 'alice' | 'bob' | 'rita', seqs: readonly (number | undefined)[]): void {
    const heads = seqs.flatMap((seq, i) =>
      seq === undefined ? [] : [{ feed: feeds[i]!, seq, id: toId<BlockId>(new Uint8Array(32).fill(i)) }],
    )
    swarm.peer(who).enter({ name, password }, (connection) => {
      const random = createSeededRandom(who)
      void linkHandshake(connection, { crypto, clock, random, identity: world[who], space, key, log }).then((secure) => {
        if (!secure.ok) return
        const proof = proveMembership(
          { ...secure.value, device: toId<DeviceId>(secure.value.device) },
          { log, clock, isOlder: false, onMember: () => void proof.link.send({ type: 'heads', heads }) },
        )
      })
    })
  }
  const fetched: FetchedSpace[] = []
  const begin = () =>
    fetchSpace({
      ports: { crypto, clock, random: createSeededRandom('guest') } as unknown as EchoPorts,
      network: swarm.peer('guest'),
      identity: guest,
      space,
      key,
      listSelf: async () => [],
      onFetched: (space) => fetched.push(space),
      onFault: (error) => faults.push(error),
    })
  const named = () => fetched.map(({ content }) => content.map(({ feed, seq }) => [feeds.indexOf(feed), seq]).sort())
  return { clock, enter, begin, fetched, named, faults }
}

describe('a space of which only the key is known', () => {
  it('waits for what its members name, also where the first of them names nothing or less', async () => {
    for (const first of [[], [3]]) {
      const { clock, enter, begin, named, faults } = await createTest()
      enter('rita', first)
      begin()
      await clock.run(1_000)
      enter('bob', [7, 2])
      await clock.run(6_000)
      expect(named()).toEqual([
        [
          [0, 7],
          [1, 2],
        ],
      ])
      expect(faults).toEqual([])
    }
  })

  it('waits for the most that anyone names of each feed', async () => {
    const { clock, enter, begin, named } = await createTest()
    enter('alice', [9, 1])
    enter('bob', [7, 2])
    begin()
    await clock.run(6_000)
    expect(named()).toEqual([
      [
        [0, 9],
        [1, 2],
      ],
    ])
  })

  it('is there two seconds after a member was heard, and after five where none named anything', async () => {
    for (const [seqs, ms] of [
      [[4], 2_000],
      [[], 5_000],
    ] as const) {
      const { clock, enter, begin, fetched } = await createTest()
      enter('alice', seqs)
      begin()
      await clock.run(ms - 100)
      expect(fetched).toEqual([])
      await clock.run(500)
      expect(fetched).toHaveLength(1)
    }
  })
})
