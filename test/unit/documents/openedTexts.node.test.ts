import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../../src/database/types/defineType.ts'
import { setup } from '../../../src/testing/setup.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })
const count = 100

it('texts that were opened and closed again leave neither documents nor handles in memory', { timeout: 60_000 }, async () => {
  const { alice, dispose } = await setup('alice', { types: [Note] })
  const made = await alice.echo.spaces.create({ name: 'Notes' })
  const ids = Array.from({ length: count }, (_, i) => made.create(Note, { title: `Note ${i}` }).id)
  for (const id of ids) {
    const text = await made.openText(id)
    text.current.get().yText.insert(0, `This is a note. `.repeat(20))
    text.release()
  }
  await made.flush()
  const space = await (await alice.restart()).spaces.open(made.id)

  async function openAndClose() {
    const texts = []
    for (const id of ids) texts.push(await space.openText(id))
    expect(texts.every((text) => text.content.get().length === 320)).toBe(true)
    const kept = texts.flatMap((text) => [new WeakRef<object>(text), new WeakRef<object>(text.current.get().yText.doc!)])
    expect(new Set(kept.map((each) => each.deref())).size).toBe(2 * count)
    for (const text of texts) text.release()
    return kept
  }

  const kept = await openAndClose()
  // A text outlives its last user by a second.
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  collectGarbage()
  await new Promise((resolve) => setTimeout(resolve, 10))
  collectGarbage()
  expect(kept.filter((each) => each.deref() !== undefined)).toEqual([])
  await dispose()
})
