import { expect, it } from 'vitest'
import { createRepeatFilter } from '../../../../src/network/webrtc/repeatFilter.ts'

const sealed = (vector: number): string => `${String(vector).padStart(64, '0')}content`

it('tells what came before from what is new, for the last 500 messages', () => {
  const isRepeat = createRepeatFilter()
  const first = Array.from({ length: 500 }, (_, index) => sealed(index))
  expect(first.map(isRepeat)).toEqual(first.map(() => false))
  expect(first.map(isRepeat)).toEqual(first.map(() => true))
  expect(isRepeat(sealed(500))).toBe(false)
  expect([isRepeat(sealed(1)), isRepeat(sealed(0))]).toEqual([true, false])
})

it('keeps rooms apart', () => {
  const [one, other] = [createRepeatFilter(), createRepeatFilter()]
  expect([one(sealed(1)), other(sealed(1))]).toEqual([false, false])
})
