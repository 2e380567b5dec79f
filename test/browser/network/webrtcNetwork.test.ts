import { describe, expect, it } from 'vitest'
import { createWebrtcNetwork } from '../../../src/network/webrtc/webrtcNetwork.ts'
import { describeNetwork } from '../../../src/testing/networkAcceptance.ts'
import type { Network } from '../../../src/network/network.ts'
import { createMemorySignaling } from './memorySignaling.ts'

const moduleUrl = new URL('../../../src/network/webrtc/webrtcNetwork.ts', import.meta.url).href

/** A peer in a frame: y-webrtc allows each room once in a JavaScript realm. */
async function createPeer(signaling: ReturnType<typeof createMemorySignaling>): Promise<{ network: Network; frame: HTMLIFrameElement }> {
  const frame = document.createElement('iframe')
  document.body.append(frame)
  const realm = frame.contentWindow as unknown as { WebSocket: unknown; network: Network; onready: () => void; eval(code: string): void }
  realm.WebSocket = signaling.WebSocket
  await new Promise<void>((resolve, reject) => {
    // Vitest rewrites import() to go through this, and puts it into its own frame only.
    const __vitest_browser_runner__ = { wrapDynamicImport: (load: () => unknown) => load() }
    Object.assign(realm, { ready: resolve, failed: reject, __vitest_browser_runner__ })
    const script = frame.contentDocument!.createElement('script')
    script.type = 'module'
    script.textContent = `import(${JSON.stringify(moduleUrl)}).then(({ createWebrtcNetwork }) => {
      window.network = createWebrtcNetwork({ signaling: ['ws://signaling.test'] })
      window.ready()
    }).catch(window.failed)`
    frame.contentDocument!.body.append(script)
  })
  return { network: realm.network, frame }
}

describeNetwork('webrtc', () => {
  const signaling = createMemorySignaling()
  const frames: HTMLIFrameElement[] = []
  return {
    createPeer: async () => {
      const { network, frame } = await createPeer(signaling)
      frames.push(frame)
      return network
    },
    connectMs: 12_000,
    hasBinding: true,
    sameOrigin: false,
    tearDown: () => {
      for (const frame of frames) frame.remove()
      return Promise.resolve()
    },
  }
})

describe('the network over WebRTC without a signaling server', () => {
  it('says from the start that none is configured, not that one does not answer', async () => {
    const network = createWebrtcNetwork({ signaling: [] })
    const message = expect.stringMatching(/^No signaling server is configured.*pass `signaling` to createEcho/)
    expect(network.state.get()).toMatchObject({ status: 'unreachable', error: { message, details: { signaling: [] } } })
    expect(network.diagnostics.get()).toMatchObject([{ code: 'signaling-unreachable', message }])
    await network.dispose()
  })

  it('has nothing to connect for before it enters a room, and says so', async () => {
    const network = createWebrtcNetwork({ signaling: ['ws://localhost:1'] })
    expect(network.state.get()).toEqual({ status: 'idle' })
    const room = network.enter({ name: 'r', password: 'p' }, () => expect.unreachable())
    expect(network.state.get().status).toBe('connecting')
    await room.leave()
    expect(network.state.get()).toEqual({ status: 'idle' })
    await network.dispose()
  })
})
