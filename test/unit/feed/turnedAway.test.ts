import { describe, expect, it } from 'vitest'
import { createTurnedAway, maxUnknownTurnedAway } from '../../../src/feed/turnedAway.ts'
import type { DeviceId } from '../../../src/shared/ids.ts'

const device = (i: number) => `device ${i}` as DeviceId

function createTest() {
  const known = new Set<DeviceId>([device(1), device(2)])
  const roomy = new Set<DeviceId>()
  const turnedAway = createTurnedAway({ isKnown: (id) => known.has(id), known: () => [...known], hasRoom: (id) => roomy.has(id) })
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
    // Of those that were too many, whoever gets an entry is asked for, once, as they all may have been dropped; members of before are not.
    turnedAway.review('room')
    turnedAway.review('retry')
    expect(heard).toEqual([device(1)])
    for (const i of [100, 100 + maxUnknownTurnedAway, 5_000]) {
      known.add(device(i))
      turnedAway.review('room')
      expect(heard).not.toContain(device(i))
      for (let times = 0; times < 2; times++) turnedAway.review('retry')
      expect(heard.filter((id) => id === device(i))).toHaveLength(1)
    }
    expect(heard).not.toContain(device(2))
  })

  it('are asked for only if they were noted, where all could be', () => {
    const { known, turnedAway, heard } = createTest()
    for (let i = 100; i < 100 + maxUnknownTurnedAway; i++) turnedAway.note(device(i), 'retry')
    turnedAway.note(device(100), 'retry')
    known.add(device(5_000))
    turnedAway.review('retry')
    expect(heard).toEqual([])
  })
})
