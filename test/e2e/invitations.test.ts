import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import type { InvitationOptions, InviteState, JoinState } from '../../src/core.ts'
import { report, setupHarness } from './harness.ts'

const harness = setupHarness()

const link = (host: Page, options: Partial<InvitationOptions> = {}) => host.evaluate((given) => window.lab.invite(given), options)
const follow = (guest: Page, url: string) => guest.evaluate((text) => window.lab.beginJoin(text), url)
/** Waits until the guest's state is one of these. @returns it */
const guestIs = (guest: Page, ...wanted: JoinState['status'][]) =>
  guest.evaluate(
    (statuses) =>
      window.lab
        .until(window.lab.joining.state, ({ status }) => statuses.includes(status), 20_000)
        .then((state) => ({
          status: state.status,
          by: 'by' in state ? state.by : undefined,
          already: 'alreadyMember' in state && state.alreadyMember,
        })),
    wanted,
  )
const hostIs = (host: Page, status: InviteState['status']) =>
  host.evaluate((wanted) => window.lab.until(window.lab.inviting.state, (state) => state.status === wanted, 20_000).then(() => {}), status)
const passing: JoinState['status'][] = ['connecting', 'syncing', 'verifying', 'pending-approval', 'peer-offline', 'preview', 'idle']
const setClock = (page: Page, minutesAhead: number) =>
  page.evaluate((minutes) => {
    const real = (window as { realNow?: () => number }).realNow ?? Date.now.bind(Date)
    ;(window as { realNow?: () => number }).realNow = real
    Date.now = () => real() + minutes * 60_000
  }, minutesAhead)

describe('links', () => {
  it('let in whom they should, and tell the others why not, whatever happens to host, guest and network', async () => {
    const [alice, ben, cleo, dora] = [
      await harness.person('Alice'),
      await harness.person('Ben'),
      await harness.person('Cleo'),
      await harness.person('Dora'),
    ]
    const id = await alice.evaluate(() => window.lab.createSpace('Garden'))
    await alice.evaluate(() => {
      for (let i = 0; i < 100; i++) window.lab.add(`Task ${i}`)
    })

    // Two race for one place.
    const single = await link(alice)
    await Promise.all([follow(ben, single), follow(cleo, single)])
    const ends = await Promise.all(
      [ben, cleo].map((page) =>
        page.evaluate(
          (statuses) =>
            window.lab.until(window.lab.joining.state, ({ status }) => !statuses.includes(status), 30_000).then(({ status }) => status),
          passing,
        ),
      ),
    )
    expect(ends.toSorted()).toEqual(['success', 'used-up'])
    const [inside, outside] = ends[0] === 'success' ? [ben, cleo] : [cleo, ben]
    expect(await alice.evaluate(() => window.lab.space.info.get().memberCount)).toBe(2)

    // Who is in already may follow any link of the space, also one that is used up; who is not is told.
    await follow(inside, single)
    expect(await guestIs(inside, 'success')).toEqual({ status: 'success', by: undefined, already: true })
    await follow(outside, single)
    await guestIs(outside, 'used-up')

    // Withdrawn.
    const withdrawn = await link(alice, { kind: 'sent' })
    await alice.evaluate(async () => {
      const { invitations } = window.lab.space
      for (const { id: each, status } of invitations.list.get()) if (status === 'open') await invitations.revoke(each)
    })
    await follow(outside, withdrawn)
    await guestIs(outside, 'revoked')

    // Expired, by the host's clock, and by the guest's own as well.
    const short = await link(alice, { kind: 'sent', expiresInMs: 60_000 })
    await setClock(alice, 2)
    await follow(outside, short)
    await guestIs(outside, 'expired')
    await setClock(outside, 10)
    await follow(outside, short)
    await guestIs(outside, 'expired')
    await setClock(alice, 0)
    await setClock(outside, 0)

    // The host closes the dialog while the guest is asked for the code: the guest looks for a host again, and takes the next link.
    const { url: closed } = await alice.evaluate(() => window.lab.inviteWithCode({ kind: 'attended' }))
    await follow(outside, closed)
    await guestIs(outside, 'verifying')
    await alice.evaluate(() => window.lab.inviting.dispose())
    await guestIs(outside, 'connecting', 'peer-offline')
    await outside.evaluate(() => window.lab.joining.cancel())

    // The guest is offline while the host's person decides, and does not start over.
    const approved = await link(alice, { approval: true })
    await follow(outside, approved)
    await guestIs(outside, 'pending-approval')
    await hostIs(alice, 'approving')
    await outside.evaluate(() => window.lab.echo.network.setEnabled(false))
    await guestIs(outside, 'connecting', 'peer-offline')
    await alice.evaluate(() => {
      const state = window.lab.inviting.state.get()
      if (state.status === 'approving') window.lab.inviting.approve(state.requests[0]!.guest)
    })
    await outside.evaluate(() => window.lab.echo.network.setEnabled(true))
    expect(await guestIs(outside, 'success')).toEqual({ status: 'success', by: undefined, already: false })
    await hostIs(alice, 'success')
    await outside.evaluate((space) => window.lab.openSpace(space), id)
    expect(await outside.evaluate(() => window.lab.tasks().length)).toBe(100)

    // The host's tab is gone, and another admin lets people in.
    await inside.evaluate((space) => window.lab.openSpace(space), id)
    await alice.evaluate(async () => {
      const [member] = window.lab.space.members.get().filter(({ isMe }) => !isMe)
      await window.lab.space.setRole(member!.id, 'admin')
      const other = window.lab.space.members.get().find(({ isMe, id: each }) => !isMe && each !== member!.id)!
      await window.lab.space.setRole(other.id, 'admin')
    })
    const delegated = await link(alice, { kind: 'sent', maxUses: 2, delegated: true })
    await inside.evaluate(() =>
      window.lab.until(window.lab.space.invitations.list, (list) => list.some(({ delegated: isSo, status }) => isSo && status === 'open')),
    )
    await alice.close()
    const { ms } = await dora.evaluate((text) => window.lab.join(text), delegated)
    expect(await dora.evaluate(() => window.lab.tasks().length)).toBe(100)
    report('joined by another admin, ms from the click', { 'first 100 items': ms })
    // The goal is 3 s on a machine that does nothing else.
    expect(ms).toBeLessThan(15_000)
    for (const page of [inside, outside, dora]) {
      await page.evaluate(() => window.lab.until(window.lab.space.members, (list) => list.length === 4))
      expect(await page.evaluate(() => window.lab.errors)).toEqual([])
    }
  })
})
