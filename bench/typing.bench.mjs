/** The keystrokes of writing a paper through the text model: as fast as they go; what they take on disk when typed like a person; what one block costs. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { z } from 'zod'
import { defineType } from '../dist/core.js'
import { createSeededRandom, createSimulatedClock, createSimulatedCrypto, setup } from '../dist/testing/index.js'
import { applyEdit, readEditingTrace } from './lib/editingTrace.mjs'
import { median, ms, percentile, printTable, timed } from './lib/report.mjs'
import * as Y from './lib/yjs.mjs'

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

/** Lets simulated time pass until `promise` settles. */
async function during(clock, promise) {
  let settled = false
  const settle = () => (settled = true)
  promise.then(settle, settle)
  await clock.runUntil(() => settled)
  return promise
}

// Typed with the gaps of a person, a median of 130 ms and a pause of 1 to 5 s every 40 keys, while another member watches: a block nearly every key.
const typed = edits.slice(0, 20_000)
const random = createSeededRandom('typing')
const clock = createSimulatedClock()
// Sizes are the real ones; only the platform's promises are not, so that time can be simulated.
const crypto = (source) => ({
  ...createSimulatedCrypto(source),
  deflate: (data) => Promise.resolve(new Uint8Array(deflateRawSync(data))),
  inflate: (data, maxOutputLength) => Promise.resolve(new Uint8Array(inflateRawSync(data, { maxOutputLength }))),
})
const world = await during(clock, setup('alice', 'bob', { types: [Note], seed: 1, clock, crypto }))
const [space] = await during(clock, world.shareSpace('Bench', world.alice, world.bob))
const note = space.create(Note, { title: 'Paper' })
const handle = await during(clock, space.openText(note.id))
const text = handle.current.get().yText
await during(clock, space.flush())
await clock.run(60_000)
const bytesBefore = world.alice.disk.usedBytes
const share = () => random.below(1_000_001) / 1_000_000
for (let i = 0; i < typed.length; i++) {
  // Log-normal around the median.
  const normal = Math.sqrt(-2 * Math.log(share() || 1e-9)) * Math.cos(2 * Math.PI * share())
  await clock.run(i % 40 === 39 ? 1_000 + random.below(4_000) : Math.round(130 * Math.exp(0.4 * normal)))
  text.doc.transact(() => applyEdit(text, typed[i]))
}
await during(clock, space.flush())
const bytesTyped = world.alice.disk.usedBytes - bytesBefore
// Time for the bundles to be made.
await clock.run(3_600_000)
const bytesBundled = world.alice.disk.usedBytes - bytesBefore
const stateBytes = Y.encodeStateAsUpdate(text.doc).length
printTable(
  `${typed.length.toLocaleString('en')} keystrokes with a person's gaps, another member connected: bytes on disk`,
  ['', 'bytes', '× Yjs state'],
  [
    ['Yjs state', stateBytes.toLocaleString('en'), '1.0'],
    ['before the last hour', bytesTyped.toLocaleString('en'), (bytesTyped / stateBytes).toFixed(1)],
    ['an hour later', bytesBundled.toLocaleString('en'), (bytesBundled / stateBytes).toFixed(1)],
  ],
)
console.log('Goal: at most 3.5 × once bundled.')

// One block with the platform's cryptography: from the key to stored and handed to the link.
const real = await setup('alice', 'bob', { types: [Note] })
const [realSpace] = await real.shareSpace('Bench', real.alice, real.bob)
const realHandle = await realSpace.openText(realSpace.create(Note, { title: 'Paper' }).id)
const realText = realHandle.current.get().yText
await realSpace.flush()
const perBlock = []
for (const edit of edits.slice(0, 3_000)) {
  const start = performance.now()
  realText.doc.transact(() => applyEdit(realText, edit))
  await realSpace.flush()
  perBlock.push(performance.now() - start)
}
printTable(
  'One key, one block: edited, logged, cut, guarded, signed, sealed, stored, sent, and received by the other member in the same process',
  ['', 'p50', 'p95', 'mean'],
  [
    [
      'a block',
      ms(percentile(perBlock, 0.5)),
      ms(percentile(perBlock, 0.95)),
      ms(perBlock.reduce((sum, one) => sum + one, 0) / perBlock.length),
    ],
  ],
)
console.log('Goal: 1 ms.')
await real.dispose()
process.exit(0)
