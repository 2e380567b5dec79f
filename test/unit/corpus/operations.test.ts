import { describe, expect, it } from 'vitest'
import { decodeOperation } from '../../../src/access/operation.ts'
import { judgeCases } from '../../corpus/judgeCases.ts'
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
})
