import { describe, expect, it } from 'vitest'
import type { Link } from '../../../src/replication/link/link.ts'
import { createSilenceWatch } from '../../../src/replication/link/silenceWatch.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'

function createTest() {
  const simulated = createSimulatedClock()
  let skewMs = 0
  const clock = { ...simulated, now: () => simulated.now() + skewMs }
  const sent: string[] = []
  let closed = false
  const link = {
    send: (message: { readonly type: string }) => void sent.push(message.type),
    channel: {
      close: () => {
        closed = true
      },
    },
  } as unknown as Link
  return { clock, setBack: (byMs: number) => (skewMs -= byMs), sent, watch: createSilenceWatch(link, clock), isClosed: () => closed }
}

describe('the watch over a silent link', () => {
  it('asks after ten seconds, avoids after fifteen, and closes after thirty', async () => {
    const { clock, sent, watch, isClosed } = createTest()
    await clock.run(9_000)
    expect(sent).toEqual([])
    await clock.run(2_000)
    expect(sent).toEqual(['ping'])
    expect(watch.isStale()).toBe(false)
    await clock.run(4_500)
    expect(watch.isStale()).toBe(true)
    await clock.run(13_000)
    expect(isClosed()).toBe(false)
    await clock.run(2_000)
    expect(isClosed()).toBe(true)
  })

  it('closes within its time though the clock of the machine is set back', async () => {
    const { clock, setBack, isClosed } = createTest()
    await clock.run(1_000)
    setBack(86_400_000)
    await clock.run(40_000)
    expect(isClosed()).toBe(true)
  })

  it('leaves alone a link on which anything at all arrives', async () => {
    const { clock, sent, watch, isClosed } = createTest()
    for (let i = 0; i < 20; i++) {
      await clock.run(9_000)
      watch.heard()
    }
    expect([sent, watch.isStale(), isClosed()]).toEqual([[], false, false])
  })

  it('closes within five seconds a link that does not answer a probe, and keeps one that does', async () => {
    const quiet = createTest()
    quiet.watch.probe()
    await quiet.clock.run(5_100)
    expect(quiet.isClosed()).toBe(true)

    const alive = createTest()
    alive.watch.probe()
    await alive.clock.run(100)
    alive.watch.heard()
    await alive.clock.run(9_000)
    expect(alive.isClosed()).toBe(false)
  })

  it('leaves no timer when it is stopped', () => {
    const { clock, watch } = createTest()
    watch.probe()
    watch.stop()
    expect(clock.pendingCount()).toBe(0)
  })
})
