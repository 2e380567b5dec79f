import { describe, expect, it } from 'vitest'
import type { Echo, InviteFlow, JoinFlow, Space } from '../../src/client/echo.ts'
import type { InvitationOptions } from '../../src/client/invitations/invitationOptions.ts'
import type { InviteState, JoinState } from '../../src/client/states.ts'
import { setup, until } from '../../src/testing/setup.ts'
import { createSimulatedClock } from '../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../src/testing/simulatedCrypto.ts'
import { drive } from './simulation/drive.ts'

/** Ann has a space; Ben, Cleo and Dee want to join it. */
async function createTest(seed: number) {
  const clock = createSimulatedClock()
  const errors: string[] = []
  const world = await drive(
    clock,
    setup('ann', 'ben', 'cleo', 'dee', {
      seed,
      clock,
      crypto: createSimulatedCrypto,
      onError: (error, peer) => errors.push(`${peer} ${error.code}`),
    }),
  )
  const space = await drive(clock, world.ann.echo.spaces.create({ name: 'Garden' }))

  async function invite(options: Partial<InvitationOptions> = {}, of: Space = space) {
    const flow = of.invite()
    flow.create({ role: 'editor', ...options })
    const out = await drive(
      clock,
      until(flow.state, (state) => (state.status === 'waiting' ? state : undefined), clock),
    )
    return { flow, url: out.url, code: out.code }
  }

  function join(echo: Echo, url: string): JoinFlow {
    const flow = echo.join(url)
    flow.accept()
    return flow
  }

  const reach = <Status extends JoinState['status']>(flow: JoinFlow, status: Status) =>
    drive(
      clock,
      until(flow.state, (state) => (state.status === status ? (state as Extract<JoinState, { status: Status }>) : undefined), clock),
    )
  const hostReaches = <Status extends InviteState['status']>(flow: InviteFlow, status: Status) =>
    drive(
      clock,
      until(flow.state, (state) => (state.status === status ? (state as Extract<InviteState, { status: Status }>) : undefined), clock),
    )

  /** Types a code when it is asked for, and waits for what comes of it. */
  async function type(flow: JoinFlow, code: string) {
    await drive(
      clock,
      until(flow.state, (state) => (state.status === 'verifying' || state.status === 'wrong-code') && !state.isChecking, clock),
    )
    flow.submitCode(code)
    await drive(
      clock,
      until(flow.state, (state) => !('isChecking' in state && state.isChecking) && state.status !== 'syncing', clock),
    )
    return flow.state.get()
  }
  const wrongFor = (code: string | undefined, n = 1): string => String((Number(code) + n) % 1_000_000).padStart(6, '0')
  return { clock, world, space, invite, join, reach, hostReaches, type, wrongFor, errors, end: () => drive(clock, world.dispose()) }
}

