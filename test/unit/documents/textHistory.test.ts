import { describe, expect, it } from 'vitest'
import type { TextStep, TextSteps } from '../../../src/documents/texts/textHistory.ts'
import { createItemId, type DocumentId, type ItemId } from '../../../src/shared/ids.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createTestSpace, exchange, openReplica } from './createTestSpace.ts'

const random = createSeededRandom('text history')

function collect(): { steps: TextSteps; made: TextStep[]; forgotten: ItemId[] } {
  const made: TextStep[] = []
  const forgotten: ItemId[] = []
  return { steps: { take: (step) => (made.push(step), () => false), forget: (item) => forgotten.push(item) }, made, forgotten }
}

describe('the steps of a text', () => {
  it('are of what is edited here, not of what arrives, and undoing them reaches peers', async () => {
    const world = await createTestSpace()
    const [alice, bob] = [await openReplica(world, world.alice), await openReplica(world, world.bob)]
    const { steps, made } = collect()
    alice.documents.keepTextSteps(steps)
    const item = createItemId(random)
    const [hers, his] = [await alice.documents.openText(item), await bob.documents.openText(item)]
    hers.current.get().yText.insert(0, 'mine')
    await exchange(alice, bob)
    his.current.get().yText.insert(4, ' his')
    await exchange(bob, alice)
    expect(hers.content.get()).toBe('mine his')
    expect(made).toHaveLength(1)
    expect(made[0]!.undo()).toBe(true)
    await exchange(alice, bob)
    expect([hers.content.get(), his.content.get()]).toEqual([' his', ' his'])
    expect(made[0]!.redo()).toBe(true)
    expect(hers.content.get()).toBe('mine his')
  })

  it('can keep the text open past its last user', async () => {
    const world = await createTestSpace()
    const alice = await openReplica(world, world.alice)
    const { steps, made } = collect()
    alice.documents.keepTextSteps(steps)
    const item = createItemId(random)
    const text = await alice.documents.openText(item)
    text.current.get().yText.insert(0, 'a')
    const release = made[0]!.retain()
    text.release()
    await world.clock.run(5000)
    expect(made[0]!.undo()).toBe(true)
    expect(alice.documents.peekText(item)!.content.get()).toBe('')
    release()
    await world.clock.run(1100)
    expect(alice.documents.peekText(item)).toBeUndefined()
    expect(made[0]!.redo()).toBe(false)
  })

  it('do nothing once the document is replaced; what is typed into either afterwards makes new ones', async () => {
    const world = await createTestSpace()
    const alice = await openReplica(world, world.alice)
    const { steps, made, forgotten } = collect()
    alice.documents.keepTextSteps(steps)
    const item = createItemId(random)
    const text = await alice.documents.openText(item)
    const former = text.current.get().yText
    former.insert(0, 'before')
    await alice.documents.rebuild(item as string as DocumentId)
    expect(forgotten).toEqual([item])
    expect(made[0]!.undo()).toBe(false)
    expect(text.content.get()).toBe('before')
    former.insert(6, '!')
    text.current.get().yText.insert(0, '¡')
    expect(made).toHaveLength(3)
    expect(text.content.get()).toBe('¡before!')
    expect([made[2]!.undo(), made[1]!.undo()]).toEqual([true, true])
    expect(text.content.get()).toBe('before')
  })
})
