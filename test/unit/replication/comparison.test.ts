import { expect, it } from 'vitest'
import { joinPsk } from '../../../src/access/invitations/invitationKeys.ts'
import { guestComparison, hostComparison } from '../../../src/replication/blocks/comparison.ts'
import { openJoinPipe, type JoinPipe } from '../../../src/replication/joining/joinPipe.ts'
import { encodePairingMessage } from '../../../src/replication/joining/pairingMessages.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { connect } from './handshakeFixtures.ts'
import { createJoinTest } from './joinFixtures.ts'

const transcript = new Uint8Array(32).fill(3)

/** Both ends of a conversation of who has the link. */
async function createPipes(
  base: Awaited<ReturnType<typeof createJoinTest>>,
  seed: string,
): Promise<readonly [host: JoinPipe, guest: JoinPipe]> {
  const { crypto, clock, keys, settle } = base
  const { ends } = await connect(clock)
  const common = { crypto, clock, invitationId: keys.signing.publicKey, preSharedKey: joinPsk(crypto, keys.rendezvousKey) }
  const [host, guest] = await settle(
    Promise.all([
      openJoinPipe(ends[0], { ...common, random: createSeededRandom(`host ${seed}`), role: 'host' }),
      openJoinPipe(ends[1], { ...common, random: createSeededRandom(`guest ${seed}`), role: 'guest' }),
    ]),
  )
  if (!host.ok || !guest.ok) throw new Error('no pipe')
  return [host.value, guest.value]
}

it('both ends of one conversation show the same six digits, each time others', async () => {
  const base = await createJoinTest()
  const seen = new Set<string>()
  for (let i = 0; i < 5; i++) {
    const [host, guest] = await createPipes(base, `${i}`)
    const both = await base.settle(
      Promise.all([hostComparison(host, base.crypto, transcript), guestComparison(guest, base.crypto, transcript)]),
    )
    expect(both[0]).toEqual(both[1])
    const digits = both[0].ok ? both[0].value : ''
    expect(digits).toMatch(/^\d{6}$/)
    seen.add(digits)
  }
  expect(seen.size).toBe(5)
})

it('who has the link and sits in the middle shows the two ends different digits, though he passes every message on', async () => {
  const base = await createJoinTest()
  let same = 0
  for (let i = 0; i < 20; i++) {
    const [host, towardsHost] = await createPipes(base, `left ${i}`)
    const [towardsGuest, guest] = await createPipes(base, `right ${i}`)
    const limits = { maxBytes: 1024, deadlineMs: 10_000 }
    const pass = async (from: JoinPipe, to: JoinPipe): Promise<void> => {
      const message = await from.receive(transcript, limits)
      if (message.ok) await to.send(message.value, transcript)
    }
    const middle = pass(towardsHost, towardsGuest)
      .then(() => pass(towardsGuest, towardsHost))
      .then(() => pass(towardsHost, towardsGuest))
    const [left, right] = await base.settle(
      Promise.all([hostComparison(host, base.crypto, transcript), guestComparison(guest, base.crypto, transcript), middle]),
    )
    expect([left.ok, right.ok]).toEqual([true, true])
    if (left.ok && right.ok && left.value === right.value) same++
  }
  expect(same).toBe(0)
})

it('a nonce that is not the one committed to is a fake', async () => {
  const base = await createJoinTest()
  const [host, guest] = await createPipes(base, 'late')
  const answered = guestComparison(guest, base.crypto, transcript)
  await host.send(encodePairingMessage({ kind: 'commit', value: new Uint8Array(32).fill(1) }), transcript)
  await base.settle(host.receive(transcript, { maxBytes: 1024, deadlineMs: 10_000 }))
  await host.send(encodePairingMessage({ kind: 'reveal', value: new Uint8Array(16).fill(2) }), transcript)
  expect(await base.settle(answered)).toEqual({ ok: false, error: { fake: true } })
})

it('a reveal before the nonce, and a nonce in the place of the commitment, are malformed', async () => {
  for (const kind of ['reveal', 'nonce'] as const) {
    const base = await createJoinTest()
    const [host, guest] = await createPipes(base, kind)
    const answered = guestComparison(guest, base.crypto, transcript)
    await host.send(encodePairingMessage({ kind, value: new Uint8Array(16).fill(2) }), transcript)
    expect(await base.settle(answered)).toEqual({ ok: false, error: { fault: 'malformed' } })
  }
})
