import { describe, expect, it } from 'vitest'
import { askAgainEveryMs, createAskAgain } from '../../../src/replication/blocks/askAgain.ts'
import { maxSparedDevices } from '../../../src/replication/link/linkMessages.ts'
import type { DeviceId } from '../../../src/shared/ids.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'

function createTest() {
  const clock = createSimulatedClock()
  const asked: (readonly DeviceId[])[] = []
  return { clock, asked, askAgain: createAskAgain(clock, (devices) => asked.push(devices)) }
}

const device = (name: string | number): DeviceId => `${name}` as DeviceId

describe('asking again for what was dropped', () => {
  it('is done at once, and then for all devices together when it is time', async () => {
    const { clock, asked, askAgain } = createTest()
    askAgain.add([device('ann')])
    askAgain.add([device('bob')])
    askAgain.add([device('cleo'), device('bob')])
    await clock.run(askAgainEveryMs - 1)
    expect(asked).toEqual([['ann']])
    await clock.run(1)
    expect(asked).toEqual([['ann'], ['bob', 'cleo']])
    await clock.run(10 * askAgainEveryMs)
    askAgain.add([device('ann')])
    expect(asked).toEqual([['ann'], ['bob', 'cleo'], ['ann']])
  })

  it('is seldom, however often a member makes room and takes it', async () => {
    const { clock, asked, askAgain } = createTest()
    for (let i = 0; i < 600; i++) {
      askAgain.add([device('mel')])
      await clock.run(100)
    }
    expect(asked.length).toBe(1 + 60_000 / askAgainEveryMs)
  })

  it('names no more devices than a message holds, and the others the next time', async () => {
    const { clock, asked, askAgain } = createTest()
    askAgain.add(Array.from({ length: maxSparedDevices + 1 }, (_, i) => device(i)))
    await clock.run(askAgainEveryMs)
    expect(asked.map(({ length }) => length)).toEqual([maxSparedDevices, 1])
  })

  it('ends', async () => {
    const { clock, asked, askAgain } = createTest()
    askAgain.add([device('ann')])
    askAgain.add([device('bob')])
    askAgain.dispose()
    await clock.run(10 * askAgainEveryMs)
    expect(asked).toEqual([['ann']])
  })
})
