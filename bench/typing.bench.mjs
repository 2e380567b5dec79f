/** The keystrokes of writing a paper through the text model: as fast as they go. */
import * as Y from './lib/yjs.mjs'
import { z } from 'zod'
import { defineType } from '../dist/core.js'
import { setup } from '../dist/testing/index.js'
import { applyEdit, readEditingTrace } from './lib/editingTrace.mjs'
import { median, printTable, timed } from './lib/report.mjs'

const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })
const { edits, endContent } = readEditingTrace()
const runs = 3

/** Lets what waits run, as a page does between keys. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

async function replay(text, doc) {
  for (let i = 0; i < edits.length; i++) {
    doc.transact(() => applyEdit(text, edits[i]))
    if (i % 1_000 === 999) await turn()
  }
  if (text.toString() !== endContent) throw new Error('the text does not end as the author left it')
}

const rawTimes = []
const echoTimes = []
for (let run = 0; run < runs; run++) {
  rawTimes.push(
    await timed(() => {
      const doc = new Y.Doc({ gc: false })
      doc.on('update', () => {})
      return replay(doc.getText('text'), doc)
    }),
  )
  const { alice, dispose } = await setup('alice', { types: [Note] })
  const space = await alice.echo.spaces.create({ name: 'Bench' })
  const note = space.create(Note, { title: 'Paper' })
  const handle = await space.openText(note.id)
  const text = handle.current.get().yText
  echoTimes.push(
    await timed(async () => {
      await replay(text, text.doc)
      await space.flush()
    }),
  )
  await dispose()
}
const [raw, echo] = [median(rawTimes), median(echoTimes)]
printTable(
  `${edits.length.toLocaleString('en')} keystrokes replayed (median of ${runs})`,
  ['', 'time', '× raw Yjs', 'a keystroke'],
  [
    ['raw Yjs, updates listened to', `${raw.toFixed(0)} ms`, '1.0', `${((raw / edits.length) * 1000).toFixed(1)} µs`],
    [
      'echo-react: logged, cut, guarded, signed, sealed, stored',
      `${echo.toFixed(0)} ms`,
      (echo / raw).toFixed(2),
      `${((echo / edits.length) * 1000).toFixed(1)} µs`,
    ],
  ],
)
console.log('Goal: at most 2 × raw Yjs.')
