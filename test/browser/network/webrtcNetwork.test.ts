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
    Object.assign(realm, { ready: resolve, failed: reject })
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
