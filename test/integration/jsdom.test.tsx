// @vitest-environment jsdom
import { act, screen, within } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { IdentityGate } from '../../src/components/identity/IdentityGate.tsx'
import { InviteButton } from '../../src/components/invitations/InviteButton.tsx'
import { defineType } from '../../src/database/types/defineType.ts'
import { query } from '../../src/database/query/query.ts'
import { useQuery } from '../../src/react/useQuery.ts'
import { useSpace } from '../../src/react/useSpace.ts'
import { renderWithEcho } from '../../src/testing/react/renderWithEcho.tsx'
import { setup, until } from '../../src/testing/setup.ts'
import type { SpaceId } from '../../src/shared/ids.ts'

const Task = defineType('task', z.object({ title: z.string(), photo: z.instanceof(Uint8Array).optional(), due: z.date().optional() }))

function Tasks({ id }: { readonly id: SpaceId }): ReactNode {
  const space = useSpace(id)
  const tasks = useQuery(space, query(Task).orderBy('title'))
  return (
    <>
      <InviteButton space={space} />
      <ul>
        {tasks.map(({ id: key, title }) => (
          <li key={key}>{title}</li>
        ))}
      </ul>
    </>
  )
}

/** An app's tests run here as often as not: jsdom has its own classes of bytes in the place of the platform's. */
describe('two people in jsdom', () => {
  let dispose = async (): Promise<void> => {}
  afterEach(() => act(() => dispose()))

  it('has bytes of two realms, or this file tests nothing', () => {
    expect(structuredClone(new Uint8Array(1)) instanceof Uint8Array).toBe(false)
  })

  it('share a space, and each renders the rows of the other', async () => {
    const { alice, bob, ...world } = await setup('alice', 'bob', { types: [Task] })
    dispose = world.dispose
    const [hers, his] = await world.shareSpace('Garden', alice, bob)
    await renderWithEcho(<Tasks id={hers.id} />, {
      peer: bob,
      wrapper: ({ children }) => <IdentityGate>{children}</IdentityGate>,
      reactStrictMode: true,
    })
    expect(screen.getByRole('list')).toBeTruthy()
    expect(screen.queryByRole('listitem')).toBeNull()
    act(() => void hers.create(Task, { title: 'Water', photo: Uint8Array.of(1, 2, 3), due: new Date(86_400_000) }))
    expect((await screen.findByRole('listitem')).textContent).toBe('Water')
    const found = his.live(query(Task).where({ due: { gte: new Date(0) } }))
    await until(found, ([task]) => task?.photo?.join() === '1,2,3' && task.due?.getTime() === 86_400_000)
  })

  it('keep identity, space and rows over a restart', async () => {
    const { alice, ...world } = await setup('alice', { types: [Task] })
    dispose = world.dispose
    const space = await alice.echo.spaces.create({ name: 'Garden' })
    space.create(Task, { title: 'Water', photo: Uint8Array.of(1, 2, 3) })
    await space.flush()
    const echo = await alice.restart()
    expect(echo.identity.state.get()).toMatchObject({ status: 'ready', identity: { name: 'alice' } })
    const again = await echo.spaces.open(space.id)
    await until(again.live(query(Task)), ([task]) => task?.photo?.join() === '1,2,3')
  })

  it("open a dialog without the browser's modal dialogs, and close it again", async () => {
    const { alice, ...world } = await setup('alice', { types: [Task] })
    dispose = world.dispose
    const space = await alice.echo.spaces.create({ name: 'Garden' })
    const { unmount } = await renderWithEcho(<Tasks id={space.id} />, { peer: alice })
    const opener = screen.getByRole('button', { name: 'Invite' })
    opener.focus()
    act(() => opener.click())
    const dialog = await screen.findByRole('dialog', { name: 'Invite to Garden' })
    expect(document.activeElement).toBe(within(dialog).getByRole('heading'))
    act(() => within(dialog).getByRole('button', { name: 'Cancel' }).click())
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(document.activeElement).toBe(opener)
    unmount()
  })
})
