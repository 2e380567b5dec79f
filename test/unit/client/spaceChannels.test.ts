import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { defineChannel } from '../../../src/client/presence/defineChannel.ts'
import { createSpaceChannels } from '../../../src/client/presence/spaceChannels.ts'
import { toId, type IdentityId } from '../../../src/shared/ids.ts'
import type { BroadcastExchange } from '../../../src/replication/presence/broadcastExchange.ts'
import { codeOf } from '../database/createTestReplica.ts'

const ann = toId<IdentityId>(new Uint8Array(32).fill(1))
const Name = defineChannel(
  'name',
  z.any().refine((value: { readonly name: string }) => value.name.length > 0),
)

function setUp() {
  let hear: (value: unknown) => void = () => {}
  let isOver = false
  const exchange = {
    send: vi.fn<BroadcastExchange['send']>(),
    subscribe(_channel: string, listener: (broadcast: { identity: IdentityId; value: unknown }) => void) {
      hear = (value) => listener({ identity: ann, value })
      return () => {}
    },
  }
  const channel = createSpaceChannels(exchange as unknown as BroadcastExchange, ann, () => isOver)(Name)
  return { channel, send: exchange.send, hear: (value: unknown) => hear(value), close: () => void (isOver = true) }
}

describe('a channel of a space', () => {
  it('drops and counts what a careless schema throws at, and goes on', () => {
    const { channel, hear } = setUp()
    const heard = vi.fn<(received: unknown) => void>()
    channel.subscribe(heard)
    hear(null)
    hear({ name: 5n })
    hear({ name: 'Ann' })
    expect(channel.dropped).toBe(2)
    expect(heard.mock.calls).toEqual([[{ message: { name: 'Ann' }, identity: ann, isMe: true }]])
  })

  it('sends nothing that does not fit, and nothing once the space is closed', () => {
    const { channel, send, close } = setUp()
    channel.send({ name: 'Ann' })
    expect(codeOf(() => channel.send(null))).toBe('bad-value')
    close()
    expect(codeOf(() => channel.send({ name: 'Ann' }))).toBe('disposed')
    expect(send).toHaveBeenCalledTimes(1)
  })
})
