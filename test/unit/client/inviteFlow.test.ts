import { expect, it } from 'vitest'
import { parseInvitation } from '../../../src/access/invitations/invitation.ts'
import { deriveInvitationKeys, invitationRendezvous } from '../../../src/access/invitations/invitationKeys.ts'
import { maxConversations } from '../../../src/client/invitations/hostInvitation.ts'
import { maxGuests } from '../../../src/client/invitations/invitationRecord.ts'
import type { InvitationOptions } from '../../../src/client/invitations/invitationOptions.ts'
import { guestJoin } from '../../../src/replication/joining/guestJoin.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { setup } from '../../../src/testing/setup.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'
import { drive } from '../../integration/simulation/drive.ts'
import { createPerson } from '../access/people.ts'

const guestRole = 2

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
    const { url, code } = flow.state.get() as { url: string; code: string | undefined }
    const parsed = parseInvitation(crypto, 'test', url)
    if (!parsed.ok) throw parsed.error
    const invitation = parsed.value
    const keys = await deriveInvitationKeys(crypto, invitation.secret)
    const room = invitationRendezvous(crypto, keys.rendezvousKey)

    /** Many who have the link and say nothing. @returns what is seen of them */
    function crowd() {
      const greeted = new Set<string>()
      const talking = new Set<string>()
      for (let i = 0; i < 2 * maxConversations; i++) {
        world.swarm.peer(`mel ${i}`).enter({ name: room.room, password: room.password }, (connection) => {
          connection.onClose = () => talking.delete(connection.id)
          connection.onFrame = (hello) => {
            // They are after the host's places, not after its guest.
            if (hello[2] === guestRole) return connection.close()
            greeted.add(`mel ${i}`)
            talking.add(connection.id)
          }
        })
      }
      return { greeted, talking }
    }

    /**
     * Asks under a device key of its own and leaves when it is told to wait.
     * @param wanted the only thing to be told; by default whatever comes first
     * @returns what it was told
     */
    async function ask(guestName: string, identity: LocalIdentity, wanted?: string): Promise<string> {
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
        }).then((result) => {
          const answer = result.ok ? 'ok' : result.error.kind === 'end' ? result.error.reason : result.error.fault
          if (wanted === undefined || answer === wanted) told ??= answer
        })
      })
      await clock.runUntil(() => told !== undefined, 60_000)
      await clock.run(100)
      void meeting.leave()
      await clock.run(100)
      return told!
    }
    return { flow, url, code, ask, crowd }
  }
  return { clock, crypto, ben: world.ben.echo, invite, end: () => drive(clock, world.dispose()) }
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

it('a further invitation is made beside one that is out, which goes on and lets its guest in', async () => {
  const { clock, crypto, invite, end } = await createTest()
  const { flow, ask } = await invite({})
  flow.another()
  expect(flow.state.get().status).toBe('idle')
  flow.create({ role: 'reader' })
  await clock.runUntil(() => flow.state.get().status === 'waiting')
  expect(flow.state.get()).toMatchObject({ role: 'reader' })
  expect(await ask('ben', await createPerson(crypto))).toBe('ok')
  expect(flow.state.get().status).toBe('waiting')
  flow.dispose()
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

it('an invitation talks to so many at once, and who has shown nothing gives way to its guest', async () => {
  const { clock, crypto, invite, end } = await createTest()
  const { ask, crowd } = await invite({})
  const { greeted, talking } = crowd()
  await clock.run(5_000)
  expect([greeted.size, talking.size]).toEqual([2 * maxConversations, maxConversations])
  expect(await ask('ben', await createPerson(crypto), 'ok')).toBe('ok')
  await end()
})

it('an invitation keeps the place of a guest who has shown the code and waits for a decision, however many come', async () => {
  const { clock, ben, invite, end } = await createTest()
  const { flow, url, code, crowd } = await invite({ code: true, approval: true })
  const guest = ben.join(url)
  const reach = (wanted: string) => clock.runUntil(() => guest.state.get().status === wanted, 30_000)
  guest.accept()
  await reach('verifying')
  guest.submitCode(code!)
  await reach('pending-approval')
  const seen: string[] = []
  guest.state.subscribe(() => seen.push(guest.state.get().status))
  const { greeted } = crowd()
  await clock.run(5_000)
  expect([greeted.size, seen]).toEqual([2 * maxConversations, []])
  flow.approve((flow.state.get() as { requests: readonly { guest: string }[] }).requests[0]!.guest)
  await reach('success')
  await end()
})
