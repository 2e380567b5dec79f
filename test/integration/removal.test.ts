import { afterEach, describe, expect, it } from 'vitest'
import { decodeParts } from '../../src/feed/bundles/bundle.ts'
import { sealingKeyOf } from '../../src/feed/envelope.ts'
import { toHex } from '../../src/shared/bytes.ts'
import { createMemoryStorage } from '../../src/storage/memory/memoryStorage.ts'
import { drive } from './simulation/drive.ts'
import { query } from '../../src/database/query/query.ts'
import { createForkGarden, Task, type Gardener } from './simulation/forkGarden.ts'

/* Members are removed, demoted, or leave: they see it, and neither read nor write what comes after. */
const timeout = 60_000
let dispose = async (): Promise<unknown> => undefined
afterEach(() => dispose())

async function plant<const Names extends readonly string[]>(seed: number, ...names: Names) {
  const garden = await createForkGarden(seed, ...names)
  dispose = garden.dispose
  const idOf = ({ space }: Gardener) => space.members.get().find(({ isMe }) => isMe)!.id
  return { garden, idOf, see: (gardener: Gardener) => garden.view(gardener) }
}

const anyTask = ({ space }: Gardener) => space.run(query(Task))[0]!
const statusOf = ({ peer, space }: Gardener) => peer.echo.spaces.state(space.id).get().status
const peersOf = ({ space }: Gardener) => (space.sync.get() as { peers?: number }).peers ?? 0

describe('a member who is removed', () => {
  it('while online sees it, is cut off, and reads nothing that comes after', { timeout }, async () => {
    const { garden, idOf, see } = await plant(1, 'ann', 'ben', 'cleo')
    const [ann, ben, cleo] = [garden.of('ann'), garden.of('ben'), garden.of('cleo')]
    await garden.write1(ann, 2)
    await garden.write1(ben, 2)
    await garden.clock.run(5_000)
    const before = see(ann)
    expect(see(ben)).toEqual(before)

    await drive(garden.clock, ann.space.removeMember(idOf(ben)))
    await garden.clock.run(5_000)
    expect(peersOf(ben)).toBe(0)
    const ended = ben.peer.echo.spaces.state(ben.space.id).get()
    expect(ended).toMatchObject({ status: 'removed', by: [{ id: idOf(ann), name: 'ann', isMe: false }] })
    expect(ben.space.permissions.get()).toMatchObject({ can: { write: false }, why: { write: 'removed' } })
    for (const write of [
      () => ben.space.setName('mine'),
      () => ben.space.create(Task, { title: 'late' }),
      () => ben.space.update(anyTask(ben).id, { title: 'mine' }),
      () => ben.space.delete(anyTask(ben).id),
      () => ben.space.batch(() => ben.space.create(Task, { title: 'late' })),
    ])
      expect(write).toThrow(expect.objectContaining({ code: 'removed' }))
    ben.text.current.get().yText.insert(0, 'late')
    await garden.clock.run(2_000)
    expect(garden.errors.map(({ peer, error }) => [peer, error.code])).toEqual([['ben', 'removed']])
    expect(ben.text.current.get().yText.toString()).not.toContain('late')
    expect(ann.space.members.get()).toHaveLength(2)

    await garden.write1(ann, 2)
    await garden.write1(cleo, 2)
    await garden.clock.run(40_000)
    expect(see(cleo)).toEqual(see(ann))
    expect(see(ann).titles).toHaveLength(before.titles.length + 4)
    expect(see(ben)).toEqual(before)
    expect(peersOf(ann)).toBe(1)
    // The key of the space is another one for all that was written since, and no block of it came to him.
    const keysOf = async (gardener: Gardener) => (await garden.graphOf(gardener)).missingFor([]).map(({ header }) => toHex(header.keyId))
    const [hers, his] = [await keysOf(ann), await keysOf(ben)]
    const since = hers.slice(his.length)
    expect(since.length).toBeGreaterThanOrEqual(4)
    expect(new Set(since).size).toBe(1)
    expect(his).not.toContain(since[0])
    await garden.restart(ben)
    expect(ben.peer.echo.spaces.state(ben.space.id).get()).toEqual(ended)
    expect(see(ben)).toEqual(before)
  })

  it('makes nobody wait: the key is changed in the same step, and who removed him is read at once', { timeout }, async () => {
    const { garden, idOf, see } = await plant(32, 'ann', 'ben', 'cleo')
    const [ann, ben, cleo] = [garden.of('ann'), garden.of('ben'), garden.of('cleo')]
    await drive(garden.clock, ann.space.removeMember(idOf(ben)))
    ann.space.create(Task, { title: 'at once' })
    await garden.clock.run(200)
    expect([see(cleo).titles, see(ben).titles]).toEqual([['at once'], []])
  })

  it('while offline learns of it when it comes back, and nobody takes what it wrote meanwhile', { timeout }, async () => {
    const { garden, idOf, see } = await plant(2, 'ann', 'ben', 'cleo')
    const [ann, ben, cleo] = [garden.of('ann'), garden.of('ben'), garden.of('cleo')]
    await garden.write1(ben, 2)
    await garden.clock.run(5_000)
    const ids = idOf(ben)
    garden.isolate(ben)
    await garden.clock.run(2_000)
    await drive(garden.clock, ann.space.removeMember(ids))
    await garden.write1(ben, 3)
    await garden.write1(ann, 1)
    await garden.clock.run(40_000)
    const known = see(ann)
    garden.heal()
    await garden.clock.run(40_000)
    expect(statusOf(ben)).toBe('removed')
    expect(see(ann)).toEqual(known)
    await garden.write1(cleo, 1)
    await garden.clock.run(5_000)
    expect(see(cleo)).toEqual(see(ann))
    expect(see(ben).titles).toHaveLength(2)
  })

  it('while offline over several changes of the key learns of it all the same', { timeout }, async () => {
    const { garden, idOf } = await plant(7, 'ann', 'ben', 'cleo', 'dan')
    const [ann, ben, cleo] = [garden.of('ann'), garden.of('ben'), garden.of('cleo')]
    const ids = [cleo, ben].map(idOf)
    garden.isolate(ben)
    await garden.clock.run(2_000)
    for (const id of ids) {
      await drive(garden.clock, ann.space.removeMember(id))
      await garden.write1(ann, 1)
      await garden.clock.run(5_000)
    }
    garden.heal()
    await garden.clock.run(20_000)
    expect([statusOf(ben), statusOf(cleo)]).toEqual(['removed', 'removed'])
  })

  it('in the midst of writing does not hold the others up, and what they built on stays', { timeout }, async () => {
    const { garden, idOf, see } = await plant(3, 'ann', 'ben', 'cleo')
    const [ann, ben, cleo] = [garden.of('ann'), garden.of('ben'), garden.of('cleo')]
    const id = idOf(ben)
    for (let i = 0; i < 10; i++) {
      if (statusOf(ben) === 'removed') break
      garden.write(ben)
      if (i === 5) void ann.space.removeMember(id)
      garden.write(cleo)
      await garden.clock.run(100)
    }
    await garden.write1(ann, 2)
    await garden.clock.run(60_000)
    expect(statusOf(ben)).toBe('removed')
    expect(see(cleo)).toEqual(see(ann))
    await garden.write1(cleo, 1)
    await garden.clock.run(5_000)
    expect(see(cleo)).toEqual(see(ann))
  })
})

