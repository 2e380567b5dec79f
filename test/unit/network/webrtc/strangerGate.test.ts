import { expect, it } from 'vitest'
import { createStrangerGate, maxYoung, youngMs } from '../../../../src/network/webrtc/strangerGate.ts'
import { createSeededRandom } from '../../../../src/testing/seededRandom.ts'
import { createSimulatedClock } from '../../../../src/testing/simulatedClock.ts'

/** A room in which honest peers' connections are made after 300 ms, and others' never. */
function createTest() {
  const clock = createSimulatedClock()
  const known = new Set<string>()
  const young = new Set<string>()
  const delivered: string[] = []
  const gate = createStrangerGate({
    clock,
    random: createSeededRandom(1),
    isKnown: (name) => known.has(name),
    countYoung: () => young.size,
  })
  function arrive(name: string, message = name): void {
    gate.pass(name, () => {
      delivered.push(message)
      if (known.has(name)) return
      known.add(name)
      young.add(name)
      clock.after(name.startsWith('honest') ? 300 : youngMs, () => young.delete(name))
    })
  }
  return { clock, gate, delivered, known, arrive }
}

it('lets thirty honest peers who come at once all connect within seconds', async () => {
  const { clock, arrive, delivered } = createTest()
  for (let i = 0; i < 30; i++) arrive(`honest ${i}`)
  expect(delivered).toHaveLength(maxYoung)
  await clock.run(4_000)
  expect(delivered).toHaveLength(30)
})

it('keeps made-up peers few at any time, and an honest one among them gets its turn', async () => {
  const { clock, arrive, delivered } = createTest()
  for (let i = 0; i < 300; i++) arrive(`fake ${i}`)
  arrive('honest')
  await clock.run(youngMs - 1)
  expect(delivered).toHaveLength(maxYoung)
  await clock.run(60_000)
  expect(delivered).toContain('honest')
  // What waits is bounded: of three hundred some sixty had a turn.
  expect(delivered.length).toBeLessThan(75)
  expect(clock.pendingCount()).toBe(0)
})

it('keeps the order of one peer, bounds what waits of it, and passes on at once what comes of a connected one', async () => {
  const { clock, arrive, delivered } = createTest()
  for (let i = 0; i < maxYoung; i++) arrive(`fake ${i}`)
  arrive('honest', 'offer')
  for (let i = 0; i < 40; i++) arrive('honest', `candidate ${i}`)
  arrive('fake 0', 'more of one who is let through')
  expect(delivered.slice(maxYoung)).toEqual(['more of one who is let through'])
  await clock.run(youngMs + 1_000)
  const own = delivered.filter((message) => /offer|candidate/.test(message))
  expect(own).toEqual(['offer', ...Array.from({ length: 31 }, (_, i) => `candidate ${i}`)])
  arrive('honest', 'later')
  expect(delivered.at(-1)).toBe('later')
})

it('lets go of what waits when the room is left', async () => {
  const { clock, gate, arrive, delivered } = createTest()
  for (let i = 0; i < 20; i++) arrive(`fake ${i}`)
  gate.dispose()
  await clock.run(20_000)
  expect([delivered.length, clock.pendingCount()]).toEqual([maxYoung, 0])
})
