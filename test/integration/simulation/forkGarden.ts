import { expect } from 'vitest'
import { z } from 'zod'
import type { Space } from '../../../src/client/echo.ts'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import type { TextHandle } from '../../../src/documents/texts/textHandle.ts'
import type { BlockGraph } from '../../../src/feed/graph/blockGraph.ts'
import { createBlockGraph } from '../../../src/feed/graph/createBlockGraph.ts'
import { loadBlockGraph } from '../../../src/feed/graph/loadBlockGraph.ts'
import type { EchoError } from '../../../src/shared/echoError.ts'
import { createMemoryStorage } from '../../../src/storage/memory/memoryStorage.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'
import { setup, type TestPeer } from '../../../src/testing/setup.ts'
import { drive } from './drive.ts'

export const Task = defineType('task', z.object({ title: z.string(), done: z.number().default(0) }))
export const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })

/** A member of {@link createForkGarden}. */
export interface Gardener {
  readonly peer: TestPeer
  space: Space
  text: TextHandle
}

const tabNames = (peer: TestPeer) => Array.from({ length: 40 }, (_, i) => `${peer.name} ${i + 1}`)

/** Members with tasks and one text, all of whose titles and characters are unique: what must be there, once, is known. */
export async function createForkGarden<const Names extends readonly string[]>(seed: number, ...names: Names) {
  const clock = createSimulatedClock()
  const errors: { readonly peer: string; readonly error: EchoError }[] = []
  const world = await drive(
    clock,
    setup(...names, {
      types: [Task, Note],
      seed,
      clock,
      latencyMs: [2, 20],
      crypto: createSimulatedCrypto,
      onError: (error, peer) => {
        if (!['disposed', 'storage-unavailable'].includes(error.code)) errors.push({ peer, error })
      },
    }),
  )
  const peers = names.map((name) => world[name as keyof typeof world] as unknown as TestPeer)
  const spaces = await drive(clock, world.shareSpace('Garden', peers[0]!, ...peers.slice(1)))
  const note = spaces[0].create(Note, { title: 'Plan' }).id
  await clock.run(2000)
  const gardeners: Gardener[] = []
  for (const [i, peer] of peers.entries()) gardeners.push({ peer, space: spaces[i]!, text: await drive(clock, spaces[i]!.openText(note)) })
  const expected = { titles: new Set<string>(), characters: new Set<string>() }
  let unique = 0

  async function reopen(gardener: Gardener): Promise<void> {
    gardener.space = await drive(clock, gardener.peer.echo.spaces.open(spaces[0].id))
    gardener.text = await drive(clock, gardener.space.openText(note))
  }

  const writtenBy = new Map<Gardener, string[]>()
  const garden = {
    clock,
    tabs: ({ peer }: Gardener) => tabNames(peer),
    /** The characters that someone wrote. */
    writtenBy: (gardener: Gardener): readonly string[] => writtenBy.get(gardener) ?? [],
    async openTab({ peer }: Gardener): Promise<Gardener> {
      const echo = await drive(clock, peer.openTab())
      const space = await drive(clock, echo.spaces.open(spaces[0].id))
      return { peer, space, text: await drive(clock, space.openText(note)) }
    },
    world,
    note,
    errors,
    gardeners,
    expected,
    of: (name: Names[number]) => gardeners.find(({ peer }) => peer.name === name)!,
    /** A task and a character at the end of the text. */
    write(gardener: Gardener): string {
      const { space, text } = gardener
      const title = `t${++unique}`
      space.create(Task, { title })
      const { yText } = text.current.get()
      const character = String.fromCodePoint(0x4e00 + unique)
      yText.insert(yText.length, character)
      expected.titles.add(title)
      expected.characters.add(character)
      writtenBy.set(gardener, [...(writtenBy.get(gardener) ?? []), character])
      return character
    },
    async write1(gardener: Gardener, count = 1): Promise<void> {
      for (let i = 0; i < count; i++) {
        garden.write(gardener)
        await clock.run(200)
      }
    },
    isolate: (...alone: Gardener[]) =>
      world.swarm.partition([
        ...alone.map(({ peer }) => tabNames(peer)),
        gardeners.filter((gardener) => !alone.includes(gardener)).flatMap(({ peer }) => tabNames(peer)),
      ]),
    heal: () => world.swarm.heal(),
    async backup({ peer, space }: Gardener) {
      await drive(clock, space.flush())
      return peer.disk.backup()
    },
    /** The device ends and comes back with an old disk. */
    async restore(gardener: Gardener, backup: ReturnType<TestPeer['disk']['backup']>): Promise<void> {
      const { peer } = gardener
      const crash = peer.disk.crash.bind(peer.disk)
      ;(peer.disk as { crash: typeof crash }).crash = () => {
        crash()
        peer.disk.restore(backup)
      }
      await drive(clock, peer.crash())
      ;(peer.disk as { crash: typeof crash }).crash = crash
      await reopen(gardener)
    },
    /** A device becomes the copy of another's profile, which lives on. */
    copy: (gardener: Gardener, backup: ReturnType<TestPeer['disk']['backup']>) => garden.restore(gardener, backup),
    async restart(gardener: Gardener): Promise<void> {
      await drive(clock, gardener.peer.restart())
      await reopen(gardener)
    },
    async crash(gardener: Gardener): Promise<void> {
      await drive(clock, gardener.peer.crash())
      await reopen(gardener)
    },
    /** The stored blocks of a device, as a graph. */
    async graphOf({ peer }: Gardener): Promise<BlockGraph> {
      const storage = createMemoryStorage({ disk: peer.disk })
      await storage.open()
      const graph = createBlockGraph({ crypto: createSimulatedCrypto(createSeededRandom(1)), space: spaces[0].id })
      const { rows } = await storage.readHeaders(spaces[0].id)
      expect(loadBlockGraph(graph, rows)).toBe(0)
      await storage.dispose()
      return graph
    },
    view({ space, text }: Gardener) {
      return {
        titles: space
          .run(query(Task))
          .map(({ title }) => title)
          .sort(),
        text: text.content.get(),
      }
    },
    /** What everyone shows is the same, everything written is there, once, and the blocks on every disk say so too. */
    async check(): Promise<void> {
      const views = gardeners.map(garden.view)
      for (const [i, view] of views.entries()) {
        const { name } = gardeners[i]!.peer
        expect([...view.text].sort().join(''), `${name}'s text`).toBe([...expected.characters].sort().join(''))
        expect(view.titles, `${name}'s tasks`).toEqual([...expected.titles].sort())
        expect(view, name).toEqual(views[0])
      }
      const standings: string[] = []
      for (const gardener of gardeners) {
        await drive(clock, gardener.space.flush())
        const graph = await garden.graphOf(gardener)
        const nodes = graph.missingFor([]).filter(({ id }) => graph.stands(id))
        const clocks = new Map<string, number>()
        for (const { client, document, header } of nodes) {
          const key = `${client} ${document}`
          // In causal order: no clock has two contents.
          expect(header.from, `${gardener.peer.name}: clock ${header.from} of ${key}`).toBe(clocks.get(key) ?? 0)
          clocks.set(key, header.to)
        }
        standings.push(
          nodes
            .map(({ id }) => id)
            .sort()
            .join(),
        )
      }
      for (const standing of standings) expect(standing).toBe(standings[0])
    },
    dispose: () => drive(clock, world.dispose()),
  }
  return garden
}