describe('what a member wrote while it was alone, before it heard of a removal', () => {
  it.each(['a few blocks', 'a bundle'] as const)('leaves it under the new key: %s', { timeout }, async (what) => {
    const { garden, idOf, see } = await plant(8, 'ann', 'ben', 'cleo')
    const [ann, ben, cleo] = [garden.of('ann'), garden.of('ben'), garden.of('cleo')]
    await garden.write1(cleo, 1)
    await garden.clock.run(2_000)
    /** The keys under which a disk has the blocks of each feed. */
    const keysOf = async ({ peer, space: { id } }: Gardener) => {
      const storage = createMemoryStorage({ disk: peer.disk })
      await storage.open()
      const [{ rows }, bundles] = [await storage.readHeaders(id), await storage.readBundles(id)]
      const keys = new Map<string, string[]>()
      const note = (feed: string, envelope: Uint8Array) => keys.set(feed, [...(keys.get(feed) ?? []), toHex(sealingKeyOf(envelope))])
      for (const place of bundles.rows) {
        const parts = decodeParts((await storage.readBundle(id, place))!.parts)
        for (const part of parts.ok ? parts.value : []) note(place.feed, part)
      }
      for (const block of await storage.readBlocks(id, rows)) note(block!.feed, block!.envelope)
      await storage.dispose()
      return keys
    }
    await drive(garden.clock, ann.space.flush())
    const before = await keysOf(ann)
    const [key] = [...before.values()].flat()
    garden.isolate(cleo)
    await garden.clock.run(2_000)
    for (let i = 0; i < (what === 'a bundle' ? 70 : 5); i++) {
      garden.write(cleo)
      await drive(garden.clock, cleo.space.flush())
    }
    await garden.clock.run(20_000)
    const alone = await keysOf(cleo)
    const [feed] = [...alone.keys()].filter((each) => alone.get(each)!.length > before.get(each)!.length || what === 'a bundle')
    expect(new Set(alone.get(feed!))).toEqual(new Set([key]))
    await drive(garden.clock, ann.space.removeMember(idOf(ben)))
    await garden.write1(ann, 1)
    garden.heal()
    await garden.clock.run(20_000)
    expect(see(cleo)).toEqual(see(ann))
    await drive(garden.clock, ann.space.flush())
    // What she had from cleo before is as it was; all that came afterwards is under one other key.
    const now = (await keysOf(ann)).get(feed!)!
    expect(now.filter((each) => each === key)).toHaveLength(before.get(feed!)!.length)
    const since = now.filter((each) => each !== key)
    expect(since.length).toBeGreaterThan(0)
    expect(new Set(since).size).toBe(1)
  })
})

