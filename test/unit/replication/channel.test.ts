import { describe, expect, it } from 'vitest'
import type { Connection } from '../../../src/network/network.ts'
import { createChannel } from '../../../src/replication/channel.ts'

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
