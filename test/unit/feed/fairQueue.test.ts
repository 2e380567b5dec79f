import { describe, expect, it, vi } from 'vitest'
import { createFairQueue, maxLaneBytes, maxLaneJobs, type FairQueueOptions } from '../../../src/feed/fairQueue.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'

function createTest(options: Partial<FairQueueOptions> = {}) {
  const clock = createSimulatedClock()
  const ran: string[] = []
  const queue = createFairQueue({ clock, waitMs: () => 0, sponsorOf: () => undefined, onSponsored: () => {}, ...options })
  /** Adds a job that takes `ms`. */
  function add(lane: string, name: string, { ms = 1, place, onDelayed }: { ms?: number; place?: 'front'; onDelayed?: () => void } = {}) {
    const run = async (): Promise<string> => {
      if (ms > 0) await new Promise<void>((resolve) => clock.after(ms, resolve))
      ran.push(name)
      return name
    }
    return queue.add(lane, { bytes: 1, run, ...(onDelayed === undefined ? {} : { onDelayed }) }, place)
  }
  return { clock, queue, ran, add }
}

describe('the fair queue', () => {
  it('takes turns between lanes, and keeps the order within one', async () => {
    const { clock, ran, add } = createTest()
    for (let i = 0; i < 10; i++) void add('flood', `f${i}`)
    for (let i = 0; i < 3; i++) void add('calm', `c${i}`)
    await clock.run(100)
    // The first ones were on their way before there was anyone else.
    expect(ran.indexOf('c2')).toBeLessThanOrEqual(12)
    expect(ran.filter((name) => name.startsWith('f'))).toEqual(Array.from({ length: 10 }, (_, i) => `f${i}`))
    expect(ran.filter((name) => name.startsWith('c'))).toEqual(['c0', 'c1', 'c2'])
  })

  it('delays one job of a lane by no more than a few, however many another has', async () => {
    const { clock, ran, add } = createTest()
    for (let i = 0; i < 4_000; i++) void add('flood', 'f')
    await clock.run(50)
    const before = ran.length
    void add('calm', 'c')
    await clock.run(50)
    expect(ran.indexOf('c') - before).toBeLessThanOrEqual(10)
  })

  it('gives back what a job returns or throws, and goes on', async () => {
    const { clock, queue, add } = createTest()
    const failing = queue.add('a', { bytes: 1, run: () => Promise.reject(new Error('no')) })!
    const next = add('a', 'next')!
    await Promise.all([clock.run(10), expect(failing).rejects.toThrow('no')])
    expect(await next).toBe('next')
  })

  it('lets a lane wait for its quota, says so to each of its jobs, and goes on when it is there', async () => {
    let waitMs = 500
    const { clock, queue, ran, add } = createTest({ waitMs: (lane) => (lane === 'over' ? waitMs : 0) })
    const onDelayed = vi.fn<() => void>()
    for (let i = 0; i < 3; i++) void add('over', `o${i}`, { onDelayed })
    void add('calm', 'c')
    await clock.run(100)
    expect(ran).toEqual(['c'])
    expect(onDelayed).toHaveBeenCalledTimes(3)
    expect([[...queue.delayed.get()], queue.size('over'), queue.size()]).toEqual([['over'], 3, 3])
    void add('over', 'o3', { onDelayed })
    expect(onDelayed).toHaveBeenCalledTimes(4)
    waitMs = 0
    await clock.run(1_000)
    expect(ran).toEqual(['c', 'o0', 'o1', 'o2', 'o3'])
    expect(queue.delayed.get().size).toBe(0)
  })

  it('keeps a muted lane until it is woken', async () => {
    let waitMs = Infinity
    const { clock, queue, ran, add } = createTest({ waitMs: () => waitMs })
    void add('muted', 'm')
    await clock.run(1_000_000)
    expect([ran, clock.pendingCount()]).toEqual([[], 0])
    waitMs = 0
    queue.wake()
    await clock.run(10)
    expect([ran, queue.delayed.get().size]).toEqual([['m'], 0])
  })

  it('works for a lane that would have to wait while a sponsor waits for its work, and tells who pays', async () => {
    const waiters: string[] = []
    const paid: (readonly [string, number])[] = []
    const { clock, ran, add } = createTest({
      waitMs: (lane) => (lane === 'muted' ? Infinity : 0),
      sponsorOf: () => waiters[0],
      onSponsored: (...payment) => paid.push(payment),
    })
    for (let i = 0; i < 3; i++) void add('muted', `m${i}`)
    await clock.run(10)
    expect(ran).toEqual([])
    waiters.push('calm')
    void add('calm', 'c')
    await clock.run(10)
    expect(ran.toSorted()).toEqual(['c', 'm0', 'm1', 'm2'])
    expect(paid).toEqual(Array.from({ length: 3 }, () => ['calm', 1]))
  })

  it('takes no more into a lane than its bounds, and all the same from others', () => {
    const { queue, add } = createTest({ waitMs: () => Infinity })
    for (let i = 0; i < maxLaneJobs; i++) expect(add('flood', 'f')).toBeDefined()
    expect(add('flood', 'one more')).toBeUndefined()
    expect(add('flood', 'waited within other bounds', { place: 'front' })).toBeDefined()
    expect(add('calm', 'c')).toBeDefined()
    const run = (): Promise<void> => Promise.resolve()
    expect(queue.add('big', { bytes: maxLaneBytes, run })).toBeDefined()
    expect(queue.add('big', { bytes: 1, run })).toBeUndefined()
  })

  it('puts a job that waited elsewhere before what waits in its lane', async () => {
    let waitMs = Infinity
    const { clock, queue, ran, add } = createTest({ waitMs: () => waitMs })
    void add('a', 'second')
    void add('a', 'first', { place: 'front' })
    waitMs = 0
    queue.wake()
    await clock.run(10)
    expect(ran).toEqual(['first', 'second'])
  })

  it('lets the main thread go after ten milliseconds of work', async () => {
    const { clock, queue, ran, add } = createTest()
    let turns = 0
    const after = clock.after
    clock.after = (delayMs, callback) => {
      if (delayMs === 0) turns++
      return after(delayMs, callback)
    }
    for (let i = 0; i < 100; i++) void add('a', 'x', { ms: 2 })
    await clock.run(1_000)
    expect(ran).toHaveLength(100)
    expect(turns).toBe(20)
    queue.dispose()
  })

  it('lets a backlog rest between slices while somebody works just now, but not where he waits for it', async () => {
    const waiters: string[] = []
    const { clock, ran, add } = createTest({ sponsorOf: () => waiters[0] })
    const backlogAfter = async (ms: number): Promise<number> => {
      const before = ran.filter((name) => name === 'b').length
      await clock.run(ms)
      return ran.filter((name) => name === 'b').length - before
    }
    for (let i = 0; i < 3_000; i++) void add('backlog', 'b')
    await clock.run(1_100)
    expect(await backlogAfter(500)).toBeGreaterThan(450)
    void add('calm', 'c')
    const shared = await backlogAfter(500)
    expect(shared).toBeGreaterThan(80)
    expect(shared).toBeLessThan(130)
    waiters.push('calm')
    expect(await backlogAfter(300)).toBeGreaterThan(250)
    waiters.pop()
    await clock.run(500)
    expect(await backlogAfter(100)).toBeGreaterThan(90)
    // All of it comes in the end.
    void add('calm', 'c')
    await clock.run(10_000)
    expect(ran).toHaveLength(3_002)
  })

  it('goes on with a backlog whose rest ends while it is looked at', async () => {
    let passedMs = 0
    const sponsorOf = (): undefined => void (passedMs += 100)
    const { clock, queue, add } = createTest({ sponsorOf })
    const { now } = clock
    clock.now = () => now() + passedMs
    for (let i = 0; i < 200; i++) void add('backlog', 'b')
    void add('calm', 'c')
    await clock.run(20_000)
    expect(passedMs).toBeGreaterThan(0)
    expect(queue.size()).toBe(0)
  })

  it('lets no backlog rest for its own beginning', async () => {
    const { clock, ran, add } = createTest()
    for (let batch = 0; batch < 3; batch++) {
      for (let i = 0; i < 500; i++) void add('alone', 'a')
      await clock.run(600)
    }
    expect(ran).toHaveLength(1_500)
  })

  it('prepares a few jobs before their turn, and no more', async () => {
    const { clock, queue } = createTest()
    let prepared = 0
    for (let i = 0; i < 50; i++) {
      const run = (): Promise<void> => new Promise((resolve) => clock.after(10, resolve))
      void queue.add('a', { bytes: 1, run, prepare: () => void prepared++ })
    }
    await clock.run(5)
    expect(prepared).toBeLessThanOrEqual(9)
    await clock.run(500)
    expect(prepared).toBe(50)
  })

  it('leaves nobody waiting for an answer when it ends', async () => {
    const { queue, add } = createTest({ waitMs: () => Infinity })
    const job = add('muted', 'm', { ms: 0 })!
    queue.dispose()
    expect(await job).toBe('m')
  })
})
