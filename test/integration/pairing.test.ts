import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { AddDeviceOptions } from '../../src/client/echo.ts'
import type { AddDeviceState, PairState } from '../../src/client/states.ts'
import { eraseConfirmation } from '../../src/client/devices/eraseDevice.ts'
import { defineType } from '../../src/database/types/defineType.ts'
import { query } from '../../src/database/query/query.ts'
import type { Readable } from '../../src/shared/readable.ts'
import { setup, until, type TestPeer } from '../../src/testing/setup.ts'
import { createSimulatedClock } from '../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../src/testing/simulatedCrypto.ts'
import { drive } from './simulation/drive.ts'

const Task = defineType('task', z.object({ title: z.string() }))

/** Ann with a laptop and two spaces, one of them shared with Ben; her phone, which is new. */
async function createTest(seed: number) {
  const clock = createSimulatedClock()
  const errors: string[] = []
  const world = await drive(
    clock,
    setup('laptop', 'phone', 'tablet', 'ben', {
      types: [Task],
      seed,
      clock,
      crypto: createSimulatedCrypto,
      halo: true,
      identities: false,
      onError: (error, peer) =>
        errors.push(`${peer} ${error.code}: ${error.message} ${error.cause instanceof Error ? error.cause.stack : ''}`),
    }),
  )
  const { laptop, phone, ben } = world
  await drive(clock, laptop.echo.identity.create({ name: 'Ann' }))
  await drive(clock, ben.echo.identity.create({ name: 'Ben' }))
  const [garden, bens] = await drive(clock, world.shareSpace('Garden', laptop, ben))
  const kitchen = await drive(clock, laptop.echo.spaces.create({ name: 'Kitchen' }))
  await drive(clock, laptop.echo.identity.updateProfile({ name: 'Ann Rose', emoji: '🌹' }))
  const wait = <T, Found>(readable: Readable<T>, pick: (value: T) => Found | undefined | false): Promise<Found> =>
    drive(clock, until(readable, pick, clock))
  const hostIs = <Status extends AddDeviceState['status']>(host: { readonly state: Readable<AddDeviceState> }, status: Status) =>
    wait(host.state, (state) => state.status === status && (state as AddDeviceState & { readonly status: Status }))
  const guestIs = <Status extends PairState['status']>(guest: { readonly state: Readable<PairState> }, status: Status) =>
    wait(guest.state, (state) => state.status === status && (state as PairState & { readonly status: Status }))

  async function invite(options: AddDeviceOptions = {}, by: TestPeer = laptop) {
    const host = by.echo.addDevice()
    host.create(options)
    const { url, code } = await hostIs(host, 'waiting')
    return { host, url, code: code ?? '' }
  }
  function follow(url: string, by: TestPeer = phone) {
    const guest = by.echo.pair(url, { deviceName: by.name })
    guest.accept()
    return guest
  }
  return {
    clock,
    world,
    laptop,
    phone,
    ben,
    garden,
    bens,
    kitchen,
    errors,
    wait,
    hostIs,
    guestIs,
    invite,
    follow,
    end: () => drive(clock, world.dispose()),
  }
}

const wrongFor = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

