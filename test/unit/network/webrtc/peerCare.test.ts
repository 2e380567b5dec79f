import { describe, expect, it, vi } from 'vitest'
import { createBackoff } from '../../../../src/network/backoff.ts'
import type { BaseConnection } from '../../../../src/network/baseConnection.ts'
import { readConnection } from '../../../../src/network/webrtc/readConnection.ts'
import { toHex } from '../../../../src/shared/bytes.ts'
import { tendPeer, type TendedChannel, type TendedPeer } from '../../../../src/network/webrtc/peerCare.ts'
import { createSeededRandom } from '../../../../src/testing/seededRandom.ts'
import { createSimulatedClock } from '../../../../src/testing/simulatedClock.ts'

const describeHash = (fill: number): RTCSessionDescription =>
  ({ sdp: `a=fingerprint:sha-256 ${toHex(new Uint8Array(32).fill(fill)).match(/../g)!.join(':')}\r\n` }) as RTCSessionDescription

interface FakeChannel extends TendedChannel {
  readyState: RTCDataChannelState
  bufferedAmount: number
  readonly sent: Uint8Array[]
}

function setup({
  local = 1,
  remote = 2 as number | null,
  ice = 'connected' as RTCIceConnectionState,
  stats = [] as readonly { readonly id: string; readonly [name: string]: unknown }[],
} = {}) {
  const clock = createSimulatedClock()
  const backoff = createBackoff()
  const findings: string[] = []
  const met: BaseConnection[] = []
  const gaveUp = vi.fn<() => void>()
  const channel: FakeChannel = {
    readyState: 'connecting',
    bufferedAmount: 0,
    bufferedAmountLowThreshold: 0,
    binaryType: 'blob',
    onopen: null,
    onclose: null,
    onmessage: null,
    onbufferedamountlow: null,
    sent: [],
    send: (frame) => void channel.sent.push(frame),
    close: vi.fn<() => void>(() => {
      channel.readyState = 'closing'
    }),
  }
  const peer: TendedPeer = {
    localDescription: describeHash(local),
    remoteDescription: remote === null ? null : describeHash(remote),
    sctp: null,
    iceConnectionState: ice,
    getStats: () => Promise.resolve(new Map(stats.map((entry) => [entry.id, entry]))),
  }
  const care = tendPeer(peer, channel, gaveUp, {
    clock,
    random: createSeededRandom(1),
    backoff,
    addFinding: (code) => void findings.push(code),
    meet: (connection) => void met.push(connection),
  })
  const open = (): BaseConnection => {
    channel.readyState = 'open'
    channel.onopen!()
    return met[0]!
  }
  return { clock, backoff, findings, met, gaveUp, channel, care, open }
}

describe('the care for a peer connection', () => {
  it('gives it up when its channel has not opened within four to eight seconds', async () => {
    const { clock, gaveUp, care, met, findings } = setup({ remote: null, ice: 'new' })
    expect(care.isConnecting()).toBe(true)
    await clock.run(3_999)
    expect(gaveUp).not.toHaveBeenCalled()
    await clock.run(4_002)
    expect(gaveUp).toHaveBeenCalledOnce()
    expect([care.isConnecting(), met, findings]).toEqual([false, [], []])
  })

  it('says that no way was found when the peer had answered', async () => {
    const { clock, findings } = setup({ ice: 'checking' })
    await clock.run(9_000)
    expect(findings).toEqual(['ice-failed'])
  })

  it('hands over the connection when the channel opens, and lets it live', async () => {
    const { clock, gaveUp, open, care, met } = setup()
    const connection = open()
    await clock.run(60_000)
    expect(gaveUp).not.toHaveBeenCalled()
    expect(care.isConnecting()).toBe(false)
    expect([met.length, connection.sameOrigin, connection.maxFrameBytes]).toEqual([1, false, 16_384])
    expect(connection.binding).toEqual({ local: new Uint8Array(32).fill(1), remote: new Uint8Array(32).fill(2) })
  })

  it('refuses a peer whose certificate it cannot tell', async () => {
    const { clock, gaveUp, open, findings, met, channel } = setup({ remote: 1 })
    open()
    await clock.run(1)
    expect([met, findings]).toEqual([[], ['insecure-peer']])
    expect(channel.close).toHaveBeenCalled()
    expect(gaveUp).toHaveBeenCalledOnce()
  })

  it.each([
    [2, 1, 300],
    [1, 2, 0],
  ])('breaks the symmetry of a close: with fingerprints %i here and %i there it waits %i ms', async (local, remote, waitMs) => {
    const { clock, gaveUp, open, channel } = setup({ local, remote })
    const onClose = vi.fn<() => void>()
    open().onClose = onClose
    channel.onclose!()
    if (waitMs > 0) {
      await clock.run(waitMs - 1)
      expect(gaveUp).not.toHaveBeenCalled()
    }
    await clock.run(1)
    expect(gaveUp).toHaveBeenCalledOnce()
    expect(onClose).toHaveBeenCalledOnce()
  })

  it('waits longer after a failed handshake, though that is told after the close', async () => {
    const { clock, gaveUp, open, channel, backoff } = setup()
    open().close()
    channel.onclose!()
    backoff.report('failed')
    await clock.run(999)
    expect(gaveUp).not.toHaveBeenCalled()
    await clock.run(2)
    expect(gaveUp).toHaveBeenCalledOnce()
  })

  it('does not wait for the close event of a channel whose other end is gone', async () => {
    const { clock, gaveUp, open, channel } = setup()
    open().close()
    expect(channel.close).toHaveBeenCalledOnce()
    await clock.run(1_001)
    expect(gaveUp).toHaveBeenCalledOnce()
    channel.onclose!()
    await clock.run(5_000)
    expect(gaveUp).toHaveBeenCalledOnce()
  })

  it('ends the connection and stops its timers when the peer connection is closed from outside', async () => {
    const { clock, gaveUp, open, care } = setup()
    const onClose = vi.fn<() => void>()
    open().onClose = onClose
    care.over()
    await clock.run(10_000)
    expect(onClose).toHaveBeenCalledOnce()
    expect(gaveUp).not.toHaveBeenCalled()
    expect(clock.pendingCount()).toBe(0)
  })
})

