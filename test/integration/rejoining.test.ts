import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../../src/testing/setup.ts'
import { drive } from './simulation/drive.ts'
import { createForkGarden, type Gardener } from './simulation/forkGarden.ts'

/* Whoever was removed or has left is invited again: the same space, the same handle, with all that was there and all that came meanwhile. */
const timeout = 60_000
let dispose = async (): Promise<unknown> => undefined
afterEach(() => dispose())

async function plant<const Names extends readonly string[]>(seed: number, ...names: Names) {
  const garden = await createForkGarden(seed, ...names)
  dispose = garden.dispose
  const idOf = ({ space }: Gardener) => space.members.get().find(({ isMe }) => isMe)!.id
  return { garden, idOf, see: (gardener: Gardener) => garden.view(gardener) }
}

const statusOf = ({ peer, space }: Gardener) => peer.echo.spaces.state(space.id).get().status
const peersOf = ({ space }: Gardener) => (space.sync.get() as { peers?: number }).peers ?? 0

describe('a member who was removed', () => {
  it('joins again by a new invitation, with all there is, and writes on in the same space', { timeout }, async () => {
    const { garden, idOf, see } = await plant(1, 'ann', 'ben', 'cleo')
    const [ann, ben, cleo] = [garden.of('ann'), garden.of('ben'), garden.of('cleo')]
    await garden.write1(ben, 2)
    await garden.clock.run(5_000)
    await drive(garden.clock, ann.space.removeMember(idOf(ben)))
    await garden.clock.run(5_000)
    expect(statusOf(ben)).toBe('removed')
    await garden.write1(ann, 2)
    await garden.write1(cleo, 1)
    await garden.clock.run(5_000)

    const again = await drive(garden.clock, garden.world.join(ann.space, ben.peer))
    expect(again).toBe(ben.space)
    expect(statusOf(ben)).toBe('ready')
    expect(see(ben)).toEqual(see(ann))
    await garden.write1(ben, 2)
    await garden.write1(cleo, 1)
    await garden.clock.run(10_000)
    expect(peersOf(ben)).toBe(2)
    await garden.check()
    await garden.restart(ben)
    expect(statusOf(ben)).toBe('ready')
    await garden.clock.run(5_000)
    await garden.write1(ben, 1)
    await garden.clock.run(10_000)
    await garden.check()
    expect(garden.errors).toEqual([])
  })

  it('gets back what it wrote without knowing, and so do the others', { timeout }, async () => {
    const { garden, idOf, see } = await plant(2, 'ann', 'ben', 'cleo')
    const [ann, ben] = [garden.of('ann'), garden.of('ben')]
    await garden.write1(ben, 2)
    await garden.clock.run(5_000)
    const id = idOf(ben)
    garden.isolate(ben)
    await garden.clock.run(2_000)
    await drive(garden.clock, ann.space.removeMember(id))
    await garden.write1(ben, 3)
    await garden.write1(ann, 1)
    await garden.clock.run(5_000)
    garden.heal()
    await garden.clock.run(40_000)
    expect(statusOf(ben)).toBe('removed')
    expect(see(ben).titles).toHaveLength(2)
    expect(see(ann).titles).toHaveLength(3)

    await drive(garden.clock, garden.world.join(ann.space, ben.peer))
    await garden.clock.run(20_000)
    expect(see(ben).titles).toHaveLength(6)
    await garden.check()
    await garden.write1(ben, 1)
    await garden.clock.run(10_000)
    await garden.check()
    // That it was taken out until then is said.
    expect(garden.errors.map(({ error }) => error.code)).toEqual(['block-withdrawn'])
  })

  it('joins again in all its tabs', { timeout }, async () => {
    const { garden, idOf, see } = await plant(3, 'ann', 'ben')
    const [ann, ben] = [garden.of('ann'), garden.of('ben')]
    const tab = await garden.openTab(ben)
    await garden.clock.run(2_000)
    await drive(garden.clock, ann.space.removeMember(idOf(ben)))
    await garden.clock.run(5_000)
    expect([statusOf(ben), statusOf(tab)]).toEqual(['removed', 'removed'])
    await garden.write1(ann, 2)
    const invitation = ann.space.invite()
    invitation.create({ role: 'editor' })
    const { url } = await drive(
      garden.clock,
      until(invitation.state, (state) => state.status === 'waiting' && state, garden.clock),
    )
    // Joined from the tab that does not network.
    const echo = await drive(garden.clock, ben.peer.openTab())
    const joining = echo.join(url)
    expect(joining.state.get().status).toBe('preview')
    joining.accept()
    const done = await drive(
      garden.clock,
      until(joining.state, (state) => state.status === 'success' && state, garden.clock),
    )
    expect(done).toMatchObject({ space: ben.space.id, alreadyMember: false })
    await garden.clock.run(10_000)
    expect([statusOf(ben), statusOf(tab)]).toEqual(['ready', 'ready'])
    await garden.write1(tab, 1)
    await garden.clock.run(5_000)
    for (const one of [ben, tab]) expect(see(one)).toEqual(see(ann))
    expect(peersOf(ann)).toBe(1)
    expect(garden.errors).toEqual([])
  })

  it('is not taken for a member by the word of a host that has not heard of the removal', { timeout }, async () => {
    const { garden, idOf } = await plant(4, 'ann', 'ben', 'cleo')
    const [ann, ben, cleo] = [garden.of('ann'), garden.of('ben'), garden.of('cleo')]
    await drive(garden.clock, ann.space.setRole(idOf(cleo), 'admin'))
    await garden.clock.run(5_000)
    garden.isolate(cleo)
    await garden.clock.run(2_000)
    await drive(garden.clock, ann.space.removeMember(idOf(ben)))
    await garden.clock.run(5_000)
    expect(statusOf(ben)).toBe('removed')
    garden.isolate(ann)
    const invitation = cleo.space.invite()
    invitation.create({ role: 'editor' })
    const { url } = await drive(
      garden.clock,
      until(invitation.state, (state) => state.status === 'waiting' && state, garden.clock),
    )
    const joining = ben.peer.echo.join(url)
    joining.accept()
    await garden.clock.run(30_000)
    expect(joining.state.get().status).not.toBe('success')
    expect(statusOf(ben)).toBe('removed')
    garden.heal()
    await garden.clock.run(60_000)
    expect(joining.state.get()).toMatchObject({ status: 'success', alreadyMember: false })
    await garden.clock.run(5_000)
    expect(statusOf(ben)).toBe('ready')
  })
})

