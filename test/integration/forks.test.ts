import { afterEach, describe, expect, it } from 'vitest'
import { createForkGarden } from './simulation/forkGarden.ts'

/*
 * A device writes two histories: its profile came back from a backup, was copied, or its key was stolen. Everyone must end with the same, and nothing that
 * anyone wrote in good faith may be lost.
 */
const timeout = 60_000
let dispose = async (): Promise<unknown> => undefined
afterEach(() => dispose())

async function plant<const Names extends readonly string[]>(seed: number, ...names: Names) {
  const garden = await createForkGarden(seed, ...names)
  dispose = garden.dispose
  return garden
}

describe('a profile that comes back from a backup', () => {
  it.each([1, 3, 10])('offline, %i edits ago: it writes a fork, meets the others, and nobody loses an edit', { timeout }, async (k) => {
    const garden = await plant(k, 'ann', 'ben', 'cleo')
    const [ann, ben, cleo] = [garden.of('ann'), garden.of('ben'), garden.of('cleo')]
    await garden.write1(ann, 3)
    await garden.write1(ben, 2)
    const backup = await garden.backup(ann)
    await garden.write1(ann, k)
    await garden.write1(cleo, 2)
    await garden.clock.run(2000)
    garden.isolate(ann)
    await garden.restore(ann, backup)
    await garden.write1(ann, 4)
    // Others build on what she wrote before.
    await garden.write1(ben, 3)
    await garden.clock.run(5000)
    garden.heal()
    await garden.clock.run(40_000)
    await garden.check()
    await garden.write1(ann, 2)
    await garden.write1(ben, 2)
    await garden.clock.run(5000)
    await garden.check()
    expect(garden.errors.map(({ error }) => error.code)).toContain('block-forked')
    await garden.restart(ann)
    await garden.clock.run(3000)
    await garden.check()
  })
})
