import { describe, expect, it, vi } from 'vitest'
import { createServerProbe } from '../../../src/network/webrtc/serverProbe.ts'
import type { SignalingConnection } from '../../../src/network/webrtc/signalingGuard.ts'
import { createWayProbe } from '../../../src/network/webrtc/wayProbe.ts'
import { systemClock } from '../../../src/shared/ports.ts'

describe('the probe of ways', () => {
  it('counts the addresses of this device, and says of a relay that is not there that it is silent', async () => {
    const url = 'turn:127.0.0.1:9?transport=tcp'
    const probe = createWayProbe({ clock: systemClock, iceServers: [{ urls: url, username: 'ann', credential: 'geheim' }] })
    const found = await probe()
    expect(found!.addresses.local).toBeGreaterThan(0)
    expect(found).toMatchObject({ addresses: { public: 0, relayed: 0 }, relays: [{ url, status: 'silent', reason: undefined }] })
    // Asked again at once it does not gather anew.
    expect(await probe()).toBe(found)
  })

  it("takes for what a relay says what it says on any of the device's interfaces, a yes before a no, and a no before silence", async () => {
    const urls = ['turn:yes.test', 'turn:no.test', 'turn:mute.test']
    const says = (url: string, errorCode: number) => ({ url, errorCode }) as RTCPeerConnectionIceErrorEvent
    class Peer {
      onicecandidate: (event: { candidate: unknown }) => void = () => {}
      onicecandidateerror: (event: RTCPeerConnectionIceErrorEvent) => void = () => {}
      createDataChannel(): void {}
      close(): void {}
      async setLocalDescription(): Promise<void> {
        this.onicecandidateerror(says('turn:yes.test:3478?transport=udp', 401))
        this.onicecandidate({ candidate: { type: 'relay', url: 'turn:yes.test:3478?transport=udp' } })
        this.onicecandidateerror(says('turn:yes.test:3478?transport=udp', 701))
        this.onicecandidateerror(says('turn:no.test', 486))
        this.onicecandidateerror(says('turn:no.test', 701))
        this.onicecandidateerror(says('turn:mute.test', 701))
        this.onicecandidateerror(says('turn:stranger.test', 401))
        this.onicecandidate({ candidate: null })
      }
    }
    vi.stubGlobal('RTCPeerConnection', Peer)
    const found = await createWayProbe({ clock: systemClock, iceServers: [{ urls }] })()
    vi.unstubAllGlobals()
    expect(found!.addresses).toEqual({ local: 0, public: 0, relayed: 1 })
    expect(found!.relays.map(({ status, reason }) => [status, reason])).toEqual([
      ['works', undefined],
      ['refused', 486],
      ['silent', undefined],
    ])
  })

  it('knows nothing where the browser takes no such servers', async () => {
    expect(await createWayProbe({ clock: systemClock, iceServers: [{ urls: 'mailto:nobody' }] })()).toBeUndefined()
  })
})

describe('the probe of servers', () => {
  const lost = (url: string) => ({ url, connected: false, ws: null }) as SignalingConnection

  it('says what is at an address that takes no WebSocket: something else, or nothing', async () => {
    const probe = createServerProbe(systemClock)
    const page = `ws://${location.host}/nothing`
    const asked = vi.spyOn(globalThis, 'fetch')
    expect(await probe(lost(page), 0)).toMatchObject({ status: 'foreign', roundTripMs: undefined })
    // Asked again at once it does not knock anew.
    expect(await probe(lost(page), 0)).toMatchObject({ status: 'foreign' })
    expect(asked).toHaveBeenCalledOnce()
    asked.mockRestore()
    expect(await probe(lost('ws://127.0.0.1:9'), 0)).toMatchObject({ status: 'refused' })
  })

  it('gives a server that was lost a moment ago the time to come back', async () => {
    expect(await createServerProbe(systemClock)(lost('ws://127.0.0.1:9'), Date.now())).toMatchObject({ status: 'connecting' })
  })
})
