import { expect, it } from 'vitest'
import type { Echo, InviteFlow, JoinFlow, Space } from '../../src/client/echo.ts'
import { setup, until } from '../../src/testing/setup.ts'
import { createSimulatedClock } from '../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../src/testing/simulatedCrypto.ts'
import { drive } from './simulation/drive.ts'

/* More people follow a link than it is for. */

async function createTest(seed: number) {
  const clock = createSimulatedClock()
  const errors: string[] = []
  const onError = (error: { code: string }, peer: string): void => void errors.push(`${peer} ${error.code}`)
  const world = await drive(clock, setup('ann', 'ben', 'cleo', 'dee', 'eve', { seed, clock, crypto: createSimulatedCrypto, onError }))
  const space = await drive(clock, world.ann.echo.spaces.create({ name: 'Garden' }))
  const outOf = (flow: InviteFlow) =>
    drive(
      clock,
      until(flow.state, (state) => (state.status === 'waiting' ? state.url : undefined), clock),
    )
  function join(echo: Echo, url: string): JoinFlow {
    const flow = echo.join(url)
    flow.accept()
    return flow
  }
  const joined = (flow: JoinFlow) =>
    drive(
      clock,
      until(flow.state, (state) => (state.status === 'success' ? state.space : undefined), clock),
    )
  const open = (echo: Echo, id = space.id) => drive(clock, echo.spaces.open(id))
  const membersOf = (of: Space) =>
    of.members
      .get()
      .map(({ name }) => name)
      .sort()
  return { clock, world, space, outOf, join, joined, open, membersOf, errors, end: () => drive(clock, world.dispose()) }
}

it('two admins who do not see each other let in more than it is for: the inviter takes back the last, who is told and reads nothing that comes after', async () => {
  const { clock, world, space, outOf, join, joined, open, membersOf, errors, end } = await createTest(7)
  await drive(clock, world.join(space, world.ben, 'admin'))
  const invitation = space.invite()
  invitation.create({ role: 'editor', kind: 'sent', maxUses: 2, delegated: true })
  const url = await outOf(invitation)
  await clock.run(5_000)
  world.swarm.partition([
    ['ann 1', 'cleo 1', 'dee 1'],
    ['ben 1', 'eve 1'],
  ])
  await joined(join(world.cleo.echo, url))
  await joined(join(world.dee.echo, url))
  await joined(join(world.eve.echo, url))
  const spaces = { cleo: await open(world.cleo.echo), dee: await open(world.dee.echo), eve: await open(world.eve.echo) }
  spaces.eve.setName('Written by one of three')
  await clock.run(3_000)
  world.swarm.heal()
  await clock.run(60_000)
  const out = (['cleo', 'dee', 'eve'] as const).filter((name) => world[name].echo.spaces.state(space.id).get().status === 'removed')
  expect(out).toHaveLength(1)
  const stay = (['cleo', 'dee', 'eve'] as const).filter((name) => name !== out[0])
  for (const echo of [world.ann.echo, world.ben.echo, ...stay.map((name) => world[name].echo)]) {
    expect(membersOf(await open(echo))).toEqual(['ann', 'ben', ...stay])
  }
  // Under the new key.
  space.setName('After')
  await clock.run(10_000)
  expect(spaces[stay[0]!].info.get().name).toBe('After')
  expect(spaces[out[0]!].info.get().name).not.toBe('After')
  expect(errors).toEqual([])
  await end()
})
