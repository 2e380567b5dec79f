import { afterEach, describe, expect, it, vi } from 'vitest'
import { createWebrtcNetwork } from '../../../../src/network/webrtc/webrtcNetwork.ts'
import { createSimulatedClock } from '../../../../src/testing/simulatedClock.ts'

describe('the network over WebRTC where there is none', () => {
  it('says so and leaves rooms empty', async () => {
    const network = createWebrtcNetwork({ signaling: ['ws://localhost:4444'] })
    expect(network.state.get()).toMatchObject({ status: 'unsupported', error: { code: 'no-webrtc' } })
    expect(network.diagnostics.get()).toMatchObject([{ code: 'no-webrtc' }])
    const room = network.enter({ name: 'r', password: 'p' }, () => expect.unreachable())
    network.probe()
    await room.leave()
    await network.dispose()
  })

  it.each(['http://localhost', 'localhost:4444', '', 'ws://'])('refuses %j as a signaling address', (url) => {
    expect(() => createWebrtcNetwork({ signaling: [url] })).toThrowError(expect.objectContaining({ code: 'bad-config' }))
  })
})

describe('the network over WebRTC whose code cannot be fetched', () => {
  afterEach(() => {
    vi.doUnmock('../../../../src/network/webrtc/webrtcRoom.ts')
    vi.unstubAllGlobals()
  })

  it('says so instead of connecting for ever, and connects once it comes', async () => {
    vi.stubGlobal('RTCPeerConnection', class {})
    vi.stubGlobal('window', {})
    const starts: string[] = []
    let isOffline = true
    vi.doMock('../../../../src/network/webrtc/webrtcRoom.ts', () => ({
      createWebrtcRoom: () => {
        if (isOffline) throw new TypeError('Failed to fetch')
        return { start: () => void starts.push('started'), stop: () => Promise.resolve(), probe: () => undefined }
      },
    }))
    const network = createWebrtcNetwork({ signaling: ['ws://localhost:4444'], clock: createSimulatedClock() })
    network.enter({ name: 'r', password: 'p' }, () => expect.unreachable())
    expect(network.state.get().status).toBe('connecting')
    await vi.waitFor(() => expect(network.state.get()).toMatchObject({ status: 'unreachable', error: { code: 'load-failed' } }))
    expect(network.diagnostics.get()).toMatchObject([{ code: 'load-failed' }])
    isOffline = false
    network.probe()
    await vi.waitFor(() => expect(starts).toEqual(['started']))
    expect(network.state.get().status).toBe('connecting')
    await network.dispose()
  })
})
