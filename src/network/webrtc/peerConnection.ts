import type { RoomCensus } from './census.ts'
import { tendPeer, type PeerCare, type PeerCareOptions, type TendedChannel } from './peerCare.ts'
import { StubChannel } from './stubChannel.ts'

// Far from the ids that a channel opened by the other end would take.
const channelId = 100

/** Configuration of y-webrtc's own channel: negotiated, so that both ends ask for it and both get a stub. */
export const stubChannelConfig = { negotiated: true, id: 0 } as const

/**
 * The RTCPeerConnection that y-webrtc shall use in one room: our pre-negotiated channel is on it, its own is a stub, channels that the other
 * end opens are refused, and caps guard its making.
 */
export function createPeerConnectionClass(
  base: typeof RTCPeerConnection,
  census: RoomCensus,
  options: PeerCareOptions,
): typeof RTCPeerConnection {
  return class EchoPeerConnection extends base {
    readonly #stub: StubChannel
    readonly #care: PeerCare

    constructor(configuration?: RTCConfiguration) {
      census.assertRoom()
      super(configuration)
      this.#stub = new StubChannel()
      const channel = super.createDataChannel('echo', { negotiated: true, id: channelId, ordered: true })
      this.#care = tendPeer(this, channel as TendedChannel, () => this.#stub.giveUp(), options)
      census.add(this.#care)
      // Registered first, so that no other listener ever sees such a channel.
      this.addEventListener('datachannel', (event) => {
        event.stopImmediatePropagation()
        event.channel.close()
      })
    }

    override createDataChannel(): RTCDataChannel {
      // The library touches no more of a channel than the stub has.
      return this.#stub as unknown as RTCDataChannel
    }

    override close(): void {
      super.close()
      // The library closes its channel first. Whoever else closes the connection leaves a loss like any other, which our channel's end tells.
      if (this.#stub.readyState !== 'closed') return
      this.#care.over()
      census.remove(this.#care)
    }
  }
}
