import { describe, expect, it } from 'vitest'
import { createFirstSync } from '../../../src/client/spaces/firstSync.ts'
import type { BlockGraph, FeedKey } from '../../../src/feed/graph/blockGraph.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'

const feed = 'feed/0' as FeedKey

function createTest(expected: number) {
  const clock = createSimulatedClock()
  let seq = -1
  let completed = 0
  const graph = { tipsOf: () => (seq < 0 ? [] : [{ feed, seq, id: '' }]) } as unknown as BlockGraph
  const sync = createFirstSync({
    awaiting: expected === 0 ? [] : [{ feed, seq: expected - 1 }],
    graph,
    clock,
    onComplete: () => completed++,
  })
  return {
    clock,
    sync,
    completed: () => completed,
    receive(count: number) {
      seq += count
      sync.note()
    },
  }
}

describe('the first sync after a join', () => {
  it('is over when everything that the host named is here, and not before', () => {
    const { sync, completed, receive } = createTest(4)
    expect(sync.state.get()).toEqual({ progress: 0, stalled: false })
    receive(3)
    expect(sync.state.get()).toEqual({ progress: 0.75, stalled: false })
    expect(completed()).toBe(0)
    receive(1)
    expect(sync.state.get()).toBeUndefined()
    expect(completed()).toBe(1)
  })

  it('says that it is stalled when nothing has come for half a minute, until something comes', async () => {
    const { clock, sync, receive } = createTest(4)
    await clock.run(20_000)
    receive(1)
    await clock.run(29_000)
    expect(sync.state.get()?.stalled).toBe(false)
    await clock.run(2_000)
    expect(sync.state.get()).toEqual({ progress: 0.25, stalled: true })
    receive(1)
    expect(sync.state.get()).toEqual({ progress: 0.5, stalled: false })
  })

  it('can be given up, so that a host who named what nobody has keeps no space closed', () => {
    const { sync, completed } = createTest(4)
    sync.giveUp()
    expect(sync.state.get()).toBeUndefined()
    sync.giveUp()
    expect(completed()).toBe(1)
  })

  it('asks for nothing where the host had nothing', () => {
    expect(createTest(0).sync.state.get()).toBeUndefined()
  })
})
