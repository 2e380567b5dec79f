import { describe, expect, it } from 'vitest'
import { createBackoff } from '../../../src/network/backoff.ts'
import { createFindingLog } from '../../../src/network/findingLog.ts'
import { createRoomNetwork, type RoomNetwork } from '../../../src/network/roomNetwork.ts'
import { EchoError } from '../../../src/shared/echoError.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'

function setup(): { network: RoomNetwork['network']; calls: string[]; finishStop(): void } {
  const calls: string[] = []
  let finishStop = (): void => undefined
  const { network } = createRoomNetwork({
    clock: createSimulatedClock(),
    openRoom: ({ name }) => ({
      start: () => calls.push(`start ${name}`),
      stop: () => {
        calls.push(`stop ${name}`)
        return new Promise<void>((resolve) => {
          finishStop = resolve
        })
      },
      probe: () => calls.push(`probe ${name}`),
    }),
    describe: (connections) => ({ status: 'online', connections }),
    probe: () => calls.push('probe'),
    dispose: () => calls.push('dispose'),
  })
  return { network, calls, finishStop: () => finishStop() }
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))
const request = { name: 'r', password: 'p' }

describe('the room life cycle that adapters share', () => {
  it('starts a room again only when its teardown is over', async () => {
    const { network, calls, finishStop } = setup()
    const left = network.enter(request, () => undefined).leave()
    network.enter(request, () => undefined)
    await settle()
    expect(calls).toEqual(['start r', 'stop r'])
    finishStop()
    await left
    await settle()
    expect(calls).toEqual(['start r', 'stop r', 'start r'])
  })

  it('does not start what was left or switched off while it waited', async () => {
    const { network, calls, finishStop } = setup()
    void network.enter(request, () => undefined).leave()
    void network.enter(request, () => undefined).leave()
    network.enter(request, () => undefined)
    network.setEnabled(false)
    finishStop()
    await settle()
    expect(calls).toEqual(['start r', 'stop r'])
    network.setEnabled(true)
    network.setEnabled(true)
    expect(calls).toEqual(['start r', 'stop r', 'start r'])
  })

  it('has nothing to connect for while no room is entered, and says so', async () => {
    const { network, finishStop } = setup()
    const states: string[] = []
    network.state.subscribe(() => states.push(network.state.get().status))
    expect(network.state.get()).toEqual({ status: 'idle' })
    const room = network.enter(request, () => undefined)
    const left = room.leave()
    finishStop()
    await left
    network.setEnabled(false)
    network.setEnabled(true)
    await network.dispose()
    expect(states).toEqual(['online', 'idle', 'off', 'idle', 'off'])
  })

  it('says also without a room what stands in the way', () => {
    const error = new EchoError('no-webrtc', 'None here.')
    const { network } = createRoomNetwork({
      clock: createSimulatedClock(),
      openRoom: () => ({ start: () => undefined, stop: () => Promise.resolve(), probe: () => undefined }),
      describe: () => ({ status: 'unsupported', error }),
    })
    expect(network.state.get()).toEqual({ status: 'unsupported', error })
  })

  it('asks for signs of life only while switched on', () => {
    const { network, calls } = setup()
    network.setEnabled(false)
    network.enter(request, () => undefined)
    network.probe()
    expect(calls).toEqual([])
    network.setEnabled(true)
    network.probe()
    expect(calls).toEqual(['start r', 'probe', 'probe r'])
  })

  it('is disposed after its rooms have stopped, once', async () => {
    const { network, calls, finishStop } = setup()
    network.enter(request, () => undefined)
    const disposed = Promise.all([network.dispose(), network.dispose()])
    await settle()
    expect(calls).toEqual(['start r', 'stop r'])
    finishStop()
    await disposed
    expect(calls).toEqual(['start r', 'stop r', 'dispose'])
  })
})

describe('the wait after failed handshakes', () => {
  it('doubles from one second to a minute and ends with a success', () => {
    const backoff = createBackoff()
    const seen = Array.from({ length: 8 }, () => {
      backoff.report('failed')
      return backoff.delayMs
    })
    expect(seen).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
    backoff.report('succeeded')
    expect(backoff.delayMs).toBe(0)
  })
})

describe('the findings of a network', () => {
  it('are the newest fifty, a repeated one once with its newest time', async () => {
    const clock = createSimulatedClock({ startMs: 0 })
    const log = createFindingLog(clock)
    for (let i = 0; i < 60; i++) log.add('ice-failed', `${i}`)
    await clock.run(5)
    log.add('ice-failed', '59')
    expect(log.findings.get()).toHaveLength(50)
    expect(log.findings.get()[0]!.message).toBe('10')
    expect(log.findings.get().at(-1)).toEqual({ code: 'ice-failed', message: '59', timeMs: 5 })
  })
})
