import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Space } from '../../../src/client/echo.ts'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'
import { setup, until } from '../../../src/testing/setup.ts'

const Task = defineType('task', z.object({ title: z.string() }))
const options = { types: [Task], crypto: createSimulatedCrypto }

let dispose = async (): Promise<void> => {}
afterEach(() => dispose())

const titlesOf = (space: Space): string[] => space.run(query(Task)).map(({ title }) => title)
const has = (space: Space, title: string) => until(space.live(query(Task)), (tasks) => tasks.some((task) => task.title === title))
const pause = () => new Promise((resolve) => setTimeout(resolve, 60))

describe('the network of setup', () => {
  it('is cut between groups, whatever a peer restarts meanwhile, and whole again when healed', async () => {
    const { alice, bob, cleo, network, ...world } = await setup('alice', 'bob', 'cleo', options)
    dispose = world.dispose
    const [hers, his, cleos] = await world.shareSpace('Garden', alice, bob, cleo)
    network.partition([alice], [bob, cleo])
    expect(world.swarm.linkCount()).toBe(1)
    await his.flush()
    const bobs = await (await bob.restart()).spaces.open(hers.id)
    bobs.create(Task, { title: 'of two' })
    hers.create(Task, { title: 'of one' })
    await has(cleos, 'of two')
    await pause()
    expect(titlesOf(hers)).toEqual(['of one'])
    expect(titlesOf(bobs)).toEqual(['of two'])
    expect(alice.echo.network.state.get().status).toBe('online')
    network.heal()
    await Promise.all([has(hers, 'of two'), has(bobs, 'of one'), has(cleos, 'of one')])
  })

  it('lets one device go off it, with the tabs that it opens meanwhile, and come back', async () => {
    const { alice, bob, ...world } = await setup('alice', 'bob', options)
    dispose = world.dispose
    const [hers, his] = await world.shareSpace('Garden', alice, bob)
    await until(hers.sync, (sync) => sync.status === 'up-to-date')
    bob.goOffline()
    expect(world.swarm.linkCount()).toBe(0)
    expect(bob.echo.network.state.get()).toMatchObject({ status: 'unreachable', error: { code: 'signaling-unreachable' } })
    expect(alice.echo.network.state.get().status).toBe('online')
    his.create(Task, { title: 'at sea' })
    await his.flush()
    const bobs = await (await bob.restart()).spaces.open(hers.id)
    expect(titlesOf(bobs)).toEqual(['at sea'])
    await pause()
    world.network.heal()
    await pause()
    expect([titlesOf(hers), world.swarm.linkCount()]).toEqual([[], 0])
    bob.goOnline()
    await has(hers, 'at sea')
    expect(bob.echo.network.state.get().status).toBe('online')
  })

  it('loses frames as told, and everything gets there all the same unless all are lost', async () => {
    const clock = createSimulatedClock({ isRunning: true })
    const { alice, bob, network, ...world } = await setup('alice', 'bob', { ...options, seed: 1, clock })
    dispose = world.dispose
    const [hers, his] = await world.shareSpace('Garden', alice, bob)
    await until(his.sync, (sync) => sync.status === 'up-to-date')
    network.setLoss(1)
    hers.create(Task, { title: 'lost' })
    await clock.run(60_000)
    expect(titlesOf(his)).toEqual([])
    network.setLoss(0.1)
    await clock.run(180_000)
    expect(titlesOf(his)).toEqual(['lost'])
  })

  it('is as slow as told', async () => {
    const clock = createSimulatedClock({ isRunning: true })
    const { alice, bob, network, ...world } = await setup('alice', 'bob', { ...options, clock })
    dispose = world.dispose
    const [hers, his] = await world.shareSpace('Garden', alice, bob)
    await until(his.sync, (sync) => sync.status === 'up-to-date')
    network.setLatency(3_000, 3_000)
    hers.create(Task, { title: 'far away' })
    await clock.run(2_500)
    expect(titlesOf(his)).toEqual([])
    await clock.run(2_000)
    expect(titlesOf(his)).toEqual(['far away'])
  })
})

describe('an invitation as a script', () => {
  it('is played from both sides, with its code and the yes of the inviter', async () => {
    const { alice, bob, ...world } = await setup('alice', 'bob', options)
    dispose = world.dispose
    const space = await alice.echo.spaces.create({ name: 'Garden' })
    const { link, code, approve } = await world.inviteLink(space, { role: 'reader', code: true, approval: true })
    expect(code).toMatch(/^\d{6}$/)
    const [his, guest] = await Promise.all([world.acceptInvitation(bob, link, { code }), approve()])
    expect(guest).toBe('bob')
    expect(his.info.get()).toMatchObject({ name: 'Garden', role: 'reader' })
  })

  it('says why somebody did not get in', async () => {
    const clock = createSimulatedClock({ isRunning: true })
    const { alice, bob, cleo, dee, eve, ...world } = await setup('alice', 'bob', 'cleo', 'dee', 'eve', { ...options, clock })
    dispose = world.dispose
    const space = await alice.echo.spaces.create({ name: 'Garden' })
    const coded = await world.inviteLink(space, { code: true })
    await expect(world.acceptInvitation(bob, coded.link)).rejects.toThrow('bob is asked for a code')
    const wrong = coded.code === '000000' ? '111111' : '000000'
    await expect(world.acceptInvitation(eve, coded.link, { code: wrong })).rejects.toThrow('eve did not get in: {"status":"wrong-code"')
    const asking = await world.inviteLink(space, { approval: true })
    const [, name] = await Promise.all([expect(world.acceptInvitation(cleo, asking.link)).rejects.toThrow('denied'), asking.deny()])
    expect(name).toBe('cleo')
    const late = await world.inviteLink(space)
    await clock.run(60 * 60_000)
    // The guest's own clock may be wrong, so it asks for twenty seconds.
    await Promise.all([expect(world.acceptInvitation(dee, late.link)).rejects.toThrow('expired'), clock.run(60_000)])
    const back = await world.inviteLink(space, { kind: 'sent' })
    back.revoke()
    await expect(world.acceptInvitation(dee, back.link)).rejects.toThrow('revoked')
    await expect(world.inviteLink(space, { maxUses: 3 })).rejects.toMatchObject({ code: 'bad-value' })
  })
})

it('until says what it waited for, also where JSON cannot show it', async () => {
  const value: { self?: unknown } = {}
  value.self = value
  const readable = { get: () => value, subscribe: () => () => {} }
  await expect(until(readable, () => false, undefined, 1)).rejects.toThrow(/in vain; the last value was .*self/)
})

it('until leaves no timer behind once it has found what it waited for', async () => {
  const clock = createSimulatedClock()
  expect(await until({ get: () => 7, subscribe: () => () => {} }, (value) => value, clock)).toBe(7)
  expect(clock.pendingCount()).toBe(0)
})

it('setup gives no two things one name, and leaves nothing running where it fails', async () => {
  const clock = createSimulatedClock()
  const failed = setup('alice', 'alice', { ...options, clock }).catch((error: unknown) => error)
  await clock.run(60_000)
  expect(String(await failed)).toContain('the name alice is taken')
  expect(clock.pendingCount()).toBe(0)
  await expect(setup('network', options)).rejects.toThrow('the name network is taken')
})

it('dispose ends every tab', async () => {
  const { alice, ...world } = await setup('alice', options)
  const second = await alice.openTab()
  await world.dispose()
  expect([alice.echo.state.get().status, second.state.get().status]).toEqual(['disposed', 'disposed'])
})
