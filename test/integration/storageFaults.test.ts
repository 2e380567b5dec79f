import { describe, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../src/database/types/defineType.ts'
import { query } from '../../src/database/query/query.ts'
import type { Space } from '../../src/client/echo.ts'
import type { Readable } from '../../src/shared/readable.ts'
import type { MemoryDisk } from '../../src/storage/memory/memoryDisk.ts'
import type { StorageBatch } from '../../src/storage/storage.ts'
import { storageUnavailableError } from '../../src/storage/storageError.ts'
import { setup, until, type TestPeer } from '../../src/testing/setup.ts'
import { createBlockCensus, type BlockCensus } from './simulation/blockCensus.ts'

const Task = defineType('task', z.object({ title: z.string() }))
const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })

/** The kinds of transaction, told by what they put. */
const kinds = {
  'a row of the write-ahead log': (batch: StorageBatch) => has(batch.putPending),
  'an own block and its mark': (batch: StorageBatch) => has(batch.putMarks),
  'gathered blocks': (batch: StorageBatch) => has(batch.putBlocks) && !has(batch.putMarks) && !has(batch.putPending),
  'a membership operation': (batch: StorageBatch) => has(batch.putMembership),
  'a key': (batch: StorageBatch) => has(batch.putKeys),
  'a bundle in the place of blocks': (batch: StorageBatch) => has(batch.putBundles) && has(batch.deleteBlocks),
}

function has(rows: readonly unknown[] | undefined): boolean {
  return (rows?.length ?? 0) > 0
}

type Kind = keyof typeof kinds
/** A full disk stays so; an aborted transaction and one whose database was closed under it are one write. */
type Fault = 'a full disk' | 'an abort' | 'a closed database'

const frequent: readonly Kind[] = ['a row of the write-ahead log', 'an own block and its mark', 'gathered blocks']

const cases = (Object.keys(kinds) as Kind[])
  .flatMap((kind) =>
    (['a full disk', 'an abort', 'a closed database'] as const).flatMap((fault) =>
      (frequent.includes(kind) ? [1, 3] : [1]).map((nth) => ({ kind, fault, nth })),
    ),
  )
  // It takes less than what it replaces, so a full disk takes it.
  .filter(({ kind, fault }) => kind !== 'a bundle in the place of blocks' || fault !== 'a full disk')

/** Puts `fault` in the way of the n-th write of a kind from now on. */
function strike(disk: MemoryDisk, kind: Kind, fault: Fault, nth: number): { readonly struck: () => boolean; mend(): void } {
  const commit = disk.commit
  let seen = 0
  disk.commit = (batch, durability) => {
    if (!kinds[kind](batch) || ++seen !== nth) return commit(batch, durability)
    if (fault === 'a full disk') disk.quotaBytes = disk.usedBytes
    else {
      if (fault === 'a closed database') disk.close()
      // The requests had succeeded: nothing fails before the transaction does.
      disk.failNextWrite(storageUnavailableError('The transaction was aborted.'))
    }
    return commit(batch, durability)
  }
  return {
    struck: () => seen >= nth,
    mend() {
      disk.commit = commit
      disk.quotaBytes = Infinity
    },
  }
}

function watchBlocks(disk: MemoryDisk, census: BlockCensus): void {
  const commit = disk.commit
  disk.commit = (batch, durability) => {
    census.note(batch.putBlocks ?? [], [])
    return commit(batch, durability)
  }
}

function statuses<T extends { readonly status: string }>(state: Readable<T>): Set<string> {
  const seen = new Set([state.get().status])
  state.subscribe(() => seen.add(state.get().status))
  return seen
}

const titles = (space: Space): string =>
  space
    .run(query(Task))
    .map(({ title }) => title)
    .toSorted()
    .join()

async function textOf(space: Space, id: string): Promise<string> {
  const handle = await space.openText(id)
  const text = handle.content.get()
  handle.release()
  return text
}

async function eventually(what: string, isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    if (tries > 1200) throw new Error(`in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function restart(peer: TestPeer, id: string): Promise<Space> {
  return (await peer.restart()).spaces.open(id)
}

describe.concurrent('a device on whose disk', () => {
  it.for(cases)(
    '$kind ($nth) meets $fault says so, loses nothing and is whole again',
    { timeout: 60_000 },
    async ({ kind, fault, nth }, { expect }) => {
      const world = await setup('alice', 'bob', 'carol', { types: [Task, Note], bundling: { blocks: 4, bundles: 3 }, onError: () => {} })
      const { alice, bob, carol } = world
      const census = createBlockCensus()
      for (const { disk } of [alice, bob, carol]) watchBlocks(disk, census)
      const [hers, his] = await world.shareSpace('Garden', alice, bob)
      const note = hers.create(Note, { title: 'Plan' })
      await until(his.liveItem(Note, note.id), (item) => item !== undefined)
      const herText = await hers.openText(note.id)
      const hisText = await his.openText(note.id)
      const model: string[] = []
      const storageSeen = statuses(bob.echo.storage.state)
      const syncSeen = statuses(his.sync)

      const trouble = strike(bob.disk, kind, fault, nth)
      for (let round = 0; round < 6; round++) {
        for (const [space, name] of [
          [hers, 'alice'],
          [his, 'bob'],
        ] as const) {
          model.push(`${name} ${round}`)
          space.create(Task, { title: `${name} ${round}` })
          await space.flush()
        }
        hisText.current.get().yText.insert(0, `${round}`)
        herText.current.get().yText.insert(0, 'abcdef'[round]!)
        await new Promise((resolve) => setTimeout(resolve, 30))
      }
      const name = await bob.echo.identity.updateProfile({ name: 'Robert' }).then(
        () => 'Robert',
        () => 'bob',
      )
      if (kind === 'a membership operation') await world.join(hers, carol)
      await eventually('the write of that kind', trouble.struck)
      await eventually('a state that shows it', () => storageSeen.has(fault === 'a full disk' ? 'full' : 'unavailable'))
      expect([...syncSeen]).toContain('error')
      trouble.mend()
      model.push('bob later')
      his.create(Task, { title: 'bob later' })
      const all = model.toSorted().join()
      await eventually('all on both', () => titles(hers) === all && titles(his) === all)
      await eventually('all saved', () => bob.echo.storage.state.get().status === 'ready' && his.sync.get().unsaved === 0)
      await eventually('both texts', () => herText.content.get() === hisText.content.get() && hisText.content.get().length === 12)
      await his.flush()
      // What was refused is tried again after two seconds; from then on this device needs nobody for what it shows.
      await new Promise((resolve) => setTimeout(resolve, 2500))
      const text = hisText.content.get()

      alice.echo.network.setEnabled(false)
      carol.echo.network.setEnabled(false)
      const again = await restart(bob, hers.id)
      expect(titles(again)).toBe(all)
      expect(await textOf(again, note.id)).toBe(text)
      expect(again.info.get().memberCount).toBe(hers.info.get().memberCount)
      expect(bob.echo.identity.state.get()).toMatchObject({ identity: { name } })
      again.create(Task, { title: 'at last' })
      await again.flush()

      alice.echo.network.setEnabled(true)
      await until(hers.live(query(Task)), (rows) => rows.some(({ title }) => title === 'at last'))
      expect(titles(hers)).toBe(titles(again))
      expect(census.forkedFeeds()).toEqual([])
      await world.dispose()
    },
  )
})
