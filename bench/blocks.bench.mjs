/** Blocks with the platform's cryptography: what one costs on its way out, what it takes on disk, and how fast 5,000 of one author come in, singly and in bundles. */
import { createKeyRing } from '../dist/access/keys/createKeyRing.js'
import { labelledHash } from '../dist/crypto/labels.js'
import { createWebCrypto } from '../dist/crypto/webCrypto.js'
import { applyTogether } from '../dist/documents/applyPayloads.js'
import { createBlockCutter } from '../dist/documents/writing/blockCutter.js'
import { createYDoc, textName } from '../dist/documents/createYDoc.js'
import { extractUpdate } from '../dist/documents/writing/extractUpdate.js'
import { encodeBlock, signBlock } from '../dist/feed/block.js'
import { createBlockStore } from '../dist/feed/store/blockStore.js'
import { createBundle } from '../dist/feed/bundles/bundle.js'
import { createBlockGraph } from '../dist/feed/graph/createBlockGraph.js'
import { createDeviceQuotas } from '../dist/feed/deviceQuotas.js'
import { sealPayload } from '../dist/feed/envelope.js'
import { createBlockReceiver } from '../dist/feed/createBlockReceiver.js'
import { createFrameSealer } from '../dist/replication/link/sealedFrames.js'
import { idBytes, toId } from '../dist/shared/ids.js'
import { systemClock as clock } from '../dist/shared/ports.js'
import { createMemoryDisk, createMemoryStorage } from '../dist/testing/index.js'
import { applyEdit, readEditingTrace } from './lib/editingTrace.mjs'
import { quickly } from './lib/quick.mjs'
import { median, ms, percentile, printTable, timed } from './lib/report.mjs'

const count = quickly(5_000)
const blocksPerBundle = 1_024
const runs = 5

const crypto = await createWebCrypto()
const space = toId(crypto.randomBytes(32))
const signing = await crypto.createSigningKey()
const identity = { id: toId(crypto.randomBytes(32)), deviceId: toId(signing.publicKey), signing }
const heads = [crypto.randomBytes(32)]
/** A membership log that knows one writer: its rules are not measured here. */
const log = {
  space,
  heads: () => heads,
  roleAt: () => 'editor',
  isWriter: () => true,
  device: () => ({}),
  epochs: () => [{ keyId, usable: true, operation: heads[0] }],
  isBefore: () => false,
}
const epochKey = crypto.randomBytes(32)
const keyId = labelledHash(crypto, 'key id', idBytes(space), epochKey)
const keyRing = createKeyRing({ crypto, log })
keyRing.add(keyId, epochKey)
const document = toId(crypto.randomBytes(16))
const { edits } = readEditingTrace()

async function createReplica() {
  const disk = createMemoryDisk()
  const storage = createMemoryStorage({ disk })
  await storage.open()
  const fail = (error) => {
    throw error
  }
  return {
    disk,
    graph: createBlockGraph({ crypto, space }),
    store: createBlockStore({ crypto, storage, space, keyRing, clock, onFault: fail }),
  }
}

/** Types the text, and takes every key from the cut to the frame that would leave. */
async function write() {
  const { disk, graph, store } = await createReplica()
  const cutter = createBlockCutter({ crypto, clock, space, identity, slot: 0, log, keyRing, graph })
  const sealer = createFrameSealer(crypto, crypto.randomBytes(32))
  const doc = createYDoc()
  doc.clientID = cutter.client
  const text = doc.getText(textName)
  const stages = { cut: [], sign: [], seal: [], store: [], send: [] }
  const measure = async (stage, work) => {
    const start = performance.now()
    const result = await work()
    stages[stage].push(performance.now() - start)
    return result
  }
  const blocks = []
  let from = 0
  for (const edit of edits.slice(0, count)) {
    const deletes = []
    doc.once('afterTransaction', (transaction) => deletes.push(transaction.deleteSet))
    doc.transact(() => applyEdit(text, edit))
    const cut = await measure('cut', () => {
      const { update, to } = extractUpdate(doc, from, deletes)
      const result = cutter.cut(document, doc, update, from, [])
      from = to
      return result
    })
    if (!cut.ok) throw cut.error
    for (const { node, header, payload } of cut.value) {
      const signature = await measure('sign', () => signBlock(signing, header))
      const key = keyRing.newest()
      const seal = { space: idBytes(space), key, device: signing.publicKey, slot: 0, blockId: idBytes(node.id), payload }
      const envelope = await measure('seal', () => sealPayload(crypto, seal))
      const block = { header, signature, envelope }
      await measure('store', () => store.put([{ node, block }], 'strict'))
      await measure('send', () => sealer.seal(encodeBlock(block)))
      blocks.push({ node, header: node.header, payload, block, encoded: encodeBlock(block) })
    }
  }
  return { blocks, stages, storedBytes: disk.usedBytes, text: text.toString() }
}