describe('a second device', () => {
  it('comes in by link and code, gets profile, contacts and all spaces, and writes as the same person', async () => {
    const { clock, laptop, phone, garden, bens, kitchen, errors, wait, hostIs, guestIs, invite, follow, end } = await createTest(1)
    garden.create(Task, { title: 'Water' })
    const { host, url, code } = await invite()
    const guest = follow(url)
    await guestIs(guest, 'verifying')
    guest.submitCode(wrongFor(code))
    expect((await guestIs(guest, 'wrong-code')).attemptsLeft).toBe(2)
    guest.submitCode(code)
    const { requests } = await hostIs(host, 'approving')
    expect(requests).toEqual([{ guest: expect.any(String), name: 'phone' }])
    await guestIs(guest, 'pending-approval')
    expect(phone.echo.identity.state.get().status).toBe('none')
    host.approve(requests[0]!.guest)
    expect(await hostIs(host, 'success')).toEqual({ status: 'success', deviceName: 'phone' })
    await guestIs(guest, 'success')

    const spaces = phone.echo.spaces.list.get()
    expect(spaces.map(({ id, name, role, state }) => [id, name, role, state.status])).toEqual([
      [garden.id, 'Garden', 'owner', 'ready'],
      [kitchen.id, 'Kitchen', 'owner', 'ready'],
    ])
    await wait(
      phone.echo.identity.state,
      (state) => 'identity' in state && state.identity.name === 'Ann Rose' && state.identity.emoji === '🌹',
    )
    expect(phone.echo.identity.state.get()).toMatchObject({ status: 'ready', identity: { id: idOf(laptop) } })
    expect(phone.echo.identity.contacts.get().map(({ name, spaces: shared }) => [name, shared])).toEqual([['Ben', [garden.id]]])
    await wait(laptop.echo.identity.devices, (devices) => devices.length === 2)
    // The words stay where they were made.
    await expect(phone.echo.identity.showPhrase()).rejects.toMatchObject({ code: 'no-identity' })

    const onPhone = await drive(clock, phone.echo.spaces.open(garden.id))
    onPhone.create(Task, { title: 'Weed' })
    const two = await wait(bens.live(query(Task).orderBy('title')), (tasks) => tasks.length === 2 && tasks)
    expect(two.map(({ title, $ }) => [title, ($ as { createdBy: string }).createdBy])).toEqual([
      ['Water', idOf(laptop)],
      ['Weed', idOf(laptop)],
    ])

    // It has the name that it came with, and cannot shut out the older device without the words.
    const [old] = await wait(phone.echo.identity.devices, (list) => list.length === 2 && list.filter(({ isThis }) => !isThis))
    expect(old).toMatchObject({ revocable: 'with-phrase' })
    await wait(laptop.echo.identity.devices, (list) => list.some(({ name, revocable }) => name === 'phone' && revocable === 'yes'))
    await expect(drive(clock, phone.echo.spaces.revokeDevice(old!.id))).rejects.toMatchObject({ code: 'not-authorised' })
    const phrase = await drive(clock, laptop.echo.identity.showPhrase())
    await drive(clock, phone.echo.spaces.revokeDevice(old!.id, { phrase }))
    await wait(laptop.echo.spaces.state(garden.id), ({ status }) => status === 'removed')
    await wait(bens.members, (list) => list.find(({ id }) => id === idOf(laptop))?.deviceCount === 1)
    expect(errors).toEqual([])
    await end()
  })

  it('comes in by a link alone where both show the same digits, and by nothing less', async () => {
    const { clock, laptop, phone, errors, hostIs, guestIs, invite, follow, end } = await createTest(2)
    const first = await invite({ compare: true })
    expect(first.code).toBe('')
    const guest = follow(first.url)
    const { digits, isConfirmed } = await guestIs(guest, 'comparing')
    expect(digits).toMatch(/^\d{6}$/)
    expect(isConfirmed).toBe(false)
    const { requests } = await hostIs(first.host, 'approving')
    expect(requests).toEqual([{ guest: expect.any(String), name: 'phone', digits }])
    // One side alone is not enough.
    first.host.approve(requests[0]!.guest)
    await clock.run(20_000)
    expect([guest.state.get().status, phone.echo.identity.state.get().status]).toEqual(['comparing', 'none'])
    guest.confirm()
    await guestIs(guest, 'success')
    expect(idOf(phone)).toBe(idOf(laptop))
    expect(errors).toEqual([])
    await end()
  })

  it('is turned away where the digits differ, on either side, and for good by the host', async () => {
    const { clock, phone, hostIs, guestIs, invite, follow, end } = await createTest(3)
    const { host, url } = await invite({ compare: true })
    const guest = follow(url)
    await guestIs(guest, 'comparing')
    guest.cancel()
    await hostIs(host, 'waiting')
    guest.accept()
    await guestIs(guest, 'comparing')
    const [request] = (await hostIs(host, 'approving')).requests
    host.deny(request!.guest)
    await guestIs(guest, 'denied')
    guest.accept()
    await guestIs(guest, 'connecting')
    await guestIs(guest, 'denied')
    await clock.run(1_000)
    expect(phone.echo.identity.state.get().status).toBe('none')
    await end()
  })

  it('keeps the name that it came with, though its browser dies before its other devices have heard it', async () => {
    const { clock, laptop, phone, wait, hostIs, guestIs, invite, follow, end } = await createTest(12)
    const { host, url, code } = await invite()
    const guest = follow(url)
    await guestIs(guest, 'verifying')
    guest.submitCode(code)
    const { requests } = await hostIs(host, 'approving')
    host.approve(requests[0]!.guest)
    await wait(phone.echo.identity.state, ({ status }) => status === 'ready')
    await drive(clock, phone.crash())
    await wait(laptop.echo.identity.devices, (list) => list.length === 2 && list.every(({ addedAt }) => addedAt !== undefined))
    expect(laptop.echo.identity.devices.get().find(({ isThis }) => !isThis)).toMatchObject({ name: 'phone' })
    expect(phone.echo.identity.devices.get().find(({ isThis }) => isThis)).toMatchObject({ name: 'phone' })
    await end()
  })

  it('is let in by nobody after three wrong codes, also over a restart and with the right one', async () => {
    const { clock, laptop, phone, hostIs, guestIs, invite, follow, end } = await createTest(4)
    const { url, code } = await invite()
    let guest = follow(url)
    await guestIs(guest, 'verifying')
    guest.submitCode(wrongFor(code))
    await guestIs(guest, 'wrong-code')
    guest.cancel()
    await clock.run(2_000)
    await drive(clock, laptop.restart())
    const back = laptop.echo.addDevice()
    expect(await hostIs(back, 'waiting')).toMatchObject({ url, code })
    guest = follow(url)
    expect((await guestIs(guest, 'verifying')).attemptsLeft).toBe(2)
    guest.submitCode(wrongFor(code))
    await guestIs(guest, 'wrong-code')
    guest.submitCode(wrongFor(wrongFor(code)))
    expect((await guestIs(guest, 'error')).error.code).toBe('wrong-code')
    expect(await hostIs(back, 'used-up')).toEqual({ status: 'used-up', locked: true })
    await drive(clock, laptop.restart())
    await hostIs(laptop.echo.addDevice(), 'used-up')
    guest = follow(url)
    await guestIs(guest, 'used-up')
    expect([phone.echo.identity.state.get().status, laptop.echo.identity.devices.get().length]).toEqual(['none', 1])
    await end()
  })

  it('uses the link up, goes on where its answer was lost, and can add a third itself', async () => {
    const { clock, world, laptop, phone, hostIs, guestIs, invite, follow, wait, end } = await createTest(5)
    const { tablet } = world
    const { host, url, code } = await invite()
    const guest = follow(url)
    await guestIs(guest, 'verifying')
    guest.submitCode(code)
    const [request] = (await hostIs(host, 'approving')).requests
    // What comes after the decision is lost once.
    laptop.network.setEnabled(false)
    host.approve(request!.guest)
    await clock.run(5_000)
    laptop.network.setEnabled(true)
    await guestIs(guest, 'success')
    expect((await hostIs(host, 'success')).deviceName).toBe('phone')
    const late = follow(url, tablet)
    await guestIs(late, 'used-up')

    await drive(clock, phone.restart())
    await wait(phone.echo.spaces.list, (list) => list.length === 2 && list.every(({ state }) => state.status === 'ready'))
    phone.echo.identity.renameDevice(phone.echo.identity.devices.get().find(({ isThis }) => isThis)!.id, 'tablet')
    const next = await invite({}, phone)
    const third = follow(next.url, tablet)
    await guestIs(third, 'verifying')
    third.submitCode(next.code)
    next.host.approve((await hostIs(next.host, 'approving')).requests[0]!.guest)
    await guestIs(third, 'success')
    expect([idOf(tablet), tablet.echo.spaces.list.get().length]).toEqual([idOf(laptop), 2])
    // No two are called alike by themselves.
    await wait(laptop.echo.identity.devices, (devices) => {
      const names = devices.flatMap(({ isThis, name }) => (isThis ? [] : name))
      return names.length === 2 && ['tablet', 'tablet 2'].every((name) => names.includes(name))
    })
    await end()
  })

  it('finds the link withdrawn, expired, or of another kind', async () => {
    const { clock, garden, phone, hostIs, guestIs, invite, follow, end } = await createTest(6)
    const { host, url } = await invite({ compare: true })
    const guest = follow(url)
    await guestIs(guest, 'comparing')
    host.cancel()
    await guestIs(guest, 'revoked')
    await hostIs(host, 'cancelled')
    // Whoever comes later hears it, too, and who is typing the code when it is right.
    guest.accept()
    await guestIs(guest, 'connecting')
    await guestIs(guest, 'revoked')
    host.cancel()
    await hostIs(host, 'idle')
    const typing = await invite()
    const typist = follow(typing.url)
    await guestIs(typist, 'verifying')
    typing.host.cancel()
    typist.submitCode(typing.code)
    await guestIs(typist, 'revoked')

    const second = await invite()
    const slow = follow(second.url)
    await guestIs(slow, 'verifying')
    await clock.run(10 * 60_000)
    await hostIs(second.host, 'expired')
    slow.cancel()
    const third = phone.echo.pair(second.url)
    await clock.run(5 * 60_000)
    third.accept()
    // Its clock may be wrong, so it asks.
    await clock.run(15_000)
    await guestIs(third, 'expired')

    const invitation = garden.invite()
    invitation.create({ role: 'editor' })
    const { url: toSpace } = await drive(
      clock,
      until(invitation.state, (state) => state.status === 'waiting' && state, clock),
    )
    expect((await guestIs(phone.echo.pair(toSpace), 'invalid')).error.code).toBe('wrong-kind')
    await end()
  })

  it('takes the place of an identity that nobody has used, and never of one that has spaces or words', async () => {
    const { clock, laptop, phone, world, errors, hostIs, guestIs, invite, follow, end } = await createTest(7)
    const { tablet } = world
    await drive(clock, phone.echo.identity.create())
    const { host, url, code } = await invite()
    await drive(clock, tablet.echo.identity.create({ name: 'Tom' }))
    const toms = await drive(clock, tablet.echo.spaces.create({ name: 'Toms' }))
    toms.create(Task, { title: 'Mine' })
    const occupied = follow(url, tablet)
    expect(await guestIs(occupied, 'occupied')).toEqual({ status: 'occupied', spaces: 1 })
    expect(toms.run(query(Task)).map(({ title }) => title)).toEqual(['Mine'])

    await clock.run(1_000)
    const guest = follow(url)
    await guestIs(guest, 'verifying')
    guest.submitCode(code)
    host.approve((await hostIs(host, 'approving')).requests[0]!.guest)
    await guestIs(guest, 'success')
    expect([idOf(phone), phone.echo.spaces.list.get().length]).toEqual([idOf(laptop), 2])
    // One that is the person's already is.
    expect([follow(url).state.get().status, follow(url, laptop).state.get().status]).toEqual(['success', 'success'])
    await drive(clock, phone.restart())
    await clock.run(1_000)
    expect([idOf(phone), phone.echo.identity.devices.get().length]).toEqual([idOf(laptop), 2])
    expect(errors).toEqual([])
    await end()
  })

  it('is waited for in one tab: a new link ends the one of another tab, and what that had is not followed any more', async () => {
    const { clock, laptop, hostIs, guestIs, invite, follow, end } = await createTest(9)
    const first = await invite()
    const second = (await drive(clock, laptop.openTab())).addDevice()
    await clock.run(1_000)
    expect(second.state.get().status).toBe('idle')
    second.create()
    const { url, code } = await hostIs(second, 'waiting')
    await hostIs(first.host, 'cancelled')
    const stale = follow(first.url)
    await guestIs(stale, 'connecting')
    await clock.run(30_000)
    expect(stale.state.get().status).toBe('peer-offline')
    stale.cancel()
    const guest = follow(url)
    await guestIs(guest, 'verifying')
    guest.submitCode(code!)
    second.approve((await hostIs(second, 'approving')).requests[0]!.guest)
    await guestIs(guest, 'success')
    await end()
  })

  it('that was reloaded after it was listed and before it knew goes on by the same link or a new one, and leaves no other behind', async () => {
    for (const isNew of [false, true]) {
      const { clock, laptop, phone, wait, hostIs, guestIs, invite, follow, errors, end } = await createTest(14)
      const { host, url, code } = await invite()
      const guest = follow(url)
      await guestIs(guest, 'verifying')
      guest.submitCode(code)
      const [request] = (await hostIs(host, 'approving')).requests
      const { disk } = phone
      const commit = disk.commit
      disk.commit = () => new Promise(() => {})
      host.approve(request!.guest)
      await hostIs(host, 'success')
      await clock.run(1_000)
      disk.commit = commit
      await drive(clock, phone.crash())
      expect(phone.echo.identity.state.get().status).toBe('none')
      await wait(laptop.echo.identity.devices, (devices) => devices.length === 2)
      if (isNew) host.dispose()
      const again = follow(isNew ? (await invite()).url : url)
      await guestIs(again, 'success')
      await wait(laptop.echo.identity.devices, (devices) => devices.every(({ isThis, name }) => isThis || name === 'phone'))
      expect([laptop.echo.identity.devices.get().length, errors]).toEqual([2, []])
      expect(await disk.run(({ keys }) => [...keys.keys()].filter((key) => key.startsWith('pairing/')))).toEqual([])
      await end()
    }
  })

  it('that was shut out before it knew comes in with new keys at the second try', async () => {
    const { clock, laptop, phone, wait, hostIs, guestIs, invite, follow, end } = await createTest(15)
    const { host, url, code } = await invite()
    const guest = follow(url)
    await guestIs(guest, 'verifying')
    guest.submitCode(code)
    const [request] = (await hostIs(host, 'approving')).requests
    const { disk } = phone
    const commit = disk.commit
    disk.commit = () => new Promise(() => {})
    host.approve(request!.guest)
    await hostIs(host, 'success')
    await clock.run(1_000)
    disk.commit = commit
    await drive(clock, phone.crash())
    const ghost = (await wait(laptop.echo.identity.devices, (devices) => devices.find(({ isThis, name }) => !isThis && name === '')))!
    expect(ghost.revocable).toBe('yes')
    await drive(clock, laptop.echo.spaces.revokeDevice(ghost.id))
    host.dispose()
    const next = await invite()
    const refused = follow(next.url)
    expect((await guestIs(refused, 'error')).error.code).toBe('removed')
    await clock.run(1_000)
    const again = follow(next.url)
    await guestIs(again, 'verifying')
    again.submitCode(next.code)
    next.host.approve((await hostIs(next.host, 'approving')).requests[0]!.guest)
    await guestIs(again, 'success')
    await wait(
      laptop.echo.identity.devices,
      (devices) => devices.length === 2 && devices.every(({ isThis, name }) => isThis || name === 'phone'),
    )
    await end()
  })

  it('makes spaces and joins those of others like the first one', async () => {
    const { clock, laptop, phone, ben, wait, hostIs, guestIs, invite, follow, errors, end } = await createTest(12)
    const { host, url, code } = await invite()
    const guest = follow(url)
    await guestIs(guest, 'verifying')
    guest.submitCode(code)
    host.approve((await hostIs(host, 'approving')).requests[0]!.guest)
    await guestIs(guest, 'success')
    const shed = await drive(clock, phone.echo.spaces.create({ name: 'Shed' }))
    await wait(laptop.echo.spaces.list, (list) => list.some(({ id, state }) => id === shed.id && state.status === 'ready'))
    const yard = await drive(clock, ben.echo.spaces.create({ name: 'Yard' }))
    const invitation = yard.invite()
    invitation.create({ role: 'editor' })
    const { url: toYard } = await wait(invitation.state, (state) => state.status === 'waiting' && state)
    const joining = phone.echo.join(toYard)
    joining.accept()
    await wait(joining.state, (state) => state.status === 'success')
    await wait(laptop.echo.spaces.list, (list) => list.some(({ id, state }) => id === yard.id && state.status === 'ready'))
    expect(yard.members.get().map(({ id, deviceCount }) => [id === idOf(laptop), deviceCount])).toContainEqual([true, 2])
    expect(errors).toEqual([])
    await end()
  })

  it('that was shut out is told so by a new link, and comes in by it as a new device once its owner has signed out', async () => {
    const { clock, laptop, phone, wait, hostIs, guestIs, invite, follow, end } = await createTest(13)
    async function pair(): Promise<string> {
      const { host, url, code } = await invite()
      const guest = follow(url)
      await guestIs(guest, 'verifying')
      guest.submitCode(code)
      host.approve((await hostIs(host, 'approving')).requests[0]!.guest)
      await guestIs(guest, 'success')
      return phone.echo.identity.devices.get().find(({ isThis }) => isThis)!.id
    }
    const first = await pair()
    await wait(laptop.echo.identity.devices, (devices) => devices.length === 2)
    await drive(clock, laptop.echo.spaces.revokeDevice(first))
    await wait(phone.echo.spaces.list, (list) => list.every(({ state }) => state.status === 'removed'))
    await clock.run(2_000)
    const refused = follow((await invite()).url)
    const told = { status: 'error', retryable: false, error: { code: 'removed' } }
    expect(refused.state.get()).toMatchObject(told)
    refused.accept()
    expect(refused.state.get()).toMatchObject(told)
    await drive(clock, phone.echo.reset({ confirm: eraseConfirmation }))
    await drive(clock, phone.restart())
    const second = await pair()
    expect(second).not.toBe(first)
    await wait(phone.echo.spaces.list, (list) => list.length === 2 && list.every(({ state }) => state.status === 'ready'))
    expect(laptop.echo.identity.devices.get().map(({ id }) => id)).not.toContain(first)
    await end()
  })

  it('comes in under a name of any length', async () => {
    const { phone, hostIs, guestIs, invite, end } = await createTest(10)
    const { host, url, code } = await invite()
    const guest = phone.echo.pair(url, { deviceName: 'ü'.repeat(80) })
    guest.accept()
    await guestIs(guest, 'verifying')
    guest.submitCode(code)
    expect((await hostIs(host, 'approving')).requests[0]!.name).toBe('ü'.repeat(32))
    await end()
  })

  it("does not end what another tab begins here at that moment, and what begins afterwards is the new person's", async () => {
    for (const isFirst of [true, false]) {
      const { clock, laptop, phone, errors, hostIs, guestIs, invite, follow, end } = await createTest(11)
      await drive(clock, phone.echo.identity.create())
      const second = await drive(clock, phone.openTab())
      const before = idOf(phone)
      const { host, url, code } = await invite()
      const guest = follow(url)
      await guestIs(guest, 'verifying')
      guest.submitCode(code)
      const [request] = (await hostIs(host, 'approving')).requests
      // The write of whoever comes first takes long.
      let letGo: (() => void) | undefined
      const { disk } = phone
      const commit = disk.commit
      disk.commit = async (batch, durability) => {
        disk.commit = commit
        await new Promise<void>((resolve) => (letGo = resolve))
        return commit(batch, durability)
      }
      const create = () => second.spaces.create({ name: 'Toms' })
      const early = isFirst ? create() : undefined
      if (isFirst) await clock.runUntil(() => letGo !== undefined)
      host.approve(request!.guest)
      if (isFirst) await hostIs(host, 'success')
      else await clock.runUntil(() => letGo !== undefined)
      const creation = early ?? create()
      await clock.run(1_000)
      letGo!()
      const toms = await drive(clock, creation)
      if (isFirst) expect((await guestIs(guest, 'error')).error.code).toBe('denied')
      else await guestIs(guest, 'success')
      expect(idOf(phone)).toBe(isFirst ? before : idOf(laptop))
      expect(toms.members.get().map(({ id }) => id)).toEqual([idOf(phone)])
      await drive(clock, phone.restart())
      expect((await drive(clock, phone.echo.spaces.open(toms.id))).info.get().name).toBe('Toms')
      expect(errors).toEqual([])
      await end()
    }
  })

  it('does not end what somebody began here while the other device was deciding', async () => {
    const { clock, phone, hostIs, guestIs, invite, follow, end } = await createTest(8)
    const { host, url, code } = await invite()
    const guest = follow(url)
    await guestIs(guest, 'verifying')
    guest.submitCode(code)
    const [request] = (await hostIs(host, 'approving')).requests
    await drive(clock, phone.echo.identity.create({ name: 'Tom' }))
    await drive(clock, phone.echo.spaces.create({ name: 'Toms' }))
    host.approve(request!.guest)
    expect((await guestIs(guest, 'error')).error.code).toBe('denied')
    expect(phone.echo.spaces.list.get().map(({ name }) => name)).toEqual(['Toms'])
    await end()
  })
})

function idOf(peer: TestPeer): string | undefined {
  const state = peer.echo.identity.state.get()
  return 'identity' in state ? state.identity.id : undefined
}