describe('a link with a code', () => {
  it('lets in who knows both, and shows each side what to do', async () => {
    const { world, space, invite, join, reach, hostReaches, type, end } = await createTest(1)
    const { flow, url, code } = await invite({ code: true })
    expect(code).toMatch(/^\d{6}$/)
    expect(url).not.toContain(code)
    const joining = join(world.ben.echo, url)
    expect(await reach(joining, 'verifying')).toMatchObject({ attemptsLeft: 3 })
    expect(await hostReaches(flow, 'verifying')).toMatchObject({ code })
    expect(space.info.get().memberCount).toBe(1)
    expect((await type(joining, ` ${code!.slice(0, 3)}-${code!.slice(3)} `)).status).toBe('success')
    expect([flow.state.get(), space.info.get().memberCount]).toEqual([{ status: 'success', guestName: 'ben' }, 2])
    await end()
  })

  it('says how many tries are left, and takes the right one at the third', async () => {
    const { world, invite, join, type, wrongFor, end } = await createTest(2)
    const { url, code } = await invite({ code: true })
    const joining = join(world.ben.echo, url)
    expect(await type(joining, wrongFor(code))).toMatchObject({ status: 'wrong-code', attemptsLeft: 2 })
    expect(await type(joining, wrongFor(code, 2))).toMatchObject({ status: 'wrong-code', attemptsLeft: 1 })
    expect(await type(joining, code!)).toMatchObject({ status: 'success' })
    await end()
  })

  it('ends for a guest whose person still looks for the code, as soon as the host withdraws it', async () => {
    const { clock, world, space, invite, join, reach, end } = await createTest(9)
    const { flow, url } = await invite({ code: true })
    const joining = join(world.ben.echo, url)
    await reach(joining, 'verifying')
    flow.cancel()
    await clock.run(1_000)
    expect(joining.state.get()).toEqual({ status: 'revoked' })
    expect([flow.state.get().status, space.info.get().memberCount]).toEqual(['cancelled', 1])
    await end()
  })

  it('ends for who types, too, when another has locked it, and not before', async () => {
    const { clock, world, invite, join, reach, type, wrongFor, end } = await createTest(10)
    const { url, code } = await invite({ code: true })
    const waiting = join(world.cleo.echo, url)
    await reach(waiting, 'verifying')
    const guessing = join(world.ben.echo, url)
    // He may meet the other guest first, who says nothing: ten seconds.
    await clock.run(12_000)
    await type(guessing, wrongFor(code))
    await type(guessing, wrongFor(code, 2))
    await clock.run(1_000)
    expect(waiting.state.get()).toMatchObject({ status: 'verifying' })
    await type(guessing, wrongFor(code, 3))
    await clock.run(1_000)
    expect([guessing.state.get(), waiting.state.get()]).toMatchObject([{ error: { code: 'wrong-code' } }, { status: 'used-up' }])
    await end()
  })

  it('is dead after three wrong codes, also after reconnecting, for another guest, and after a restart of the host', async () => {
    const { clock, world, space, invite, join, reach, hostReaches, type, wrongFor, end } = await createTest(3)
    const { flow, url, code } = await invite({ code: true, kind: 'sent' })
    const first = join(world.ben.echo, url)
    expect(await type(first, wrongFor(code))).toMatchObject({ attemptsLeft: 2 })
    first.cancel()
    await clock.run(3_000)
    const second = join(world.cleo.echo, url)
    expect(await type(second, wrongFor(code, 2))).toMatchObject({ attemptsLeft: 1 })
    second.cancel()
    await drive(clock, world.ann.restart())
    await drive(clock, world.ann.echo.spaces.open(space.id))
    const third = join(world.ben.echo, url)
    expect(await type(third, wrongFor(code, 3))).toMatchObject({ status: 'error', retryable: false, error: { code: 'wrong-code' } })
    const again = await drive(clock, world.ann.restart())
    const hers = await drive(clock, again.spaces.open(space.id))
    await clock.run(2_000)
    expect(hers.invitations.list.get()).toMatchObject([{ status: 'locked', code }])
    const fourth = join(world.dee.echo, url)
    await reach(fourth, 'used-up')
    expect(hers.info.get().memberCount).toBe(1)
    expect(flow.state.get().status).toBe('idle')
    void hostReaches
    await end()
  })

  it('costs a guest nothing where the network fails before the code was typed, and nobody who has shown it types it again', async () => {
    const { clock, world, invite, join, reach, type, end } = await createTest(4)
    const { flow, url, code } = await invite({ code: true, approval: true })
    const joining = join(world.ben.echo, url)
    await reach(joining, 'verifying')
    world.swarm.partition([['ben 1']])
    await reach(joining, 'connecting')
    await clock.run(25_000)
    expect(joining.state.get().status).toBe('peer-offline')
    world.swarm.heal()
    expect(await reach(joining, 'verifying')).toMatchObject({ attemptsLeft: 3 })
    expect((await type(joining, code!)).status).toBe('pending-approval')
    world.swarm.partition([['ben 1']])
    await reach(joining, 'connecting')
    world.swarm.heal()
    await reach(joining, 'pending-approval')
    const { requests } = flow.state.get() as Extract<InviteState, { status: 'approving' }>
    flow.approve(requests[0]!.guest)
    await reach(joining, 'success')
    await end()
  })
})

