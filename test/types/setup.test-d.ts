import type { Space } from '../../src/client/echo.ts'
import { createSimulatedClock } from '../../src/testing/simulatedClock.ts'
import { setup } from '../../src/testing/setup.ts'

/** Compiled, never run: what the documentation of setup shows must compile as it stands. */
export async function example(): Promise<void> {
  const { alice, bob, cleo, shareSpace } = await setup('alice', 'bob', 'cleo')
  const [hers, his] = await shareSpace('Garden', alice, bob)
  const both: readonly [Space, Space] = [hers, his]
  const three: [Space, Space, Space] = await shareSpace('Garden', alice, bob, cleo)
  const [alone] = await shareSpace('Garden', alice)
  alone.setName(`${both.length} ${three.length}`)
  // @ts-expect-error -- two were named, there is no third
  await shareSpace('Garden', alice, bob).then(([, , third]) => third)
  const [first, second] = await shareSpace('Garden', alice, ...[bob, cleo].slice(1))
  first.setName('the one who made it is always there')
  // @ts-expect-error -- how many there are is known at run time only
  second.setName('perhaps')
}

/** Compiled, never run: what a world offers is known by name and type. */
export async function world(): Promise<void> {
  const { alice, bob, network, ...rest } = await setup('alice', 'bob', {
    latencyMs: [1, 2],
    clock: createSimulatedClock({ isRunning: true }),
  })
  network.partition([alice], [bob])
  network.setLatency(1, 2)
  // @ts-expect-error -- peers, not their names
  network.partition(['alice'], ['bob'])
  const space = await alice.echo.spaces.create({ name: 'Garden' })
  const { link, code, approve } = await rest.inviteLink(space, { kind: 'sent', maxUses: 2 })
  const name: string = await approve()
  const his: Space = await rest.acceptInvitation(bob, link, { code })
  // @ts-expect-error -- nobody is invited as an owner
  await rest.join(his, bob, 'owner')
  const attacker = await rest.turnMalicious(bob, his)
  await attacker.misbehave('flood')
  // @ts-expect-error -- it can do four things
  await attacker.misbehave(name)
  // @ts-expect-error -- nobody of this name was set up
  rest.cleo.goOffline()
}
