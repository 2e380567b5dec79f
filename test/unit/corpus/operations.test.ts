import { describe, expect, it } from 'vitest'
import { decodeOperation } from '../../../src/access/operation.ts'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import { judgeCases } from '../../corpus/judgeCases.ts'
import { goodOperations, membershipCases } from '../../corpus/membershipCases.ts'
import { createMembershipSpace } from '../../corpus/membershipSpace.ts'
import { goodOperation, operationCases } from '../../corpus/operationCases.ts'
import { seededCrypto } from '../access/people.ts'

describe('the corpus of malformed operations', () => {
  it('is refused before anything is verified', async () => {
    const crypto = seededCrypto()
    const verdictOf = (bytes: Uint8Array): string => {
      const result = decodeOperation(crypto, bytes)
      return result.ok ? 'taken' : result.error
    }
    await judgeCases('operations', operationCases, ['format', 'newer-version'], ({ input }) => verdictOf(input))
    expect(verdictOf(goodOperation)).toBe('taken')
  })

  it('is refused by the rule that it breaks, though it is signed properly, and changes nothing', { timeout: 60_000 }, async () => {
    const space = await createMembershipSpace(await createWebCrypto())
    const { log } = space
    const look = () => ({ heads: log.heads(), operations: log.operations().length, state: log.state.get(), voided: log.voided().size })
    const before = look()
    const codes = ['space', 'signature', 'genesis', 'parent', 'entry', 'role', 'body', 'cut', 'target', 'rank', 'newer-version']
    await judgeCases('membership operations', membershipCases, codes, async ({ input }) => {
      const result = await log.add(await input(space))
      return result.ok ? result.value : result.error
    })
    expect(look()).toEqual(before)
    for (const make of goodOperations) expect(await log.add(await make(space))).toEqual({ ok: true, value: 'added' })
  })
})