describe('a connection over a data channel', () => {
  it('is full at the high-water mark and drains at the low one', () => {
    const { open, channel } = setup()
    const connection = open()
    const onDrain = vi.fn<() => void>()
    connection.onDrain = onDrain
    channel.onbufferedamountlow!()
    expect(onDrain).not.toHaveBeenCalled()
    channel.bufferedAmount = 256 * 1024
    expect([connection.canSend(), connection.send(Uint8Array.of(1))]).toEqual([false, false])
    channel.bufferedAmount = 100 * 1024
    expect(connection.canSend()).toBe(false)
    channel.onbufferedamountlow!()
    expect(onDrain).toHaveBeenCalledOnce()
    expect([connection.send(Uint8Array.of(1)), channel.sent.length, channel.bufferedAmountLowThreshold]).toEqual([true, 1, 65_536])
  })

  it('has counted what went over it, also where another pair of addresses has taken over, which the browser counts from nothing', async () => {
    const { open, channel } = setup({
      stats: [
        { id: 'first', type: 'candidate-pair', state: 'succeeded', bytesSent: 12_830, bytesReceived: 12_991 },
        { id: 'better', type: 'candidate-pair', state: 'succeeded', bytesSent: 0, bytesReceived: 0, currentRoundTripTime: 0.003 },
        { id: 'transport', type: 'transport', selectedCandidatePairId: 'better' },
      ],
    })
    const connection = open()
    connection.send(new Uint8Array(300))
    expect(connection.send(new Uint8Array(16_385))).toBe(false)
    connection.send(new Uint8Array(20))
    channel.onmessage!({ data: new ArrayBuffer(7) } as MessageEvent)
    const facts = { path: 'direct', bytesSent: 320, bytesReceived: 7, roundTripMs: 3, sinceMs: 5 }
    expect(await readConnection(connection, 5)).toEqual({ id: connection.id, ...facts })
  })

  it('takes a throwing send as not sent and goes on', () => {
    const { open, channel } = setup()
    const connection = open()
    const send = channel.send
    channel.send = () => {
      throw new DOMException('send queue is full', 'OperationError')
    }
    expect(connection.send(Uint8Array.of(1))).toBe(false)
    channel.send = send
    expect(connection.send(Uint8Array.of(1))).toBe(true)
  })

  it.each([
    ['a text', 'hello'],
    ['a frame over the maximum', new ArrayBuffer(16_385)],
  ])('closes on %s', async (_, data) => {
    const { open, channel } = setup()
    const connection = open()
    const onFrame = vi.fn<(frame: Uint8Array) => void>()
    connection.onFrame = onFrame
    channel.onmessage!({ data: new ArrayBuffer(16_384) } as MessageEvent)
    expect(onFrame).toHaveBeenCalledOnce()
    channel.onmessage!({ data } as MessageEvent)
    expect(onFrame).toHaveBeenCalledOnce()
    expect(connection.canSend()).toBe(false)
    expect(channel.close).toHaveBeenCalled()
  })
})