describe('a link whose guests somebody decides about', () => {
  it('lets in whom the host approves, and nobody before', async () => {
    const { clock, world, space, invite, join, reach, hostReaches, end } = await createTest(5)
    const { flow, url } = await invite({ approval: true })
    const joining = join(world.ben.echo, url)
    await reach(joining, 'pending-approval')
    const { requests } = await hostReaches(flow, 'approving')
    expect(requests).toMatchObject([{ name: 'ben' }])
    await clock.run(8 * 60_000)
    expect([joining.state.get().status, space.info.get().memberCount]).toEqual(['pending-approval', 1])
    flow.approve(requests[0]!.guest)
    await reach(joining, 'success')
    await end()
  })

  it('remembers a refusal, also when the guest asks again after a restart of the host', async () => {
    const { clock, world, space, invite, join, reach, hostReaches, end } = await createTest(6)
    const { flow, url } = await invite({ approval: true, kind: 'sent', maxUses: 5 })
    const joining = join(world.ben.echo, url)
    flow.deny((await hostReaches(flow, 'approving')).requests[0]!.guest)
    await reach(joining, 'denied')
    await drive(clock, world.ann.restart())
    await drive(clock, world.ann.echo.spaces.open(space.id))
    await reach(join(world.ben.echo, url), 'denied')
    const other = join(world.cleo.echo, url)
    await reach(other, 'pending-approval')
    await end()
  })

  it('is followed again by who has just given it up, while the host is still told of that', async () => {
    const { world, invite, join, reach, end } = await createTest(8)
    const { url } = await invite({ approval: true })
    const first = join(world.ben.echo, url)
    await reach(first, 'pending-approval')
    first.dispose()
    await reach(join(world.ben.echo, url), 'pending-approval')
    await end()
  })

  it('takes a request back when the guest gives up, and ends it after ten minutes', async () => {
    const { clock, world, invite, join, reach, hostReaches, end } = await createTest(7)
    const { flow, url } = await invite({ approval: true, kind: 'sent' })
    const joining = join(world.ben.echo, url)
    await hostReaches(flow, 'approving')
    joining.cancel()
    await hostReaches(flow, 'waiting')
    const patient = join(world.cleo.echo, url)
    await reach(patient, 'pending-approval')
    await clock.run(10 * 60_000 + 1_000)
    expect(patient.state.get()).toMatchObject({ status: 'error', retryable: true, error: { code: 'timeout' } })
    expect(flow.state.get().status).toBe('waiting')
    await end()
  })

  it('lets in one of two whom the host approves where the link is for one', async () => {
    const { clock, world, space, invite, join, end } = await createTest(8)
    const { flow, url } = await invite({ approval: true })
    const joins = [join(world.ben.echo, url), join(world.cleo.echo, url)]
    await clock.run(5_000)
    const { requests } = flow.state.get() as Extract<InviteState, { status: 'approving' }>
    expect(requests).toHaveLength(2)
    for (const { guest } of requests) flow.approve(guest)
    await clock.run(10_000)
    expect(joins.map((each) => each.state.get().status).sort()).toEqual(['success', 'used-up'])
    expect(space.info.get().memberCount).toBe(2)
    await end()
  })
})

describe('a link that was sent', () => {
  it('serves as many as it is for, and the list says how many are left', async () => {
    const { clock, world, space, invite, join, reach, end } = await createTest(9)
    const { flow, url } = await invite({ kind: 'sent', maxUses: 2, role: 'reader' })
    for (const guest of [world.ben, world.cleo]) await reach(join(guest.echo, url), 'success')
    await reach(join(world.dee.echo, url), 'used-up')
    expect(flow.state.get()).toEqual({ status: 'used-up', joined: ['ben', 'cleo'], locked: false })
    expect(space.invitations.list.get()).toMatchObject([{ status: 'used-up', usesLeft: 0, isMine: true, isSent: true, url }])
    const his = await drive(clock, world.ben.echo.spaces.open(space.id))
    await clock.run(2_000)
    const [seen] = his.invitations.list.get()
    expect(seen).toMatchObject({ status: 'used-up', isMine: false, isSent: true })
    expect([seen!.url, seen!.code]).toEqual([undefined, undefined])
    await end()
  })

  it('works after a restart of its maker, until it expires, and then says so', async () => {
    const { clock, world, space, invite, join, reach, end } = await createTest(10)
    const { url } = await invite({ kind: 'sent', maxUses: 3, expiresInMs: 3_600_000 })
    const again = await drive(clock, world.ann.restart())
    const hers = await drive(clock, again.spaces.open(space.id))
    await reach(join(world.ben.echo, url), 'success')
    // The guest's clock goes a little behind, so that the host has to say it.
    await clock.run(3_600_000)
    const late = join(world.cleo.echo, url)
    await clock.run(150_000)
    expect(['expired', 'error']).toContain(late.state.get().status)
    expect(hers.invitations.list.get()).toMatchObject([{ status: 'expired', usesLeft: 2 }])
    expect(hers.info.get().memberCount).toBe(2)
    await end()
  })

  it('admits nobody any more once it is revoked, also after a restart, and everyone sees that it is', async () => {
    const { clock, world, space, invite, join, reach, end } = await createTest(11)
    const { url } = await invite({ kind: 'sent', maxUses: 3 })
    await reach(join(world.ben.echo, url), 'success')
    await drive(clock, space.invitations.revoke(space.invitations.list.get()[0]!.id))
    await reach(join(world.cleo.echo, url), 'revoked')
    const again = await drive(clock, world.ann.restart())
    const hers = await drive(clock, again.spaces.open(space.id))
    await reach(join(world.cleo.echo, url), 'revoked')
    const his = await drive(clock, world.ben.echo.spaces.open(space.id))
    await clock.run(2_000)
    expect([hers, his].map((each) => each.invitations.list.get()[0]!.status)).toEqual(['revoked', 'revoked'])
    await end()
  })

  it('is hosted by another admin when its maker is away, but only if it is delegated', async () => {
    const { clock, world, space, invite, join, reach, end } = await createTest(12)
    const his = await drive(clock, world.join(space, world.ben, 'admin'))
    const delegated = await invite({ kind: 'sent', maxUses: 5, delegated: true })
    const own = await invite({ kind: 'sent', maxUses: 5 })
    await clock.run(3_000)
    expect(his.invitations.list.get()).toHaveLength(2)
    await drive(clock, world.ann.echo.dispose())
    const joining = join(world.cleo.echo, delegated.url)
    await reach(joining, 'success')
    expect(his.info.get().memberCount).toBe(3)
    const other = join(world.dee.echo, own.url)
    await clock.run(30_000)
    expect(other.state.get().status).toBe('peer-offline')
    other.cancel()
    await end()
  })

  it('remembers a refusal on every device that hosts it, also after a restart, and a request that waits elsewhere ends', async () => {
    const { clock, world, space, invite, join, reach, end } = await createTest(22)
    const his = await drive(clock, world.join(space, world.ben, 'admin'))
    const { url } = await invite({ kind: 'sent', maxUses: 5, delegated: true, approval: true })
    await clock.run(3_000)
    const joining = join(world.cleo.echo, url)
    await reach(joining, 'pending-approval')
    const requestAt = (of: Space) => of.invitations.list.get()[0]!.requests[0]
    const host = requestAt(space) === undefined ? his : space
    await drive(clock, host.invitations.deny(host.invitations.list.get()[0]!.id, requestAt(host)!.guest))
    await reach(joining, 'denied')
    await clock.run(3_000)
    // Whoever of the two is left turns her away without asking anybody.
    const rest = host === space ? world.ben : world.ann
    await drive(clock, (host === space ? world.ann : world.ben).echo.dispose())
    const again = await drive(clock, rest.restart())
    const restored = await drive(clock, again.spaces.open(space.id))
    await clock.run(2_000)
    const second = join(world.cleo.echo, url)
    await reach(second, 'denied')
    expect([requestAt(restored), restored.info.get().memberCount]).toEqual([undefined, 2])
    await end()
  })

  it('is closed on every device by any admin', async () => {
    const { clock, world, space, invite, join, reach, end } = await createTest(13)
    const his = await drive(clock, world.join(space, world.ben, 'admin'))
    const { url } = await invite({ kind: 'sent', maxUses: 5, delegated: true })
    await clock.run(3_000)
    await drive(clock, his.invitations.revoke(his.invitations.list.get()[0]!.id))
    await clock.run(3_000)
    expect(space.invitations.list.get()).toMatchObject([{ status: 'revoked' }])
    await reach(join(world.cleo.echo, url), 'revoked')
    await end()
  })

  it('leads where its maker says', async () => {
    const { world, invite, join, reach, end } = await createTest(14)
    const { url } = await invite({ path: '/notes/42' })
    expect(await reach(join(world.ben.echo, url), 'success')).toMatchObject({ path: '/notes/42' })
    await end()
  })
})

