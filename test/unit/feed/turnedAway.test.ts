import { describe, expect, it } from 'vitest'
import { createTurnedAway, maxUnknownTurnedAway } from '../../../src/feed/turnedAway.ts'
import type { DeviceId } from '../../../src/shared/ids.ts'

const device = (i: number) => `device ${i}` as DeviceId

function createTest() {
  const known = new Set<DeviceId>([device(1), device(2)])
  const roomy = new Set<DeviceId>()
  const turnedAway = createTurnedAway({ isKnown: (id) => known.has(id), hasRoom: (id) => roomy.has(id) })
  const heard: DeviceId[] = []
  const stop = turnedAway.onWantedAgain((devices) => heard.push(...devices))
  return { known, roomy, turnedAway, heard, stop }
}

describe('devices turned away', () => {
  it('are wanted again once, when there is room for them', () => {
    const { roomy, turnedAway, heard } = createTest()
    turnedAway.note(device(1), 'room')
    turnedAway.note(device(1), 'room')
    turnedAway.note(device(2), 'room')
    turnedAway.review('room')
    turnedAway.review('retry')
    expect(heard).toEqual([])
    roomy.add(device(1))
    turnedAway.review('room')
    turnedAway.review('room')
    expect(heard).toEqual([device(1)])
  })

  it('wait for operations or keys where those decide, whatever room there is', () => {
    const { roomy, turnedAway, heard, stop } = createTest()
    roomy.add(device(1))
    turnedAway.note(device(1), 'retry')
    turnedAway.review('room')
    expect(heard).toEqual([])
    turnedAway.review('retry')
    expect(heard).toEqual([device(1)])
    stop()
    turnedAway.note(device(1), 'retry')
    turnedAway.review('retry')
    expect(heard).toEqual([device(1)])
  })

  it('are remembered in bounded number where nobody vouches for them, and take no place from members', () => {
    const { known, turnedAway, heard } = createTest()
    for (let i = 100; i < 100 + 2 * maxUnknownTurnedAway; i++) turnedAway.note(device(i), 'retry')
    turnedAway.note(device(1), 'retry')
    turnedAway.review('retry')
    expect(heard).toEqual([device(1)])
    for (let i = 100; i < 100 + 2 * maxUnknownTurnedAway; i++) known.add(device(i))
    turnedAway.review('retry')
    expect(heard).toHaveLength(1 + maxUnknownTurnedAway)
  })
})
