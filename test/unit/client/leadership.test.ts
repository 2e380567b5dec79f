import { describe, expect, it } from 'vitest'
import { createLeadership } from '../../../src/client/tabs/leadership.ts'
import { createTabControl } from '../../../src/client/tabs/tabControl.ts'
import { createMemorySwarm } from '../../../src/network/memory/memorySwarm.ts'
import { createLockManager } from '../../../src/storage/memory/memoryLocks.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'

function createTabs() {
  const clock = createSimulatedClock()
  const swarm = createMemorySwarm({ clock, random: createSeededRandom(1), sameOrigin: true })
  const manager = createLockManager(clock)
  const leaders = new Set<string>()

  function openTab(name: string) {
    const locks = manager.locks()
    const control = createTabControl({
      tabs: swarm.peer(name),
      onMessage: () => {},
      greeting: () => (leaders.has(name) ? [report] : []),
      onLeaderSilent: () => leadership.leaderSilent(() => control.hasLeader()),
    })
    const leadership = createLeadership({
      locks,
      clock,
      onLead: () => {
        leaders.add(name)
        control.tell(report)
      },
      onLost: () => leaders.delete(name),
    })
    return {
      close: async () => {
        leadership.dispose()
        await control.dispose()
      },
    }
  }
  return { clock, swarm, leaders, openTab }
}

const report = { type: 'network', status: 'online', connections: 0 } as const

describe('leadership among tabs', () => {
  it('passes to another tab within a second when the leading one closes', async () => {
    const { clock, leaders, openTab } = createTabs()
    const first = openTab('first')
    await clock.run(50)
    openTab('second')
    await clock.run(50)
    expect([...leaders]).toEqual(['first'])
    void first.close()
    await clock.run(900)
    expect([...leaders]).toEqual(['second'])
  })

  it('is taken from a tab that is frozen and keeps its lock', async () => {
    const { clock, swarm, leaders, openTab } = createTabs()
    openTab('first')
    await clock.run(50)
    openTab('second')
    openTab('third')
    await clock.run(50)
    swarm.partition([['first'], ['second', 'third']])
    await clock.run(5_000)
    expect(leaders.size).toBe(1)
    expect(leaders.has('first')).toBe(false)
  })

  it('stays where it is while its tab answers', async () => {
    const { clock, leaders, openTab } = createTabs()
    openTab('first')
    await clock.run(50)
    openTab('second')
    await clock.run(60_000)
    expect([...leaders]).toEqual(['first'])
  })
})
