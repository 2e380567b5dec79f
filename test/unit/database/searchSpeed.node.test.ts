import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import { createSeededRandom, createTestReplica } from './createTestReplica.ts'

const Note = defineType('note', z.object({ title: z.string(), body: z.string() }), { search: ['title', 'body'] })
const count = 25_000

/** Words as people use them: few often, most seldom; every third note with accents. */
function createWords(): (length: number, accents: boolean) => string {
  const random = createSeededRandom(7)
  let [bytes, at] = [random.bytes(65_536), 0]
  const dice = (sides: number): number => {
    if (at + 4 > bytes.length) [bytes, at] = [random.bytes(65_536), 0]
    at += 4
    return (bytes[at - 4]! | (bytes[at - 3]! << 8) | (bytes[at - 2]! << 16)) % sides
  }
  const dictionary = Array.from({ length: 10_000 }, () =>
    Array.from({ length: 2 + dice(9) }, () => String.fromCharCode(97 + dice(26))).join(''),
  )
  return (length, accents) => {
    const text = Array.from({ length }, () => dictionary[Math.floor((dice(1000) / 1000) ** 3 * dictionary.length)]!).join(' ')
    return accents ? text.replace(/e/g, 'é') : text
  }
}

/** Processor time, for other tests run beside this one. */
const now = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
const quantile = (times: readonly number[], part: number): number => [...times].sort((a, b) => a - b)[Math.floor(times.length * part)]!

describe('a search among 25,000 items of 60 words', () => {
  const words = createWords()
  const { db, clock } = createTestReplica(1, [Note])
  db.batch(() => {
    for (let i = 0; i < count; i++) db.create(Note, { title: words(6, i % 3 === 0), body: words(60, i % 3 === 0) })
  })

  it('has what it looks through made ready without a long task, answers in milliseconds and follows a change in less', () => {
    db.run(query(Note).search('').limit(1))
    const turns: number[] = []
    // The last turns find nothing left to do.
    for (let turn = 0; turn < count / 100; turn++) {
      const start = now()
      clock.advance(0)
      turns.push(now() - start)
    }
    expect(db.explain(query(Note).search('nothing')).search?.ready).toBe(count)
    const searches: number[] = []
    for (let i = 0; i < 60; i++) {
      const text = words(1 + (i % 2), false).slice(0, 1 + (i % 7))
      const start = now()
      db.run(query(Note).search(text).limit(50))
      searches.push(now() - start)
    }
    const live = db.live(query(Note).search('ab').limit(50))
    live.subscribe(() => undefined)
    const [first] = live.get()
    const changes: number[] = []
    for (let i = 0; i < 100; i++) {
      const start = now()
      db.update(first!, { body: `${words(60, false)} abc` })
      changes.push(now() - start)
    }
    // A turn may meet the collector.
    expect(quantile(turns, 0.98)).toBeLessThan(50)
    expect(quantile(searches, 0.95)).toBeLessThan(250)
    expect(quantile(changes, 0.5)).toBeLessThan(5)
  })
})
