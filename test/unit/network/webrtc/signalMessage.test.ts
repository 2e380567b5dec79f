import { createEncoder, toUint8Array, writeAny, writeVarString, writeVarUint8Array } from 'lib0/encoding'
import { describe, expect, it } from 'vitest'
import { openSignal, parseSignal } from '../../../../src/network/webrtc/signalMessage.ts'

const sdp = 'v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n'
const from = 'a'
const signal = (body: unknown): unknown => ({ type: 'signal', from, to: 'b', token: 1.5, signal: body })

describe('a message between peers on a topic', () => {
  it('is an announce, an offer, an answer or a candidate', () => {
    expect(parseSignal({ type: 'announce', from })).toEqual({ type: 'announce', from })
    expect(parseSignal(signal({ type: 'offer', sdp }))).toEqual({ type: 'signal', kind: 'offer', from, to: 'b' })
    expect(parseSignal(signal({ type: 'answer', sdp }))).toMatchObject({ kind: 'answer' })
    expect(parseSignal(signal({ type: 'candidate', candidate: { candidate: 'c', sdpMLineIndex: 0, sdpMid: '0' } }))).toMatchObject({
      kind: 'candidate',
    })
  })

  it.each([
    undefined,
    null,
    1,
    'announce',
    [],
    {},
    { type: 'announce' },
    { type: 'announce', from: 1 },
    { type: 'announce', from: '' },
    { type: 'announce', from: 'x'.repeat(65) },
    signal(undefined),
    signal({}),
    signal({ type: 'offer' }),
    signal({ type: 'offer', sdp: 1 }),
    signal({ type: 'offer', sdp: 'v=0' }),
    signal({ type: 'rollback', sdp }),
    signal({ type: 'offer', sdp: `${sdp}m=audio 9 x\r\n` }),
    signal({ type: 'offer', sdp: 'm=video 9 x\r\n' }),
    signal({ type: 'offer', sdp: sdp + 'x'.repeat(16_384) }),
    signal({ type: 'candidate' }),
    signal({ type: 'candidate', candidate: { candidate: 'c' } }),
    signal({ type: 'candidate', candidate: { candidate: 'c', sdpMLineIndex: 1 } }),
    signal({ type: 'candidate', candidate: { candidate: 'x'.repeat(1_025), sdpMid: '0' } }),
    signal({ type: 'candidate', sdp, candidate: { candidate: 'c', sdpMid: '0' } }),
    signal({ type: 'renegotiate', renegotiate: true }),
    { type: 'signal', from, token: 1, signal: { type: 'offer', sdp } },
    { type: 'signal', from, to: 'b', signal: { type: 'offer', sdp } },
  ])('is refused in any other shape (%#)', (message) => {
    expect(parseSignal(message)).toBeUndefined()
  })

  it('is opened with the room key only', async () => {
    const createKey = (): Promise<CryptoKey> => crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
    const [key, other] = [await createKey(), await createKey()]
    const seal = async (plain: Uint8Array): Promise<string> => {
      const iv = crypto.getRandomValues(new Uint8Array(12))
      const encoder = createEncoder()
      writeVarString(encoder, 'AES-GCM')
      writeVarUint8Array(encoder, iv)
      writeVarUint8Array(
        encoder,
        new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, plain as Uint8Array<ArrayBuffer>)),
      )
      return btoa(String.fromCharCode(...toUint8Array(encoder)))
    }
    const any = (value: unknown): Uint8Array => {
      const encoder = createEncoder()
      writeAny(encoder, value as never)
      return toUint8Array(encoder)
    }
    const sealed = await seal(any({ type: 'announce', from }))
    expect(await openSignal(sealed, key)).toEqual({ type: 'announce', from })
    expect(await openSignal(sealed, other)).toBeUndefined()
    // A tag for an array with one element, over and over.
    const deep = new Uint8Array(40_000).map((_, i) => (i % 2 === 0 ? 117 : 1))
    for (const junk of [await seal(deep), await seal(new Uint8Array(0)), sealed.slice(1), '', '%', 7, null, sealed + 'A'.repeat(70_000)]) {
      expect(await openSignal(junk, key)).toBeUndefined()
    }
  })
})
