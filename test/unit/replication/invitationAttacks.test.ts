import { describe, expect, it } from 'vitest'
import { decodeCodeMessage, encodeCodeMessage } from '../../../src/replication/joining/codeMessages.ts'
import type { HostTerms } from '../../../src/replication/joining/hostJoin.ts'
import { decodeRefusal, encodeRefusal, joinError, type RefusalReason } from '../../../src/replication/refusal.ts'
import * as cpace from '../../../src/crypto/cpace.ts'
import { fail, ok, type Result } from '../../../src/shared/result.ts'
import { createJoinTest, nameOf } from './joinFixtures.ts'

/* What each side learns when a join ends badly: one row a case. The codec and the proofs have their cases in codecs.test.ts and join.test.ts. */

interface Row {
  readonly name: string
  /** What the host's rules say about the guest. */
  readonly terms: (crypto: Awaited<ReturnType<typeof createJoinTest>>) => Result<HostTerms, RefusalReason>
  readonly host: string
  readonly guest: string
}

const refusals = ['expired', 'revoked', 'used-up', 'denied', 'rate-limited', 'not-authorised', 'removed', 'not-host', 'timeout'] as const
const rows: readonly Row[] = [
  ...refusals.map((reason): Row => ({
    name: `a guest that is refused as ${reason} at once`,
    terms: () => fail(reason),
    host: reason,
    guest: reason,
  })),
  ...(['denied', 'timeout', 'revoked'] as const).map((reason): Row => ({
    name: `a guest that is refused as ${reason} after a wait`,
    terms: () => ok({ decision: async () => fail(reason) }),
    host: reason,
    guest: reason,
  })),
  {
    name: 'a host that asks for a code the link knows nothing of',
    terms: ({ keys }) =>
      ok({ code: { code: '1', codeKey: keys.codeKey, cpace, passed: false, triesLeft: 3, judge: async () => ok('right') } }),
    host: 'closed',
    guest: 'insecure',
  },
]

describe('a join that must not succeed', () => {
  it.each(rows)('$name', async ({ terms, host, guest }) => {
    const test = await createJoinTest()
    const before = test.log.operations().length
    const ends = await test.meet({ terms: async () => terms(test) })
    expect([ends[0].ok ? 'ok' : ends[0].error, nameOf(ends[1])]).toEqual([host, guest])
    expect([test.log.operations().length, test.stored.length, test.asked.length]).toEqual([before, 0, 0])
  })
})

describe('refusals', () => {
  const reasons: readonly RefusalReason[] = [
    'cancelled',
    'timeout',
    'malformed',
    'newer-version',
    'insecure-peer',
    'wrong-kind',
    'not-host',
    'unknown-device',
    'removed',
    'moved',
    'expired',
    'revoked',
    'used-up',
    'wrong-code',
    'rate-limited',
    'denied',
    'not-authorised',
  ]
  it('have the codes 1 to 17 for ever, and a text each that says what to do', () => {
    for (const end of [...reasons, 'insecure', 'unanswered'] as const) {
      // Says what to do, and shows nothing of how it came about.
      expect(joinError(end).message).toMatch(/(Ask|Try|Wait|Update)[^.]*\.( |$)|\. Ask|later\./)
    }
    for (const [i, reason] of reasons.entries()) {
      const bytes = encodeRefusal(reason)
      expect([...bytes]).toEqual([0x3f, i + 1, 0])
      expect(decodeRefusal(bytes)).toBe(reason)
      expect(joinError(reason).message.length).toBeGreaterThan(20)
      for (const kind of ['code-a', 'code-b', 'tag', 'code-ok', 'code-wrong', 'pending'] as const)
        expect(decodeCodeMessage(kind, bytes)).toBeUndefined()
    }
    expect(decodeRefusal(encodeCodeMessage({ kind: 'pending' }))).toBeUndefined()
  })
})
