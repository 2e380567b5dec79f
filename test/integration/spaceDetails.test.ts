import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineLink, defineType } from '../../src/database/types/defineType.ts'
import type { EchoError } from '../../src/shared/echoError.ts'
import { setup } from '../../src/testing/setup.ts'
import { createSimulatedCrypto } from '../../src/testing/simulatedCrypto.ts'

const Task = defineType('task', z.object({ title: z.string() }))
const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })
const Blocks = defineLink('blocks', z.object({}))

describe('the details of a space', () => {
  it('count its items, people, blocks and bytes as they are when asked', async () => {
    const { ann, ben, shareSpace, dispose } = await setup('ann', 'ben', { types: [Task, Note, Blocks], crypto: createSimulatedCrypto })
    const [hers, his] = await shareSpace('Garden', ann, ben)
    const [top, other, gone] = ['top', 'other', 'gone'].map((title) => hers.create(Task, { title }))
    const under = hers.create(Task, { title: 'under' }, { parent: gone! })
    hers.link(top!, Blocks, other!, {})
    hers.link(top!, Blocks, under, {})
    const note = hers.create(Note, { title: 'note' })
    const text = await hers.openText(note.id)
    text.current.get().yText.insert(0, 'Water')
    text.release()
    hers.delete(gone!.id)
    const lost = hers.create(Task, { title: 'lost' })
    hers.delete(lost.id)
    hers.purge(lost.id)
    await hers.flush()
    const before = await hers.readDetails()
    expect(before).toMatchObject({
      items: { shown: 4, deleted: 3, purged: 1, links: 1, texts: 1 },
      members: 2,
      devices: 2,
      epochs: 1,
      documents: 2,
      withdrawnBlocks: 0,
    })
    expect(before.items.byType).toEqual([
      { type: 'task', count: 2 },
      { type: 'blocks', count: 1 },
      { type: 'note', count: 1 },
    ])
    expect(before.createdAt).toBeLessThanOrEqual(before.changedAt!)
    await his.waitForItem(Note, note.id)
    his.create(Task, { title: 'x'.repeat(50_000) })
    await his.flush()
    const after = await his.readDetails()
    expect(after.items.shown).toBe(5)
    expect(after.blocks).toBeGreaterThan(before.blocks)
    expect(after.bytesStored).toBeGreaterThan(50_000)
    expect([before, after].map(({ heads }) => new Set(heads.map(({ device }) => device)).size)).toEqual([1, 2])
    await dispose()
  })

  it('count what lies in bundles, and only what is on the disk', async () => {
    const { ann, dispose } = await setup('ann', { types: [Task], crypto: createSimulatedCrypto, bundling: { blocks: 4, bundles: 3 } })
    const space = await ann.echo.spaces.create({ name: 'Garden' })
    const empty = await space.readDetails()
    for (let i = 0; i < 12; i++) {
      space.create(Task, { title: Array.from({ length: 200 }, () => crypto.randomUUID()).join('') })
      await space.flush()
    }
    await expect
      .poll(async () => (await ann.disk.run(({ spaces }) => [...spaces.values()][0]!.bundles.size)) > 0, { timeout: 10_000 })
      .toBe(true)
    const { bytesStored, blocks } = await space.readDetails()
    expect(blocks).toBeGreaterThan(empty.blocks + 11)
    const onDisk = await ann.disk.run(({ spaces }) => {
      const { membership, blocks: rows, bundles } = [...spaces.values()][0]!
      const parts = [
        ...membership.values(),
        ...[...rows.values()].flatMap(({ header, signature, envelope }) => [header, signature, envelope]),
        ...[...bundles.values()].flatMap(({ head, hashes, parts: packed }) => [head, hashes, packed]),
      ]
      return parts.reduce((sum, { length }) => sum + length, 0)
    })
    expect(bytesStored).toBe(onDisk)
    await dispose()
  })

  it('are refused once the space is closed', async () => {
    const { ann, dispose } = await setup('ann', { types: [Task], crypto: createSimulatedCrypto })
    const space = await ann.echo.spaces.create({ name: 'Garden' })
    await ann.echo.spaces.close(space.id)
    expect(await space.readDetails().catch(({ code }: EchoError) => code)).toBe('disposed')
    await dispose()
  })
})
