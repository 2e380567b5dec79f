import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineChannel } from '../../src/client/presence/defineChannel.ts'
import { defineType } from '../../src/database/types/defineType.ts'
import { query } from '../../src/database/query/query.ts'
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

  it('hear what the other says on a channel while they are here, in every tab, and nothing that does not fit', async () => {
    const world = await setup('alice', 'bob', { types: [Task, Note] })
    dispose = world.dispose
    const [hers, his] = await world.shareSpace('Garden', world.alice, world.bob)
    const tab = await (await world.bob.openTab()).spaces.open(his.id)
    const Wave = defineChannel('wave', z.object({ emoji: z.string().max(8) }))
    // What another version of the app sends on the same channel.
    const Other = defineChannel('wave', z.object({ text: z.string() }))
    const heard = [his, tab, hers].map((space) => {
      const emojis: string[] = []
      space
        .channel(Wave)
        .subscribe(({ message, identity, isMe }) => emojis.push(`${message.emoji} ${identity === hers.members.get()[0]?.id} ${isMe}`))
      return emojis
    })
    await expect.poll(() => tab.members.get().length).toBe(2)
    await until(tab.presence.peers, (peers) => peers.length === 2)
    hers.channel(Other).send({ text: 'hello' })
    hers.channel(Wave).send({ emoji: '👋' })
    await expect.poll(() => heard).toEqual([['👋 true false'], ['👋 true false'], []])
    expect([his.channel(Wave).dropped, his.channel(Wave)]).toEqual([1, his.channel(Wave)])
    tab.channel(Wave).send({ emoji: '🌱' })
    await expect.poll(() => heard).toEqual([['👋 true false', '🌱 false true'], ['👋 true false'], ['🌱 false false']])
    expect(() => hers.channel(Wave).send({ emoji: 'far too long' })).toThrow(expect.objectContaining({ code: 'bad-value' }))
    expect(() => hers.channel(defineChannel('', z.string()))).toThrow(expect.objectContaining({ code: 'bad-value' }))
  })
})
