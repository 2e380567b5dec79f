import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { compareValues, kindRank } from '../../../src/database/types/compareValues.ts'
import { readValue, storeValue } from '../../../src/database/types/values.ts'

const foreign = runInNewContext('({ date: new Date(5), bytes: new Uint8Array([1, 2]), plain: { a: 1 } })') as {
  readonly date: Date
  readonly bytes: Uint8Array
  readonly plain: { readonly a: number }
}

describe('values of another realm', () => {
  it('are stored, read and compared like those of this one', () => {
    expect([foreign.date instanceof Date, foreign.bytes instanceof Uint8Array]).toEqual([false, false])
    expect(storeValue(foreign.date, 'due')).toEqual({ '@': 'date', v: 5 })
    expect(readValue(foreign.bytes)).toEqual(Uint8Array.of(1, 2))
    expect([kindRank(foreign.date), kindRank(foreign.bytes)]).toEqual([kindRank(new Date()), kindRank(new Uint8Array())])
    expect([compareValues(foreign.date, new Date(5)), compareValues(foreign.bytes, Uint8Array.of(1, 2))]).toEqual([0, 0])
  })

  it('that only call themselves a Date or bytes are not taken for one', () => {
    const date = { [Symbol.toStringTag]: 'Date', getTime: () => 5 }
    const bytes = { [Symbol.toStringTag]: 'Uint8Array', length: 1, 0: 1 }
    expect([kindRank(date), kindRank(bytes)]).toEqual([9, 9])
    expect(readValue(bytes)).not.toBeInstanceOf(Uint8Array)
  })
})
