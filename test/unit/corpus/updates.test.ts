import { describe, expect, it } from 'vitest'
import { judgeCases } from '../../corpus/judgeCases.ts'
import { updateCases } from '../../corpus/updateCases.ts'
import { createAuthor, createReceiver, brief } from '../feed/receiveFixtures.ts'

const rules = ['g1', 'g2', 'g3', 'g4', 'g5', 'g6', 'g7', 'g8', 'g9']

describe('the corpus of malformed updates', () => {
  it('is refused by the guard, each case by its own rule, in time, and without a trace', { timeout: 60_000 }, async () => {
    const author = await createAuthor()
    const { take, text, graph, receiver, quotas, doc } = createReceiver([author])
    await take(await author.cut('honest'))
    const state = () => ({ text: text(), blocks: graph.size, pending: doc.store.pendingStructs, clocks: [...doc.store.clients.keys()] })
    const before = state()
    await judgeCases('updates', updateCases, rules, async ({ name, input, to = 7 }) => {
      // After so many broken blocks the author would be muted, and the rest not even looked at.
      quotas.unmute(author.device)
      const got = brief(await take(await author.forge(input(author.client), { from: 6, to })))
      expect([name, state(), receiver.held]).toEqual([name, before, 0])
      return got.replace('guard/', '')
    })
    quotas.unmute(author.device)
    // What breaks no rule passes, so that it was not the way there that refused the others.
    expect(await take(await author.cut('!'))).toEqual({ status: 'accepted' })
  })
})
