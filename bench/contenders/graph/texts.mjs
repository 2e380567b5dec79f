/** Many texts: how each contender makes, opens and closes them. */
import * as Y from '../../lib/yjs.mjs'
import { z } from 'zod'
import { defineType } from '../../../dist/core.js'
import { createMemoryDisk } from '../../../dist/testing/index.js'
import { openEcho, openNewEcho } from '../../lib/openEcho.mjs'

const contentOf = (i) => `This is note ${i}. `.repeat(20)

const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })

export const echo = {
  name: 'echo-react',
  /** @returns what opens a text and checks it, and gives the way to close it; the texts are on a disk in memory and not open */
  async create(count) {
    const disk = createMemoryDisk()
    const first = await openNewEcho([Note], disk)
    const made = await first.spaces.create({ name: 'Bench' })
    const ids = []
    for (let i = 0; i < count; i++) {
      const { id } = made.create(Note, { title: `Note ${i}` })
      ids.push(id)
      const text = await made.openText(id)
      text.current.get().yText.insert(0, contentOf(i))
      text.release()
      if (i % 200 === 199) await made.flush()
    }
    await made.flush()
    await first.dispose()
    const space = await (await openEcho([Note], disk)).spaces.open(made.id)
    return async (i) => {
      const text = await space.openText(ids[i])
      if (text.content.get() !== contentOf(i)) throw new Error(`text ${i} is another`)
      return text.release
    }
  },
}

export const yjs = {
  name: 'Yjs, a document each',
  create(count) {
    const states = Array.from({ length: count }, (_, i) => {
      const doc = new Y.Doc()
      doc.getText('text').insert(0, contentOf(i))
      return Y.encodeStateAsUpdate(doc)
    })
    return (i) => {
      const doc = new Y.Doc()
      Y.applyUpdate(doc, states[i])
      if (doc.getText('text').toString() !== contentOf(i)) throw new Error(`text ${i} is another`)
      return () => doc.destroy()
    }
  },
}