describe('a member who has left', () => {
  it.each([
    ['while somebody is there', false, false],
    ['while nobody is there, and the page stays open', true, false],
    ['while nobody is there, and the page is opened again', true, true],
  ])('is known to have left: %s', { timeout }, async (_when, isAlone, restarts) => {
    const { garden } = await plant(6, 'ann', 'ben')
    const [ann, ben] = [garden.of('ann'), garden.of('ben')]
    if (isAlone) garden.isolate(ben)
    await garden.clock.run(40_000)
    await drive(garden.clock, ben.space.leave())
    await garden.clock.run(5_000)
    expect(ann.space.members.get()).toHaveLength(isAlone ? 2 : 1)
    if (restarts) await garden.restart(ben)
    garden.heal()
    await garden.clock.run(40_000)
    expect(ann.space.members.get()).toHaveLength(1)
    expect(statusOf(ben)).toBe('left')
    expect([peersOf(ann), peersOf(ben)]).toEqual([0, 0])
    expect(garden.errors).toEqual([])
  })

  it('joins again, also when the space is not open on this device yet', { timeout }, async () => {
    const { garden, see } = await plant(5, 'ann', 'ben')
    const [ann, ben] = [garden.of('ann'), garden.of('ben')]
    await garden.write1(ben, 2)
    await drive(garden.clock, ben.space.leave())
    await garden.clock.run(5_000)
    expect(statusOf(ben)).toBe('left')
    await garden.clock.run(20_000)
    await garden.write1(ann, 2)
    const invitation = ann.space.invite()
    invitation.create({ role: 'editor' })
    const { url } = await drive(
      garden.clock,
      until(invitation.state, (state) => state.status === 'waiting' && state, garden.clock),
    )
    const echo = await drive(garden.clock, ben.peer.restart())
    const joining = echo.join(url)
    joining.accept()
    await drive(
      garden.clock,
      until(joining.state, (state) => state.status === 'success', garden.clock),
    )
    ben.space = await drive(garden.clock, echo.spaces.open(ben.space.id))
    ben.text = await drive(garden.clock, ben.space.openText(garden.note))
    await garden.clock.run(5_000)
    expect(statusOf(ben)).toBe('ready')
    expect(see(ben)).toEqual(see(ann))
    await garden.write1(ben, 1)
    await garden.clock.run(5_000)
    await garden.check()
  })
})
