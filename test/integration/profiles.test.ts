import { describe, expect, it } from 'vitest'
import type { Space } from '../../src/client/echo.ts'
import type { MemberInfo } from '../../src/client/states.ts'
import { setup, until, type TestPeer } from '../../src/testing/setup.ts'
import { createSimulatedClock } from '../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../src/testing/simulatedCrypto.ts'
import { drive } from './simulation/drive.ts'

async function createTest(seed: number) {
  const clock = createSimulatedClock()
  const world = await drive(clock, setup('ann', 'ben', 'cleo', { seed, clock, crypto: createSimulatedCrypto }))
  const waitFor = (space: Space, pick: (members: readonly MemberInfo[]) => boolean): Promise<unknown> =>
    drive(
      clock,
      until(space.members, (members) => pick(members) || undefined, clock),
    )
  const update = (peer: TestPeer, change: Parameters<typeof peer.echo.identity.updateProfile>[0]): Promise<void> =>
    drive(clock, peer.echo.identity.updateProfile(change))
  const names = (space: Space): string[] => space.members.get().map(({ name }) => name)
  return { clock, world, waitFor, update, names, end: () => drive(clock, world.dispose()) }
}

describe('profiles of members', () => {
  it('change in every space and on every screen, and stay there without their owner', async () => {
    const { clock, world, waitFor, update, names, end } = await createTest(1)
    const { ann, ben } = world
    const [garden, bens] = await drive(clock, world.shareSpace('Garden', ann, ben))
    const [kitchen, cleos] = await drive(clock, world.shareSpace('Kitchen', ann, world.cleo))
    expect(names(bens)).toEqual(['ann', 'ben'])
    const picture = new Uint8Array(16_384).fill(3)
    await update(ann, { name: 'Ann Rose', colour: '#aa0033', emoji: '🌹', picture })
    expect(ann.echo.identity.state.get()).toMatchObject({ identity: { name: 'Ann Rose', emoji: '🌹' } })
    for (const space of [garden, bens, kitchen, cleos]) await waitFor(space, (members) => members.some(({ name }) => name === 'Ann Rose'))
    expect(bens.members.get()[0]).toMatchObject({
      name: 'Ann Rose',
      colour: '#aa0033',
      emoji: '🌹',
      picture,
      role: 'owner',
      isMe: false,
      activity: 'active',
    })
    // Ann is gone, and ben's page loads anew: what it shows comes from its disk.
    await drive(clock, ann.echo.dispose())
    await drive(clock, ben.restart())
    const again = await drive(clock, ben.echo.spaces.open(bens.id))
    expect(names(again)).toEqual(['Ann Rose', 'ben'])
    await end()
  })

  it('reach who joins later, from a member who is not their owner', async () => {
    const { clock, world, waitFor, update, end } = await createTest(2)
    const [garden, bens] = await drive(clock, world.shareSpace('Garden', world.ann, world.ben))
    await update(world.ben, { name: 'Benjamin' })
    await waitFor(garden, (members) => members.some(({ name }) => name === 'Benjamin'))
    await drive(clock, world.ben.echo.dispose())
    const cleos = await drive(clock, world.join(garden, world.cleo))
    await waitFor(cleos, (members) => members.some(({ name }) => name === 'Benjamin'))
    expect(bens.id).toBe(cleos.id)
    await end()
  })

  it('are shared by the tabs of a profile', async () => {
    const { clock, world, waitFor, update, end } = await createTest(3)
    const garden = await drive(clock, world.ann.echo.spaces.create({ name: 'Garden' }))
    const tab = await drive(clock, world.ann.openTab())
    const second = await drive(clock, tab.spaces.open(garden.id))
    await update(world.ann, { name: 'Ann Rose' })
    await waitFor(second, ([me]) => me?.name === 'Ann Rose')
    await drive(
      clock,
      until(tab.identity.state, (state) => 'identity' in state && state.identity.name === 'Ann Rose', clock),
    )
    await drive(clock, tab.dispose())
    await end()
  })

  it('let somebody begin without a name, and show it when it is chosen', async () => {
    const clock = createSimulatedClock()
    const world = await drive(clock, setup('ann', 'ben', { seed: 4, clock, crypto: createSimulatedCrypto, identities: false }))
    const { phrase } = await drive(clock, world.ann.echo.identity.create())
    expect(phrase.split(' ')).toHaveLength(24)
    expect(world.ann.echo.identity.state.get()).toMatchObject({ status: 'unsaved', identity: { name: '' } })
    await drive(clock, world.ben.echo.identity.create())
    const [, bens] = await drive(clock, world.shareSpace('Garden', world.ann, world.ben))
    await drive(clock, world.ann.echo.identity.updateProfile({ name: 'Ann' }))
    await drive(
      clock,
      until(bens.members, (members) => members.some(({ name }) => name === 'Ann'), clock),
    )
    expect(await drive(clock, world.ann.echo.identity.showPhrase())).toBe(phrase)
    await drive(clock, world.dispose())
  })
})