describe('many invitations one after the other', () => {
  it('do not run out: those that have ended give way', { timeout: 60_000 }, async () => {
    const { world, invite, join, reach, end } = await createTest(15)
    let url = ''
    for (let i = 0; i < 40; i++) {
      const { flow: next, url: link } = await invite()
      url = link
      if (i < 39) next.cancel()
    }
    await reach(join(world.ben.echo, url), 'success')
    await end()
  })
})

describe('options that do not go together', () => {
  it.each<[string, InvitationOptions]>([
    ['an attended one for several', { role: 'editor', maxUses: 2 }],
    ['an attended one that lasts', { role: 'editor', expiresInMs: 3_600_000 }],
    ['a delegated one with a code', { role: 'editor', kind: 'sent', delegated: true, maxUses: 2, code: true }],
    ['a delegated one for one person', { role: 'editor', kind: 'sent', delegated: true }],
    ['no uses', { role: 'editor', kind: 'sent', maxUses: 0 }],
    ['more uses than a space has room for', { role: 'editor', kind: 'sent', maxUses: 1001 }],
    ['a moment', { role: 'editor', kind: 'sent', expiresInMs: 1000 }],
    ['an owner', { role: 'owner' as 'editor' }],
  ])('are refused at once: %s', async (_name, options) => {
    const { space, end } = await createTest(20)
    expect(() => space.invite().create(options)).toThrow(/cannot be made/)
    await end()
  })

  it('a path that leads out of the app ends as an error', async () => {
    const { space, hostReaches, end } = await createTest(21)
    for (const path of ['//evil.example', '/\\evil.example', 'notes', 'https://evil.example', `/${'x'.repeat(200)}`]) {
      const flow = space.invite()
      flow.create({ role: 'editor', path })
      expect(await hostReaches(flow, 'error')).toMatchObject({ error: { code: 'bad-value' } })
    }
    await end()
  })
})
