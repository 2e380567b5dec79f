import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { readPayloads, writePayloads } from '../../../src/feed/bundles/payloadDifferences.ts'
import { decode, Writer } from '../../../src/shared/encoding.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createDoc, createHistory } from './yjsHistories.ts'

function encoded(client: number, payloads: readonly Uint8Array[], froms: readonly number[]): Uint8Array {
  const writer = new Writer()
  writePayloads(writer, client, payloads, froms)
  return writer.finish()
}

const decoded = (bytes: Uint8Array, client: number, froms: readonly number[], maxBytes = 2 ** 20) =>
  decode(bytes, (reader) => readPayloads(reader, client, froms, maxBytes))

/** Updates of a text into which letters are typed, and deleted now and then. */
function typed(count: number, client: number) {
  const random = createSeededRandom('typed')
  const doc = createDoc(client, false)
  const payloads: Uint8Array[] = []
  const froms: number[] = []
  doc.on('update', (update: Uint8Array) => payloads.push(update))
  const text = doc.getText('text')
  for (let i = 0; i < count; i++) {
    froms.push(Y.getState(doc.store, client))
    if (text.length > 0 && random.chance(0.1)) text.delete(text.length - 1, 1)
    else text.insert(text.length, random.pick([...'abcdefgh ']))
  }
  return { payloads, froms }
}

describe('differences of payloads', () => {
  it('give back byte for byte what they were made of', () => {
    for (let seed = 0; seed < 60; seed++) {
      const history = createHistory(seed, 40)
      for (const client of new Set(history.map((own) => own.client))) {
        const own = history.filter((update) => update.client === client)
        const froms = own.map(({ from }) => from)
        const payloads = own.map(({ update }) => update)
        expect(decoded(encoded(client, payloads, froms), client, froms), `seed ${seed}`).toEqual({ ok: true, value: payloads })
      }
    }
  })

  it('give back whatever bytes there are, with whatever clocks', () => {
    const random = createSeededRandom('any')
    const client = 300
    for (let round = 0; round < 200; round++) {
      const payloads = Array.from({ length: 10 }, () => random.bytes(random.below(12)).map((byte) => random.pick([byte, 0xac, 2, 0xff])))
      const froms = payloads.map(() => random.pick([0, 1, 127, 128, random.below(2 ** 50)]))
      expect(decoded(encoded(client, payloads, froms), client, froms)).toEqual({ ok: true, value: payloads })
    }
  })

  it('are zeros but for the letter while somebody types', () => {
    const client = 2 ** 52 + 7
    const { payloads, froms } = typed(500, client)
    const different = encoded(client, payloads, froms).filter((byte) => byte !== 0).length
    expect(different).toBeLessThan(500 * 6)
  })

  it('are refused where the first has nothing before it, and where a payload is longer than it may be', () => {
    expect(decoded(Uint8Array.of(0, 1, 2), 5, [0])).toEqual({ ok: false, error: 'bad-value' })
    expect(decoded(Uint8Array.of(4, 1, 2, 3), 5, [0], 2)).toEqual({ ok: false, error: 'too-large' })
    expect(decoded(Uint8Array.of(4, 1, 2), 5, [0])).toEqual({ ok: false, error: 'truncated' })
  })
})
