import { describe, expect, it } from 'vitest'
import { updateCases } from '../../corpus/updateCases.ts'
import { createAuthor, createReceiver, brief } from '../feed/receiveFixtures.ts'

const mostMs = 100
const rules = ['g1', 'g2', 'g3', 'g4', 'g5', 'g6', 'g7', 'g8', 'g9']

describe('the corpus of malformed updates', () => {
  it('is refused by the guard, each case by its own rule, in time, and without a trace', { timeout: 60_000 }, async () => {
    const author = await createAuthor()
    const { take, text, graph, receiver, doc } = createReceiver([author])
    await take(await author.cut('honest'))
    const before = { text: text(), blocks: graph.size, pending: doc.store.pendingStructs, clocks: [...doc.store.clients.keys()] }
    const hits = new Map<string, number>()
    const wrong: unknown[] = []
    for (const { name, input, code, to = 7 } of updateCases) {
      const block = await author.forge(input(author.client), { from: 6, to })
      const startMs = performance.now()
      const got = brief(await take(block))
      const ms = performance.now() - startMs
      const after = { text: text(), blocks: graph.size, pending: doc.store.pendingStructs, clocks: [...doc.store.clients.keys()] }
      expect([name, after, receiver.held]).toEqual([name, before, 0])
      if (got === `guard/${code}`) hits.set(code, (hits.get(code) ?? 0) + 1)
      else wrong.push({ name, got, expected: `guard/${code}` })
      if (ms > mostMs) wrong.push({ name, ms })
    }
    expect(wrong).toEqual([])
    expect(updateCases.length).toBe(new Set(updateCases.map(({ name }) => name)).size)
    expect(rules.filter((rule) => !hits.has(rule))).toEqual([])
    // What breaks no rule passes, so that it was not the way there that refused the others.
    expect(await take(await author.cut('!'))).toEqual({ status: 'accepted' })
  })
})
