import { describe, expect, it } from 'vitest'
import { createWebrtcNetwork } from '../../../../src/network/webrtc/webrtcNetwork.ts'

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
