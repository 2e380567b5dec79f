import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Database } from '../../../src/database/database.ts'
import { defineType } from '../../../src/database/types/defineType.ts'
import { holdState } from '../../../src/database/items/heldState.ts'
import type { Item } from '../../../src/database/types/item.ts'
import { query } from '../../../src/database/query/query.ts'
import { createSeededRandom, type SeededRandom } from '../../../src/testing/seededRandom.ts'
import { soak } from '../../setup/soak.ts'
import { createTestReplica, type TestReplica } from './createTestReplica.ts'
import { createTestText, type TestText } from './createTestText.ts'

const Task = defineType(
  'task',
  z.object({
    title: z.string(),
    owner: z.string().optional(),
    address: z.object({ city: z.string().optional(), zip: z.string().optional() }).optional(),
    steps: z.array(z.string()),
    tags: z.array(z.string()),
  }),
  { lists: ['steps'], sets: ['tags'] },
)
const seeds = soak ? 5_000 : 300
const seedsPerTest = seeds / 10

/** A device with a database and two texts. */
interface Device {
  readonly replica: TestReplica
  readonly texts: readonly TestText[]
  readonly letters: string
}

function createDevice(number: number, letters: string): Device {
  const replica = createTestReplica(number, [Task])
  const texts = ['one', 'two'].map((name) => createTestText(name, number, replica.clock, replica.db.textSteps))
  return { replica, texts, letters }
}

function exchange(from: Device, to: Device): void {
  to.replica.pull(from.replica)
  to.texts.forEach((text, i) => text.pull(from.texts[i]!))
}

/** All that a user sees. */
function look({ replica: { db }, texts }: Device): string {
  const tasks = db.run(query(Task)).map((task) => ({ ...task, parent: task.$.parentId }))
  return JSON.stringify([tasks, db.properties.get(), texts.map(({ yText }) => yText.toString())])
}

/** A random write; with `mayEmpty` also such as leave a field without a value. */
function write({ replica: { db }, texts, letters }: Device, random: SeededRandom, mayEmpty: boolean): void {
  const visible = db.run(query(Task))
  const all = db.run(query(Task).deleted('show'))
  const task = visible.length === 0 ? undefined : random.pick(visible)
  const word = (): string => Array.from({ length: 1 + random.below(4) }, () => random.pick([...letters])).join('')
  const kind = random.below(20)
  if (kind < 4) {
    const { yText } = random.pick(texts)
    const own = [...yText.toString()].flatMap((letter, at) => (letters.includes(letter) ? [at] : []))
    if (random.chance(0.3) && own.length > 0) yText.delete(random.pick(own), 1)
    else yText.insert(random.below(yText.length + 1), word())
  } else if (task === undefined || kind === 4) {
    db.create(
      Task,
      { title: word(), steps: [word(), word()], tags: ['x'] },
      task !== undefined && random.chance(0.4) ? { parent: task } : {},
    )
  } else if (kind < 7) db.update(task, { title: word() })
  else if (kind === 7) db.update(task, { owner: mayEmpty && random.chance(0.3) ? undefined : word() })
  else if (kind === 8) db.update(task, { address: random.chance(0.5) ? { city: word() } : { city: word(), zip: word() } })
  else if (kind === 9) db.set(task, random.chance(0.5) ? 'address.city' : 'address.zip', word())
  else if (kind === 10) db.delete(task)
  else if (kind === 11) db.restore(random.pick(all))
  else if (kind === 12) db.setProperty('name', word())
  else if (kind > 13) writeElements({ db, task, kind, word }, random)
  else {
    const target = random.pick(visible)
    try {
      db.move(task, random.chance(0.5) ? { parent: random.chance(0.3) ? null : target } : { before: target })
    } catch (error) {
      expect((error as { code?: string }).code).toBe('tree-cycle')
    }
  }
}

/** A random write to a list or a set; everyone knows the values x, y and z. */
function writeElements(
  { db, task, kind, word }: { readonly db: Database; readonly task: Item<typeof Task>; readonly kind: number; readonly word: () => string },
  random: SeededRandom,
): void {
  const { steps } = task
  const [list, tags] = [db.listOf(task, 'steps'), db.setOf(task, 'tags')]
  const tag = random.pick(['x', 'y', 'z', word()])
  if (kind === 14) list.insert(random.below(steps.length + 1), word(), word())
  else if (kind === 15) list.push(word())
  else if (kind === 16) db.update(task, { steps: steps.filter(() => random.chance(0.7)).concat(word()), tags: [tag, 'z'] })
  else if (kind === 17 && steps.length > 0) list.move(random.below(steps.length), random.below(steps.length))
  else if (kind === 18 && steps.length > 0) list.delete(random.below(steps.length))
  else if (random.chance(0.6)) tags.add(tag)
  else tags.remove(tag, 'x')
}

