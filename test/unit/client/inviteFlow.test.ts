import { expect, it } from 'vitest'
import { parseInvitation } from '../../../src/access/invitation.ts'
import { deriveInvitationKeys, invitationRendezvous } from '../../../src/access/invitationKeys.ts'
import { maxConversations } from '../../../src/client/hostInvitation.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { setup } from '../../../src/testing/setup.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'
import { drive } from '../../integration/simulation/drive.ts'

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
