import { describe, expect, it } from 'vitest'
import type { Connection } from '../../../src/network/network.ts'
import { createChannel } from '../../../src/replication/link/channel.ts'
import { fragmentsOf } from '../../../src/replication/link/fragments.ts'

/** A connection whose other end reads, or does not. */
function createTest() {
  const wire = { isOpen: true, reads: true, sentBytes: 0 }
  const connection = {
    id: 'wire',
    send: (frame: Uint8Array) => {
      if (wire.reads) wire.sentBytes += frame.length
      return wire.reads
    },
    canSend: () => wire.isOpen && wire.reads,
    close: () => (wire.isOpen = false),
  } as unknown as Connection
  const channel = createChannel(connection, undefined)
  const closed: string[] = []
  channel.onClose = (why) => closed.push(why)
  return { wire, channel, closed }
}

const presence = new Uint8Array(16_000)

describe('a channel', () => {
  it('closes on a peer that has stopped reading while more and more becomes urgent', () => {
    const { wire, channel, closed } = createTest()
    wire.reads = false
    for (let i = 0; i < 1_000; i++) channel.send(presence, 'urgent')
    expect(closed).toEqual([])
    for (let i = 0; i < 100; i++) channel.send(presence, 'urgent')
    expect([closed, wire.isOpen]).toEqual([['closed'], false])
  })

  it('stays open for one that reads, however much there was to say', async () => {
    const { wire, channel, closed } = createTest()
    for (let i = 0; i < 5_000; i++) {
      channel.send(presence, 'urgent')
      if (i % 500 === 0) await Promise.resolve()
    }
    expect(closed).toEqual([])
    expect(wire.sentBytes).toBeGreaterThanOrEqual(5_000 * presence.length)
  })
})

/** A connection whose frames open only when told. */
function createSlowReader() {
  const connection = { id: 'wire', send: () => true, canSend: () => true, close: () => undefined } as unknown as Connection
  const opening: ((fragment: Uint8Array | undefined) => void)[] = []
  const opener = { open: () => new Promise<Uint8Array | undefined>((resolve) => opening.push(resolve)) }
  const channel = createChannel(connection, { sealer: undefined as never, opener })
  const messages: number[] = []
  channel.onMessage = (message) => void messages.push(message[0]!)
  return { connection, opening, channel, messages }
}

describe('a channel that opens frames', () => {
  it('opens all that came at once, and reads them in their order', async () => {
    const { connection, opening, messages } = createSlowReader()
    for (let i = 0; i < 3; i++) connection.onFrame!(Uint8Array.of(0))
    expect(opening).toHaveLength(3)
    for (const i of [2, 1]) opening[i]!(fragmentsOf(Uint8Array.of(i), 'bulk')[0]!)
    await settled()
    expect(messages).toEqual([])
    opening[0]!(fragmentsOf(Uint8Array.of(0), 'bulk')[0]!)
    await settled()
    expect(messages).toEqual([0, 1, 2])
  })

  it('reads nothing behind a frame that does not open', async () => {
    const { connection, opening, channel, messages } = createSlowReader()
    const closed: string[] = []
    channel.onClose = (why) => closed.push(why)
    for (let i = 0; i < 3; i++) connection.onFrame!(Uint8Array.of(0))
    for (const i of [0, 2]) opening[i]!(fragmentsOf(Uint8Array.of(i), 'bulk')[0]!)
    opening[1]!(undefined)
    await settled()
    expect([messages, closed]).toEqual([[0], ['insecure']])
  })
})

async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}
