import { describe, expect, it } from 'vitest'
import { linkPsk } from '../../../src/access/keys/epochKeys.ts'
import type { Connection } from '../../../src/network/network.ts'
import { createAuthMessage, type Side } from '../../../src/replication/link/authMessage.ts'
import { createFrameInbox } from '../../../src/replication/link/frameInbox.ts'
import { encodeHello, linkProto, protocolVersion } from '../../../src/replication/link/hello.ts'
import { linkHandshake } from '../../../src/replication/link/linkHandshake.ts'
import { createFrameOpener, createFrameSealer } from '../../../src/replication/link/sealedFrames.ts'
import { bindingBytes, connectionKey, rootKeyOf, startTranscript } from '../../../src/replication/link/transcript.ts'
import { compareBytes, concatBytes } from '../../../src/shared/bytes.ts'
import { idBytes } from '../../../src/shared/ids.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createPerson } from '../access/people.ts'
import { createTestSpace, type TestSpace } from '../documents/createTestSpace.ts'
import { connect, nameOf, optionsOf } from './handshakeFixtures.ts'

/* What somebody can do who has the epoch key, and so derives every key of the handshake, but no member's device key. */

interface Conversation {
  readonly side: Side
  readonly t0: Uint8Array
  /** Seals under the attacker's handshake key, with t0 or what is given as additional data. */
  seal(message: Uint8Array, bound?: Uint8Array): Promise<Uint8Array>
  /** Seals under its traffic key, which it has too early. */
  sealTraffic(message: Uint8Array): Promise<Uint8Array>
  /** The victim's next message, opened. */
  heard(): Promise<Uint8Array | undefined>
}

/** Says hello properly until the victim has to verify first, and then whatever `attack` makes. */
async function attack(
  attackWith: (conversation: Conversation, world: TestSpace, connection: Connection) => Promise<readonly Uint8Array[]>,
  wanted: Side = 'initiator',
): Promise<string> {
  const world = await createTestSpace()
  const { crypto, clock, space } = world
  const { id, key } = world.keyRing.newest()!
  for (let seed = 0; ; seed++) {
    const { ends } = await connect(clock)
    let done: string | undefined
    void linkHandshake(ends[0], optionsOf(world, 'alice', `alice ${seed}`)).then((outcome) => (done = nameOf(outcome)))
    const connection = ends[1]
    const inbox = createFrameInbox(connection, clock, 65_536, 60_000)
    const ephemeral = await crypto.createAgreementKey()
    const hello = encodeHello({ proto: linkProto, role: 'member', ephemeral: ephemeral.publicKey }, createSeededRandom(seed))
    connection.send(hello)
    await clock.run(10)
    const peerHello = (await inbox.next())!
    const peer = peerHello.slice(5, 37)
    const side: Side = compareBytes(ephemeral.publicKey, peer) < 0 ? 'initiator' : 'responder'
    if (side !== wanted) {
      connection.close()
      continue
    }
    const shared = (await ephemeral.agree(peer))!
    const isFirst = side === 'initiator'
    const t0 = startTranscript(crypto, {
      proto: linkProto,
      version: protocolVersion,
      binding: bindingBytes(connection, isFirst),
      context: concatBytes(idBytes(space), id),
      initiatorHello: isFirst ? hello : peerHello,
      responderHello: isFirst ? peerHello : hello,
    })
    const root = rootKeyOf(crypto, t0, shared, linkPsk(crypto, idBytes(space), key))
    const peerSide: Side = isFirst ? 'responder' : 'initiator'
    const sealer = createFrameSealer(crypto, connectionKey(crypto, root, `handshake ${side}`))
    const traffic = createFrameSealer(crypto, connectionKey(crypto, root, `traffic ${side}`))
    const opener = createFrameOpener(crypto, connectionKey(crypto, root, `handshake ${peerSide}`))
    const conversation: Conversation = {
      side,
      t0,
      seal: (message, bound = t0) => sealer.seal(message, bound),
      sealTraffic: (message) => traffic.seal(message, new Uint8Array(0)),
      async heard() {
        await clock.run(10)
        const frame = await inbox.next()
        return frame && opener.open(frame, t0)
      },
    }
    for (const frame of await attackWith(conversation, world, connection)) connection.send(frame)
    await clock.runUntil(() => done !== undefined, 20_000)
    return done!
  }
}

const authOf = ({ side, t0 }: Conversation, { crypto }: TestSpace, key: Parameters<typeof createAuthMessage>[1]) =>
  createAuthMessage(crypto, key, side, t0, [])

describe('who has the key of the space and no device of it', () => {
  it("is taken for nobody by naming a member's device and signing with a key of his own", async () => {
    const named = await attack(async (conversation, world) => {
      const own = await world.crypto.createSigningKey()
      return [await conversation.seal(await authOf(conversation, world, { ...own, publicKey: world.bob.record.sign } as typeof own))]
    })
    expect(named).toBe('bad-signature')
  })

  it('is taken for nobody by sealing again what a member once said to him', async () => {
    // The member's proof of another conversation, word by word, as an insider hears it.
    let theirs: Uint8Array | undefined
    await attack(async (conversation) => {
      theirs = await conversation.heard()
      return []
    }, 'responder')
    expect(theirs?.[0]).toBe(0x10)
    expect(await attack(async (conversation) => [await conversation.seal(theirs!)])).toBe('bad-signature')
  })

  it("is taken for nobody by saying the victim's own proof back to it", async () => {
    const said = await attack(async (conversation) => {
      const own = (await conversation.heard())!
      return [await conversation.seal(own)]
    }, 'responder')
    // Bound to what was said before it, which the first proof is not.
    expect(['insecure-peer', 'reflected']).toContain(said)
  })

  it.each([
    ['ready before auth', async ({ sealTraffic }: Conversation) => [await sealTraffic(Uint8Array.of(0x20, 0))], 'insecure-peer'],
    ['ready in the place of auth', async ({ seal }: Conversation) => [await seal(Uint8Array.of(0x20, 0))], 'malformed'],
    [
      'a second hello',
      async () => [encodeHello({ proto: linkProto, role: 'member', ephemeral: new Uint8Array(32).fill(9) }, createSeededRandom(1))],
      'insecure-peer',
    ],
    [
      'an auth in plain',
      async (conversation: Conversation, world: TestSpace) => [await authOf(conversation, world, world.bob.signing)],
      'insecure-peer',
    ],
    [
      'an auth bound to nothing',
      async (conversation: Conversation, world: TestSpace) => [
        await conversation.seal(await authOf(conversation, world, world.bob.signing), new Uint8Array(32)),
      ],
      'insecure-peer',
    ],
    ['junk', async () => [new Uint8Array(200).fill(0x55)], 'insecure-peer'],
    ['a frame of 16,385 bytes', async () => [new Uint8Array(16_385)], 'timeout'],
  ] as const)('gets no link by %s', async (_name, make, fault) => {
    expect(await attack(make as Parameters<typeof attack>[0])).toBe(fault)
  })

  it('is let through the handshake only under a device key of his own, for the log to judge', async () => {
    const own = await attack(async (conversation, world) => {
      const { signing } = await createPerson(world.crypto)
      return [await conversation.seal(await authOf(conversation, world, signing))]
    })
    expect(own).toBe('ok')
  })
})