/** As many at a time as a peer may send before they are worked through: 16 messages of 64. */
async function sendSingly(receiver, blocks) {
  for (let i = 0; i < blocks.length; i += 1_024) {
    await Promise.all(blocks.slice(i, i + 1_024).map(({ encoded }) => receiver.receive(encoded)))
  }
}

async function bundle(blocks) {
  const bundles = []
  for (let i = 0; i < blocks.length; i += blocksPerBundle) {
    const run = blocks.slice(i, i + blocksPerBundle)
    const sealer = { space: idBytes(space), key: keyRing.newest(), device: signing.publicKey, slot: 0 }
    bundles.push(await createBundle(crypto, sealer, run, run.at(-1).block.signature))
  }
  return bundles
}

/** Judges what `send` hands to a receiver, stores it and applies it as one splice, as the tick does. */
async function receive(send, text) {
  const { disk, graph, store } = await createReplica()
  const accepted = []
  const receiver = createBlockReceiver({
    crypto,
    clock,
    quotas: createDeviceQuotas({ clock }),
    space,
    log,
    keyRing,
    graph,
    onAccepted(block) {
      store.gather(block.node, block.block)
      accepted.push(block)
    },
  })
  const doc = createYDoc()
  const time = await timed(async () => {
    await send(receiver)
    if (!applyTogether(doc, graph, accepted)) throw new Error('a block breaks a rule')
  })
  if (doc.getText(textName).toString() !== text) throw new Error('the text is not what was written')
  await store.flush()
  receiver.dispose()
  return { time, storedBytes: disk.usedBytes }
}

const written = await write()
const bundles = await bundle(written.blocks)
const singly = []
const bundled = []
for (let run = 0; run <= runs; run++) {
  const single = await receive((receiver) => sendSingly(receiver, written.blocks), written.text)
  const whole = await receive((receiver) => Promise.all(bundles.map((one) => receiver.receiveBundle(one))), written.text)
  // The first is to warm up.
  if (run > 0) singly.push(single)
  if (run > 0) bundled.push(whole)
}

const blockCount = written.blocks.length
printTable(
  `${blockCount.toLocaleString('en')} blocks of one author, a key each, verified, opened, guarded and applied (median of ${runs})`,
  ['', 'time', 'a block'],
  [
    ['singly', singly],
    [`in bundles of ${blocksPerBundle.toLocaleString('en')}`, bundled],
  ].map(([name, figures]) => {
    const time = median(figures.map((figure) => figure.time))
    return [name, ms(time), `${((time / blockCount) * 1000).toFixed(0)} µs`]
  }),
)
console.log('Goal: bundled under 0.3 s.')

const payloadBytes = written.blocks.reduce((sum, { payload }) => sum + payload.length, 0)
const perBlock = (bytes) => (bytes / blockCount).toFixed(1)
printTable(
  'The same blocks on disk: bytes a block, as the disk in memory counts them',
  ['', 'bytes', '× Yjs updates'],
  [
    ['the Yjs updates in them', perBlock(payloadBytes), '1.0'],
    ['singly', perBlock(singly[0].storedBytes), (singly[0].storedBytes / payloadBytes).toFixed(1)],
    ['bundled', perBlock(bundled[0].storedBytes), (bundled[0].storedBytes / payloadBytes).toFixed(1)],
  ],
)

const names = {
  cut: 'cut: extracted, guarded, header, hash, place in the graph',
  sign: 'sign: Ed25519',
  seal: 'seal: AES-256-GCM',
  store: 'store: a row on a disk in memory',
  send: 'send: encoded and sealed for a link',
}
// The first tenth is to warm up.
const warm = Object.entries(written.stages).map(([stage, figures]) => [stage, figures.slice(figures.length / 10)])
const total = warm[0][1].map((_, i) => warm.reduce((sum, [, figures]) => sum + figures[i], 0))
printTable(
  'One block from the cut to what leaves, step by step',
  ['', 'p50', 'p95', 'share of the mean'],
  [...warm.map(([stage, figures]) => [names[stage], figures]), ['together', total]].map(([name, figures]) => [
    name,
    ms(percentile(figures, 0.5)),
    ms(percentile(figures, 0.95)),
    `${((100 * sumOf(figures)) / sumOf(total)).toFixed(0)} %`,
  ]),
)
console.log('Goal: 1 ms.')

function sumOf(figures) {
  return figures.reduce((sum, one) => sum + one, 0)
}
process.exit(0)
