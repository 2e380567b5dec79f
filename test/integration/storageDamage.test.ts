import { describe, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../src/database/types/defineType.ts'
import { query } from '../../src/database/query/query.ts'
import type { Space } from '../../src/client/echo.ts'
import type { EchoError } from '../../src/shared/echoError.ts'
import { rootDocumentId } from '../../src/shared/ids.ts'
import type { MemorySpace } from '../../src/storage/memory/memoryDisk.ts'
import { setup, until } from '../../src/testing/setup.ts'
import { createBlockCensus } from './simulation/blockCensus.ts'

const Task = defineType('task', z.object({ title: z.string() }))
const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })

function rowsOf(tables: MemorySpace, isOwn: boolean) {
  const own = new Set([...tables.marks.values()].map(({ block }) => tables.blocks.get(block)!.feed))
  return [...tables.blocks.values()].filter(({ feed }) => own.has(feed) === isOwn).sort((a, b) => a.seq - b.seq)
}

/**
 * What is done to the disk while the app is not running; `silent` where nothing can be told from a disk that is whole; `disarms` where it takes the right
 * to write until a member is met.
 */
interface Damage {
  readonly name: string
  readonly silent?: true
  readonly disarms?: true
  readonly do: (tables: MemorySpace) => void
}

const damages: readonly Damage[] = [
  ...[true, false].flatMap((isOwn): readonly Damage[] => {
    const whose = isOwn ? 'an own block' : 'a block of another'
    return [
      { name: `the header of ${whose} is flipped`, do: (t) => void t.damagedHeaders.add(rowsOf(t, isOwn).at(-2)!.block) },
      { name: `the envelope of ${whose} is flipped`, do: (t) => void t.damagedEnvelopes.add(rowsOf(t, isOwn).at(-2)!.block) },
      { name: `${whose} is deleted`, do: (t) => void t.blocks.delete(rowsOf(t, isOwn).at(-2)!.block) },
      {
        name: `the newest of the rows of ${whose} is deleted`,
        silent: true,
        do: (t) => void t.blocks.delete(rowsOf(t, isOwn).at(-1)!.block),
      },
    ]
  }),
  { name: 'the mark is deleted', silent: true, do: (t) => t.marks.clear() },
  {
    name: 'the mark names an older block',
    silent: true,
    do: (t) => {
      const older = rowsOf(t, true).at(-3)!
      for (const [slot, mark] of t.marks) t.marks.set(slot, { ...mark, seq: older.seq, block: older.block })
    },
  },
  {
    name: 'the mark stands under a second slot, too',
    silent: true,
    do: (t) => void t.marks.set(7, { ...[...t.marks.values()][0]!, slot: 7 }),
  },
  { name: 'a membership operation is flipped', disarms: true, do: (t) => void t.damagedOperations.add([...t.membership.keys()].at(-1)!) },
  {
    name: 'a membership operation is deleted',
    silent: true,
    disarms: true,
    do: (t) => void t.membership.delete([...t.membership.keys()].at(-1)!),
  },
  ...[
    { what: 'bytes that are no update', update: Uint8Array.of(255, 255, 255, 7, 1) },
    { what: 'an update that ends too early', update: Uint8Array.of(1, 1, 9, 0, 4) },
    { what: 'nothing', update: new Uint8Array() },
  ].map(({ what, update }) => ({
    name: `a row of the write-ahead log holds ${what}`,
    do: (t: MemorySpace) => {
      const { space, slot } = [...t.marks.values()][0]!
      const key = `${String(slot).padStart(10, '0')}/9999999999999999`
      t.pending.set(key, { space, key, slot, document: rootDocumentId, from: 0, to: 1_000_000, update, heads: [] })
    },
  })),
]

const titles = (space: Space): string =>
  space
    .run(query(Task))
    .map(({ title }) => title)
    .toSorted()
    .join()

function isWritable(space: Space): boolean {
  try {
    space.setName('Garden')
    return true
  } catch {
    return false
  }
}

describe.concurrent('a device on whose disk, before it opens,', () => {
  it.for(damages)(
    '$name opens, says so, writes on, and is whole once it meets another',
    { timeout: 60_000 },
    async (damage, { expect }) => {
      const errors: EchoError[] = []
      const world = await setup('alice', 'bob', {
        types: [Task, Note],
        onError: (error, peer) => void (peer === 'bob' && errors.push(error)),
      })
      const { alice, bob } = world
      const census = createBlockCensus()
      for (const { disk } of [alice, bob]) {
        const { commit } = disk
        disk.commit = (batch, durability) => {
          census.note(batch.putBlocks ?? [], [])
          return commit(batch, durability)
        }
      }
      const [hers, his] = await world.shareSpace('Garden', alice, bob)
      for (let round = 0; round < 4; round++) {
        for (const [space, name] of [
          [hers, 'alice'],
          [his, 'bob'],
        ] as const) {
          space.create(Task, { title: `${name} ${round}` })
          await space.flush()
        }
      }
      await until(hers.live(query(Task)), (rows) => rows.length === 8)
      await until(his.live(query(Task)), (rows) => rows.length === 8)
      const all = titles(hers)
      alice.echo.network.setEnabled(false)
      await new Promise((resolve) => setTimeout(resolve, 100))
      await bob.echo.dispose()
      // Without a cache, which would show what the blocks no longer say.
      bob.cached.caches.clear()
      await bob.disk.run(({ spaces }) => damage.do(spaces.get(hers.id)!))
      errors.length = 0

      const again = await (await bob.restart()).spaces.open(hers.id)
      if (damage.silent === undefined)
        expect(errors.map(({ code }) => code)).toContainEqual(expect.stringMatching(/^(data-corrupt|block-refused|storage-unavailable)$/))
      if (damage.disarms) {
        expect(() => again.create(Task, { title: 'zzz' })).toThrow('You may read this space')
        alice.echo.network.setEnabled(true)
        for (let tries = 0; tries < 200 && !isWritable(again); tries++) await new Promise((resolve) => setTimeout(resolve, 50))
      }
      again.create(Task, { title: 'zzz' })
      await again.flush()
      alice.echo.network.setEnabled(true)
      const whole = `${all},zzz`
      await until(hers.live(query(Task)), () => titles(hers) === whole)
      await until(again.live(query(Task)), () => titles(again) === whole)
      await again.flush()
      await new Promise((resolve) => setTimeout(resolve, 1000))
      expect(census.forkedFeeds()).toEqual([])

      errors.length = 0
      alice.echo.network.setEnabled(false)
      const third = await (await bob.restart()).spaces.open(hers.id)
      expect(titles(third)).toBe(whole)
      expect(third.info.get().memberCount).toBe(2)
      expect(errors).toEqual([])
      await world.dispose()
    },
  )
})
