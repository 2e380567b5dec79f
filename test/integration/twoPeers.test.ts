import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../src/database/defineType.ts'
import { query } from '../../src/database/query.ts'
import { setup, until } from '../../src/testing/setup.ts'

const Task = defineType('task', z.object({ title: z.string(), done: z.boolean().default(false) }))
const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })

describe('two people in one space', () => {
  let dispose = async (): Promise<void> => {}
  afterEach(() => dispose())

  it("see each other's items and texts, live and both ways", async () => {
    const world = await setup('alice', 'bob', { types: [Task, Note] })
    dispose = world.dispose
    const [hers, his] = await world.shareSpace('Garden', world.alice, world.bob)

    const task = hers.create(Task, { title: 'Water' })
    const tasks = his.live(query(Task))
    await until(tasks, (rows) => rows.length === 1)
    his.update(tasks.get()[0]!, { done: true })
    await until(hers.liveItem(Task, task.id), (item) => item?.done === true)

    const note = hers.create(Note, { title: 'Plan' })
    const herText = await hers.openText(note.id)
    herText.current.get().yText.insert(0, 'Dig')
    await until(his.liveItem(Note, note.id), (item) => item !== undefined)
    const hisText = await his.openText(note.id)
    await until(hisText.content, (text) => text === 'Dig')
    hisText.current.get().yText.insert(3, ' deep')
    await until(herText.content, (text) => text === 'Dig deep')
    expect(his.info.get().name).toBe('Garden')
    expect(his.info.get().memberCount).toBe(2)
  })
})
