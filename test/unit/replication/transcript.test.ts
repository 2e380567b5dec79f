import { describe, expect, it } from 'vitest'
import { epochKeyId, epochRendezvous, linkPsk } from '../../../src/access/keys/epochKeys.ts'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import type { Connection } from '../../../src/network/network.ts'
import { createAuthMessage } from '../../../src/replication/link/authMessage.ts'
import { createFrameSealer } from '../../../src/replication/link/sealedFrames.ts'
import { bindingBytes, connectionKey, nextTranscript, rootKeyOf, startTranscript } from '../../../src/replication/link/transcript.ts'
import { concatBytes, toHex } from '../../../src/shared/bytes.ts'
import { Writer } from '../../../src/shared/encoding.ts'

const fill = (byte: number) => new Uint8Array(32).fill(byte)

describe('transcript', () => {
  it('gives the values that were computed independently (docs/PROTOCOL.md#vectors)', async () => {
    const crypto = await createWebCrypto()
    const [space, epochKey] = [fill(0x22), fill(0x11)]
    const keyId = epochKeyId(crypto, space, epochKey)
    expect(toHex(keyId)).toBe('af7629438f369b8adb10d0826ff72f35ef575dae02fb743f7b061f2e9d8a0718')
    expect(epochRendezvous(crypto, space, epochKey)).toEqual({ room: '1g4DkFIC01EpjUyFyO_b2A', password: 'Qx4XtIIG6GdlKQeNLsfYcA' })

    const [ephemeralA, ephemeralB] = [await crypto.agreementKeyFromSeed(fill(0x0a)), await crypto.agreementKeyFromSeed(fill(0x0b))]
    const [deviceA, deviceB] = [await crypto.signingKeyFromSeed(fill(0x01)), await crypto.signingKeyFromSeed(fill(0x02))]
    const hello = (ephemeral: Uint8Array) => new Writer().u8(1).u8(1).u8(0).uint(1).uint(1).fixed(ephemeral).uint(0).finish()
    // B is the initiator.
    const binding = bindingBytes({ binding: { local: fill(0xbb), remote: fill(0xaa) } } as Connection, true)
    expect(toHex(binding)).toBe(toHex(bindingBytes({ binding: { local: fill(0xaa), remote: fill(0xbb) } } as Connection, false)))
    const t0 = startTranscript(crypto, {
      proto: 1,
      version: 1,
      binding,
      context: concatBytes(space, keyId),
      initiatorHello: hello(ephemeralB.publicKey),
      responderHello: hello(ephemeralA.publicKey),
    })
    expect(toHex(t0)).toBe('5106f19b877eac98769f7fb43f227eb5423ce7e60c428e38d7d949c96685d84b')
    const shared = (await ephemeralA.agree(ephemeralB.publicKey))!
    const root = rootKeyOf(crypto, t0, shared, linkPsk(crypto, space, epochKey))
    expect(toHex(root).slice(0, 32)).toBe('3a0ea24fb12285c98adc9685b3a54219')

    const heads = [fill(0x77)]
    const initiator = createFrameSealer(crypto, connectionKey(crypto, root, 'handshake initiator'))
    const responder = createFrameSealer(crypto, connectionKey(crypto, root, 'handshake responder'))
    const first = await initiator.seal(await createAuthMessage(crypto, deviceB, 'initiator', t0, heads), t0)
    const t1 = nextTranscript(crypto, t0, first)
    const second = await responder.seal(await createAuthMessage(crypto, deviceA, 'responder', t1, heads), t1)
    const t2 = nextTranscript(crypto, t1, second)
    expect(toHex(connectionKey(crypto, root, 'exporter', t2))).toBe('3b16353805f795a7fdd1a6c268011461a17d225402ae037f62a32570fe204a4b')
  })

  it('tells a transport without certificates from one with', () => {
    expect(toHex(bindingBytes({ binding: undefined } as Connection, true))).toBe('00')
  })

  it('changes with every part of it', async () => {
    const crypto = await createWebCrypto()
    const start = { proto: 1, version: 1, binding: Uint8Array.of(0), context: fill(1), initiatorHello: fill(2), responderHello: fill(3) }
    const all = [
      start,
      { ...start, proto: 2 },
      { ...start, version: 2 },
      { ...start, binding: Uint8Array.of(1) },
      { ...start, context: fill(4) },
      { ...start, initiatorHello: fill(3), responderHello: fill(2) },
      // Bytes that move from one part into the next.
      { ...start, initiatorHello: fill(2).subarray(1), responderHello: concatBytes(Uint8Array.of(2), fill(3)) },
    ].map((fields) => toHex(startTranscript(crypto, fields)))
    expect(new Set(all).size).toBe(all.length)
  })
})
