import { describe, expect, it } from 'vitest'
import { setup, until } from '../../src/testing/setup.ts'
import { verifyPresentation } from '../../src/client/person/verifyPresentation.ts'

const nonce = new Uint8Array(32).fill(3)
const audience = 'https://club.example'

describe('credentials', () => {
  it('list what a person can show, are shown to who asks, and tell members whether it is still so', async () => {
    const { alice, bob, join, dispose } = await setup('alice', 'bob')
    const club = await alice.echo.spaces.create({ name: 'Club' })
    expect(bob.echo.credentials.list.get()).toMatchObject([{ type: 'device' }])
    await join(club, bob, 'reader')
    const [device, membership] = await until(bob.echo.credentials.list, (list) => list.length === 2 && list)
    const bobId = device!.type === 'device' ? device!.identity : ''
    const aliceId = club.members.get().find(({ isMe }) => isMe)!.id
    expect(membership).toMatchObject({ type: 'membership', space: club.id, role: 'reader', admittedBy: aliceId })

    const shown = await bob.echo.credentials.present({ nonce, audience, spaces: [club.id] })
    const expected = { nonce, audience }
    const seen = await alice.echo.credentials.verify(shown, expected)
    expect(seen).toMatchObject({
      ok: true,
      value: { identity: bobId, memberships: [{ space: club.id, role: 'reader', standing: 'member' }] },
    })
    expect(await verifyPresentation(shown, expected)).toMatchObject({ ok: true, value: { identity: bobId } })
    expect(await verifyPresentation(shown, { ...expected, audience: 'x' })).toEqual({ ok: false, error: 'wrong-audience' })

    await club.removeMember(bobId)
    await until(bob.echo.credentials.list, (list) => list.length === 1)
    // He can still show that he was admitted, by what he kept; only members know better.
    expect(await alice.echo.credentials.verify(shown, expected)).toMatchObject({
      ok: true,
      value: { memberships: [{ standing: 'ended' }] },
    })
    await expect(bob.echo.credentials.present({ nonce, audience, spaces: [club.id] })).rejects.toMatchObject({ code: 'space-not-found' })
    await dispose()
  })
})
