import { expect, it } from 'vitest'
import { parseInvitation } from '../../../src/access/invitation.ts'
import { deriveInvitationKeys, invitationRendezvous } from '../../../src/access/invitationKeys.ts'
import { maxConversations } from '../../../src/client/hostInvitation.ts'
import { maxGuests } from '../../../src/client/invitationRecord.ts'
import type { InvitationOptions } from '../../../src/client/invitationOptions.ts'
import { guestJoin } from '../../../src/replication/guestJoin.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { setup } from '../../../src/testing/setup.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'
import { drive } from '../../integration/simulation/drive.ts'
import { createPerson } from '../access/people.ts'

/** Ann has a space; whoever has the link of an invitation can meet her in its room. */
async function createTest() {
  const clock = createSimulatedClock()
  const crypto = createSimulatedCrypto(createSeededRandom('link holder'))
  const world = await drive(clock, setup('ann', 'ben', { seed: 1, clock, crypto: createSimulatedCrypto, latencyMs: [1, 3] }))
  const hers = await drive(clock, world.ann.echo.spaces.create({ name: 'Garden' }))
  let asked = 0

  async function invite(options: Partial<InvitationOptions>) {
    const flow = hers.invite()
    flow.create({ role: 'editor', ...options })
    await clock.runUntil(() => flow.state.get().status === 'waiting')
    const { url } = flow.state.get() as { url: string }
    const parsed = parseInvitation(crypto, 'test', url)
    if (!parsed.ok) throw parsed.error
    const invitation = parsed.value
    const keys = await deriveInvitationKeys(crypto, invitation.secret)
    const room = invitationRendezvous(crypto, keys.rendezvousKey)

    /** Asks under a device key of its own and leaves when it is told to wait. @returns what it was told */
    async function ask(guestName: string, identity: LocalIdentity): Promise<string> {
      let told: string | undefined
      const peer = `${guestName} ${identity.deviceId} ${++asked}`
      const meeting = world.swarm.peer(peer).enter({ name: room.room, password: room.password }, (connection) => {
        void guestJoin(connection, {
          crypto,
          clock,
          random: createSeededRandom(peer),
          identity,
          name: guestName,
          invitation,
          keys,
          onPending: () => void clock.after(10, () => ((told ??= 'pending'), connection.close())),
          onAnswer: () => {},
          store: async () => {},
        }).then((result) => (told ??= result.ok ? 'ok' : result.error.kind === 'end' ? result.error.reason : result.error.fault))
      })
      await clock.runUntil(() => told !== undefined, 60_000)
      await clock.run(100)
      void meeting.leave()
      await clock.run(100)
      return told!
    }
    return { flow, ask }
  }
  return { clock, crypto, invite, end: () => drive(clock, world.dispose()) }
}

it('an invitation keeps so many requests, whoever asks under one fresh device key after the other, and those it keeps may come again', async () => {
  const { clock, crypto, invite, end } = await createTest()
  const { flow, ask } = await invite({ approval: true })
  const requests = () => (flow.state.get() as { requests?: readonly unknown[] }).requests
  const first = await createPerson(crypto)
  expect(await ask('mel', first)).toBe('pending')
  for (let i = 1; i < maxGuests; i++) expect(await ask('mel', await createPerson(crypto))).toBe('pending')
  expect(requests()).toHaveLength(maxGuests)
  expect(await ask('one more', await createPerson(crypto))).toBe('rate-limited')
  expect(requests()).toHaveLength(maxGuests)
  expect(await ask('mel', first)).toBe('pending')
  await clock.run(11 * 60_000)
  await end()
})

it('an invitation that a member opens, under whatever name, is not used by that and waits on for its guest', async () => {
  const { crypto, invite, end } = await createTest()
  const [mel, ben] = [await createPerson(crypto), await createPerson(crypto)]
  const first = await invite({})
  expect(await first.ask('mel', mel)).toBe('ok')
  expect(first.flow.state.get()).toEqual({ status: 'success', guestName: 'mel' })
  const second = await invite({})
  expect(await second.ask('ben', mel)).toBe('ok')
  expect(second.flow.state.get()).toMatchObject({ status: 'waiting', joined: [], usesLeft: 1 })
  expect(await second.ask('ben', ben)).toBe('ok')
  expect(second.flow.state.get()).toEqual({ status: 'success', guestName: 'ben' })
  await end()
})

it('an invitation names two guests of one name, and each once however often they come', async () => {
  const { crypto, invite, end } = await createTest()
  const [one, other] = [await createPerson(crypto), await createPerson(crypto)]
  const { flow, ask } = await invite({ kind: 'sent', maxUses: 3 })
  for (const guest of [one, other, one]) expect(await ask('sam', guest)).toBe('ok')
  expect(flow.state.get()).toMatchObject({ status: 'waiting', joined: ['sam', 'sam'], usesLeft: 1 })
  await end()
})

it('an invitation talks to so many at once, closes on the others, and admits its guest when the crowd has run out of time', async () => {
  const clock = createSimulatedClock()
  const crypto = createSimulatedCrypto(createSeededRandom('crowd'))
  const world = await drive(clock, setup('ann', 'ben', { seed: 1, clock, crypto: createSimulatedCrypto, latencyMs: [1, 3] }))
  const { ann, ben, swarm } = world
  const hers = await drive(clock, ann.echo.spaces.create({ name: 'Garden' }))
  const invitation = hers.invite()
  invitation.create({ role: 'editor' })
  await clock.runUntil(() => invitation.state.get().status === 'waiting')
  const { url } = invitation.state.get() as { url: string }
  const parsed = parseInvitation(crypto, 'test', url)
  if (!parsed.ok) throw parsed.error
  const keys = await deriveInvitationKeys(crypto, parsed.value.secret)
  const { room: name, password } = invitationRendezvous(crypto, keys.rendezvousKey)

  // They have the link and say nothing; the host begins each conversation with a hello.
  const greeted: string[] = []
  swarm.tap((from, to, frame) => {
    if (from.startsWith('ann') && to.startsWith('mel')) greeted.push(to)
    return frame
  })
  let met = 0
  const rooms = Array.from({ length: 3 * maxConversations }, (_, i) => swarm.peer(`mel ${i}`).enter({ name, password }, () => void met++))
  await clock.run(5_000)
  expect([new Set(greeted).size, greeted.length]).toEqual([maxConversations, maxConversations])
  expect(met).toBeGreaterThan(maxConversations)
  for (const room of rooms) void room.leave()
  await clock.run(15_000)

  const joining = ben.echo.join(url)
  joining.accept()
  await clock.runUntil(() => joining.state.get().status === 'success', 60_000)
  await drive(clock, world.dispose())
})
