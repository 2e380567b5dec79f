import 'fake-indexeddb/auto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import * as Y from 'yjs'
import { followDocument } from '../../../src/storage/indexeddb/followDocument.ts'
import { nothingCovered } from '../../../src/storage/indexeddb/indexedDbCacheRows.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

it('what a document was filled with is let go, while the document is followed', async () => {
  const doc = new Y.Doc()
  async function follow() {
    const filled = new Y.Doc()
    filled.getMap('items').set('key', 'value')
    const row = Y.encodeStateAsUpdate(filled)
    return { row: new WeakRef(row), following: await followDocument('followed', doc, createSimulatedClock(), nothingCovered, [row]) }
  }
  const { row, following } = await follow()
  expect(doc.getMap('items').get('key')).toBe('value')
  await new Promise((resolve) => setTimeout(resolve, 10))
  collectGarbage()
  expect(row.deref()).toBeUndefined()
  doc.getMap('items').set('key', 'later')
  expect(await following!.mark(Uint8Array.of(1), () => Promise.resolve())).toBe(true)
  await following!.stop()
})