function act(device: Device, random: SeededRandom, mayEmpty: boolean): void {
  device.replica.clock.advance(random.chance(0.5) ? 100 : 2000)
  if (random.chance(0.8)) return write(device, random, mayEmpty)
  device.replica.db.batch(() => {
    for (let count = random.below(6); count >= 0; count--) write(device, random, mayEmpty)
  })
}

const tenths = Array.from({ length: 10 }, (_, tenth) => tenth)

function forSeedsOf(tenth: number, run: (random: SeededRandom) => void): void {
  for (let seed = tenth * seedsPerTest; seed < (tenth + 1) * seedsPerTest; seed++) {
    try {
      run(createSeededRandom(`undo ${seed}`))
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error })
    }
  }
}

describe('undo of random histories', () => {
  it.each(tenths)(
    'undoing all returns to the start and redoing all to the top, through the same states (tenth %i)',
    { timeout: 120_000 },
    (tenth) => {
      forSeedsOf(tenth, (random) => {
        const device = createDevice(1, 'abcdefghij')
        const { undo, redo } = device.replica.db.undo
        const start = look(device)
        for (let round = 0; round < 2; round++) {
          for (let i = 0; i < 20; i++) {
            act(device, random, true)
            if (random.chance(0.1)) undo()
            if (random.chance(0.1)) redo()
          }
          const downwards = [look(device)]
          while (undo()) downwards.push(look(device))
          expect(device.replica.db.undo.state.get().canUndo).toBe(false)
          expect(downwards.at(-1)).toBe(start)
          for (const expected of downwards.slice(0, -1).reverse()) {
            expect(redo()).toBe(true)
            expect(look(device)).toBe(expected)
          }
        }
        expect(device.replica.errors).toEqual([])
      })
    },
  )

  it.each(tenths)(
    'with another writer, nothing of his is written over or vanishes, and all converge (tenth %i)',
    { timeout: 120_000 },
    (tenth) => {
      forSeedsOf(tenth, (random) => {
        const [ownNumber, otherNumber] = random.chance(0.5) ? [1, 9] : [9, 1]
        const own = createDevice(ownNumber, 'abcdefghij')
        const other = createDevice(otherNumber, 'ABCDEFGHIJ')
        const { undo, redo } = own.replica.db.undo
        const faults: string[] = []
        /** Keys of which a value of the other has come that lost against the struct named here. */
        const contested = new Map<string, number>()

        const winnerOf = (key: string) => own.replica.map._map.get(key)!
        const structsOfOther = (key: string): number => {
          let count = 0
          for (let struct = winnerOf(key) ?? null; struct !== null; struct = struct.left!)
            if (struct.id.client === otherNumber) count += struct.length
          return count
        }
        const receive = (): void => {
          const before = new Map([...own.replica.map._map.keys()].map((key) => [key, structsOfOther(key)]))
          exchange(other, own)
          for (const [key, count] of before) {
            const { lastId, deleted } = winnerOf(key)
            if (!deleted && lastId.client === ownNumber && structsOfOther(key) > count) contested.set(key, lastId.clock)
          }
        }
        const checked = (replay: () => boolean): boolean => {
          const { map } = own.replica
          const held = new Map([...map._map.keys()].map((key) => [key, holdState(map, key)]))
          const letters = (): string[] => own.texts.map(({ yText }) => yText.toString().replaceAll(/[a-z]/g, ''))
          const lettersBefore = letters()
          const changed = replay()
          for (const [key, before] of held) {
            if (!before.state.present) continue
            const now = holdState(map, key)
            if (before.client === otherNumber && (now.client !== otherNumber || now.clock !== before.clock))
              faults.push(`${key} written over`)
            // What is done again, a removal or a whole object over its leaves, has seen what it takes out.
            const isContested = before.client === ownNumber && contested.get(key) === before.clock && replay === undo
            if (isContested && !key.includes('//') && !now.state.present) faults.push(`${key} vanished`)
          }
          if (letters().join() !== lettersBefore.join()) faults.push('letters')
          return changed
        }

        for (let i = 0; i < 40; i++) {
          act(random.chance(0.5) ? own : other, random, false)
          if (random.chance(0.2)) receive()
          if (random.chance(0.2)) exchange(own, other)
          if (random.chance(0.1)) checked(undo)
          if (random.chance(0.1)) checked(redo)
        }
        for (const replay of [undo, redo, undo]) {
          const { state } = own.replica.db.undo
          while (replay === undo ? state.get().canUndo : state.get().canRedo) {
            checked(replay)
            if (random.chance(0.05)) receive()
          }
        }
        expect(faults).toEqual([])
        receive()
        exchange(own, other)
        expect(look(other)).toBe(look(own))
        expect(own.replica.fresh().run(query(Task))).toEqual(own.replica.db.run(query(Task)))
        expect(own.replica.db.run(query(Task).invalid('only'))).toEqual([])
        expect([own.replica.errors, other.replica.errors]).toEqual([[], []])
      })
    },
  )
})
