import { describe, expect, it } from 'vitest'
import { createNetworkControl } from '../../../src/client/tabs/networkControl.ts'
import type { TabMessage } from '../../../src/client/tabs/tabControl.ts'
import { createMemorySwarm } from '../../../src/network/memory/memorySwarm.ts'
import { EchoError } from '../../../src/shared/echoError.ts'
import { createWritable } from '../../../src/shared/readable.ts'
import type { Network, NetworkState } from '../../../src/network/network.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'

function createTabs() {
  const swarm = createMemorySwarm({ clock: createSimulatedClock(), random: createSeededRandom(1) })
  const reports: Extract<TabMessage, { type: 'network' }>[] = []
  const network = swarm.peer('leader')
  const leader = createNetworkControl(network, () => {
    const report = leader.report()
    if (report === undefined) return
    reports.push(report)
    follower.onReport(report)
  })
  const follower = createNetworkControl(swarm.peer('follower'), () => {})
  return { swarm, network, leader, follower, reports }
}

describe('the network as all tabs of a profile see it', () => {
  it('is idle without a room and online with one, in every tab', () => {
    const { network, leader, follower } = createTabs()
    leader.setLeading(true)
    expect([leader.state.get(), follower.state.get()]).toEqual([{ status: 'idle' }, { status: 'idle' }])
    const room = network.enter({ name: 'r', password: 'p' }, () => {})
    const online = { status: 'online', connections: 0 }
    expect([leader.state.get(), follower.state.get()]).toEqual([online, online])
    void room.leave()
    expect([leader.state.get(), follower.state.get()]).toEqual([{ status: 'idle' }, { status: 'idle' }])
  })

  it('carries what is unreachable to the other tabs, and the switch needs no report', () => {
    const { swarm, leader, follower } = createTabs()
    leader.setLeading(true)
    swarm.setSignaling(false)
    expect(follower.state.get()).toMatchObject({ status: 'unreachable', error: { code: 'signaling-unreachable' } })
    swarm.setSignaling(true)
    expect(follower.state.get()).toEqual({ status: 'idle' })
    follower.setEnabled(false)
    expect(follower.state.get()).toEqual({ status: 'off' })
  })

  it('keeps the own, more precise word of a tab that knows what is wrong', () => {
    const error = new EchoError('signaling-unreachable', 'None is configured.', { details: { signaling: [] } })
    const own = { status: 'unreachable', connections: 0, error } as const
    const network: Network = { ...createTabs().network, state: createWritable<NetworkState>(own) }
    const control = createNetworkControl(network, () => {})
    control.onReport({ type: 'network', status: 'unreachable', connections: 0 })
    expect(control.state.get()).toBe(own)
  })
})