describe('roles', () => {
  it('change, and a reader cannot write', { timeout }, async () => {
    const { garden, idOf, see } = await plant(4, 'ann', 'ben', 'cleo')
    const [ann, ben] = [garden.of('ann'), garden.of('ben')]
    await drive(garden.clock, ann.space.setRole(idOf(ben), 'admin'))
    await garden.clock.run(2_000)
    expect(ben.space.info.get().role).toBe('admin')
    await drive(garden.clock, ann.space.setRole(idOf(ben), 'reader'))
    await garden.clock.run(5_000)
    expect(ben.space.info.get().role).toBe('reader')
    expect(() => ben.space.setName('mine')).toThrow(expect.objectContaining({ code: 'read-only' }))
    await garden.write1(ann, 2)
    await garden.clock.run(40_000)
    expect(see(ben)).toEqual(see(ann))
  })

  it('take nothing away that was written before a leave and waited for a key', { timeout }, async () => {
    const { garden, see } = await plant(31, 'ann', 'ben', 'cleo')
    const [ann, ben, cleo] = [garden.of('ann'), garden.of('ben'), garden.of('cleo')]
    await drive(garden.clock, cleo.space.leave())
    // From here on there is no key to write under, until somebody who writes makes one.
    await garden.clock.runUntil(() => ben.space.members.get().length === 2, 5_000)
    ben.space.create(Task, { title: 'last words' })
    await drive(garden.clock, ben.space.leave())
    await garden.clock.run(20_000)
    expect([ann.space.members.get().length, see(ann).titles]).toEqual([1, ['last words']])
  })

  it('end with a leave, after which the others go on under a new key', { timeout }, async () => {
    const { garden, see } = await plant(5, 'ann', 'ben', 'cleo')
    const [ann, ben, cleo] = [garden.of('ann'), garden.of('ben'), garden.of('cleo')]
    await garden.write1(ben, 2)
    await drive(garden.clock, ben.space.leave())
    await garden.clock.run(5_000)
    expect(statusOf(ben)).toBe('left')
    await expect(drive(garden.clock, ann.space.leave())).rejects.toEqual(expect.objectContaining({ code: 'last-owner' }))
    await garden.write1(ann, 2)
    await garden.write1(cleo, 2)
    await garden.clock.run(40_000)
    expect(see(cleo)).toEqual(see(ann))
    expect(see(ann).titles).toHaveLength(6)
    expect(see(ben).titles).toHaveLength(2)
  })
})

describe('a member who leaves while nobody is there', () => {
  it.each(['stays open', 'is restarted'] as const)(
    'is heard of once it meets somebody, and then is gone: the app %s',
    { timeout },
    async (what) => {
      const { garden } = await plant(9, 'ann', 'ben', 'cleo')
      const [ann, ben] = [garden.of('ann'), garden.of('ben')]
      garden.isolate(ben)
      await garden.clock.run(2_000)
      await drive(garden.clock, ben.space.leave())
      expect(statusOf(ben)).toBe('left')
      if (what === 'is restarted') await garden.restart(ben)
      await garden.clock.run(20_000)
      expect(ann.space.members.get()).toHaveLength(3)
      garden.heal()
      await garden.clock.run(20_000)
      expect(ann.space.members.get()).toHaveLength(2)
      expect(peersOf(ben)).toBe(0)
      // He does not go on asking.
      let frames = 0
      const stop = garden.world.swarm.tap((from, to, frame) => {
        if (from.startsWith('ben') || to.startsWith('ben')) frames++
        return frame
      })
      await garden.clock.run(300_000)
      stop()
      expect(frames).toBe(0)
    },
  )
})

describe('a device that is no member by all it knows', () => {
  it(
    'looks in now and then, and is back with all that was written where who removed it had been removed himself',
    { timeout },
    async () => {
      const { garden, idOf, see } = await plant(21, 'ann', 'ben', 'cleo', 'dan')
      const [ann, ben, cleo, dan] = [garden.of('ann'), garden.of('ben'), garden.of('cleo'), garden.of('dan')]
      await drive(garden.clock, ann.space.setRole(idOf(ben), 'admin'))
      await garden.clock.run(5_000)
      const [benId, danId] = [idOf(ben), idOf(dan)]
      garden.isolate(ann)
      await garden.clock.run(2_000)
      await drive(garden.clock, ben.space.removeMember(danId))
      await garden.clock.run(5_000)
      expect(statusOf(dan)).toBe('removed')
      // Under the key that dan was not given.
      await garden.write1(cleo, 2)
      await drive(garden.clock, ann.space.removeMember(benId))
      await garden.write1(ann, 2)
      await garden.clock.run(60_000)
      garden.heal()
      await garden.clock.run(60_000)
      expect(ann.space.members.get().map(({ id }) => id)).toContain(danId)
      expect(statusOf(dan)).toBe('removed')
      await garden.clock.run(660_000)
      expect(statusOf(dan)).toBe('ready')
      await garden.write1(dan, 1)
      await garden.clock.run(10_000)
      expect(see(ann).titles).toHaveLength(5)
      for (const gardener of [cleo, dan]) expect(see(gardener), gardener.peer.name).toEqual(see(ann))
    },
  )

  it('looks in now and then, so that its leave is heard of although the only one who knew is gone, too', { timeout }, async () => {
    const { garden, idOf } = await plant(22, 'ann', 'ben', 'cleo')
    const [ann, ben, cleo] = [garden.of('ann'), garden.of('ben'), garden.of('cleo')]
    const cleoId = idOf(cleo)
    garden.isolate(ann)
    await garden.clock.run(2_000)
    await drive(garden.clock, ben.space.leave())
    await garden.clock.run(5_000)
    expect(cleo.space.members.get()).toHaveLength(2)
    await drive(garden.clock, ann.space.removeMember(cleoId))
    await garden.clock.run(5_000)
    garden.heal()
    await garden.clock.run(60_000)
    expect(statusOf(cleo)).toBe('removed')
    await garden.clock.run(660_000)
    expect(ann.space.members.get().map(({ id }) => id)).toEqual([idOf(ann)])
    expect(peersOf(ben)).toBe(0)
  })
})

describe('a member who was away', () => {
  it.each([1, 3, 7])('while the key changed %i times learns the newest from an usher, reads, and is read', { timeout }, async (changes) => {
    const { garden, idOf, see } = await plant(10 + changes, 'ann', 'ben', 'cleo')
    const [ann, ben, cleo] = [garden.of('ann'), garden.of('ben'), garden.of('cleo')]
    const id = idOf(cleo)
    garden.isolate(ben)
    await garden.write1(ben, 2)
    for (let i = 0; i < changes; i++) {
      // A lower role ends the higher one, and so the key.
      if (i > 0) await drive(garden.clock, ann.space.setRole(id, 'admin'))
      await drive(garden.clock, ann.space.setRole(id, i % 2 === 0 ? 'reader' : 'editor'))
      await garden.write1(ann, 1)
      await garden.clock.run(40_000)
    }
    garden.heal()
    await garden.clock.run(40_000)
    await garden.write1(ben, 1)
    await garden.write1(ann, 1)
    await garden.clock.run(5_000)
    expect(see(ben).titles).toHaveLength(changes + 4)
    for (const gardener of [ann, cleo]) expect(see(gardener)).toEqual(see(ben))
  })
})

describe('two parts of a space that were apart', () => {
  it('find each other when both have changed the key', { timeout }, async () => {
    const { garden, idOf, see } = await plant(6, 'ann', 'ben', 'cleo', 'dan', 'eve', 'fay')
    const [ann, ben, cleo, dan, eve, fay] = (['ann', 'ben', 'cleo', 'dan', 'eve', 'fay'] as const).map((name) => garden.of(name))
    await drive(garden.clock, ann!.space.setRole(idOf(ben!), 'admin'))
    await garden.clock.run(5_000)
    const [eveId, fayId] = [idOf(eve!), idOf(fay!)]
    garden.isolate(ben!, dan!)
    await garden.clock.run(2_000)
    await drive(garden.clock, ann!.space.removeMember(eveId))
    await drive(garden.clock, ben!.space.removeMember(fayId))
    for (const gardener of [ann!, ben!, cleo!, dan!]) await garden.write1(gardener, 1)
    await garden.clock.run(60_000)
    garden.heal()
    await garden.clock.run(60_000)
    for (const gardener of [ann!, ben!, cleo!, dan!]) {
      expect(gardener.space.members.get()).toHaveLength(4)
      await garden.write1(gardener, 1)
    }
    await garden.clock.run(60_000)
    for (const gardener of [ben!, cleo!, dan!]) expect(see(gardener), gardener.peer.name).toEqual(see(ann!))
    expect(see(ann!).titles).toHaveLength(8)
    expect([statusOf(eve!), statusOf(fay!)]).toEqual(['removed', 'removed'])
  })
})
