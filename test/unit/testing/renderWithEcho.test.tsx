// @vitest-environment jsdom
import { act, cleanup, screen, waitFor } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { useEffect, type ReactNode } from 'react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { Space } from '../../../src/client/echo.ts'
import { germanMessages } from '../../../src/components/config/germanMessages.ts'
import { InviteButton } from '../../../src/components/invitations/InviteButton.tsx'
import { JoinDialog } from '../../../src/components/invitations/JoinDialog.tsx'
import { SyncStatus } from '../../../src/components/status/SyncStatus.tsx'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import { useEcho } from '../../../src/react/useEcho.ts'
import { useQuery } from '../../../src/react/useQuery.ts'
import { useSpace } from '../../../src/react/useSpace.ts'
import { renderWithEcho } from '../../../src/testing/react/renderWithEcho.tsx'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { setup, until } from '../../../src/testing/setup.ts'

const Task = defineType('task', z.object({ title: z.string() }))

let dispose = async (): Promise<void> => {}
afterEach(async () => {
  cleanup()
  await dispose()
})

function Tasks({ id }: { readonly id: string }): ReactNode {
  const space = useSpace(id)
  const tasks = useQuery(space, query(Task).orderBy('title'))
  return (
    <>
      <button onClick={() => space.create(Task, { title: 'Sow' })}>Add</button>
      <ul>
        {tasks.map((task) => (
          <li key={task.id}>{task.title}</li>
        ))}
      </ul>
    </>
  )
}

const shown = (): (string | null)[] => screen.queryAllByRole('listitem').map(({ textContent }) => textContent)

describe('renderWithEcho', () => {
  it('resolves when the content is there that suspends, and keeps its provider when rendered again', async () => {
    const { alice, bob, ...world } = await setup('alice', 'bob', { types: [Task] })
    dispose = world.dispose
    const [hers, his] = await world.shareSpace('Garden', alice, bob)
    hers.create(Task, { title: 'Water' })
    await until(his.live(query(Task)), (tasks) => tasks.length === 1)
    await his.flush()
    // A new tab has nothing open yet: the space is read from the disk.
    await bob.restart()
    let mounts = 0
    function Mounts(): ReactNode {
      const echo = useEcho()
      useEffect(() => {
        mounts++
      }, [echo])
      return null
    }
    const { rerender, unmount } = await renderWithEcho(<Tasks id={hers.id} />, {
      peer: bob,
      wrapper: ({ children }) => [<Mounts key="m" />, children],
    })
    expect(shown()).toEqual(['Water'])
    await userEvent.click(screen.getByText('Add'))
    await until(hers.live(query(Task)), (tasks) => tasks.length === 2)
    act(() => void hers.create(Task, { title: 'Weed' }))
    await waitFor(() => expect(shown()).toEqual(['Sow', 'Water', 'Weed']))
    rerender(<p>Another screen</p>)
    expect(screen.getByText('Another screen')).toBeTruthy()
    expect([mounts, shown()]).toEqual([1, []])
    unmount()
  })

  it('rejects with what kept the content from coming', async () => {
    const { alice, ...world } = await setup('alice', { types: [Task] })
    dispose = world.dispose
    const errors = vi.spyOn(console, 'error').mockImplementation(() => {})
    await expect(renderWithEcho(<Tasks id="no such space" />, { peer: alice })).rejects.toMatchObject({ code: 'space-not-found' })
    function Broken(): ReactNode {
      throw new Error('of the app')
    }
    await expect(renderWithEcho(<Broken />, { peer: alice })).rejects.toThrow('of the app')
    expect(document.body.textContent.trim()).toBe('')
    errors.mockRestore()
  })

  it("shows the kit in the words that it is given, and another tab of the peer's", async () => {
    const { alice, ...world } = await setup('alice', { types: [Task] })
    dispose = world.dispose
    const second = await alice.openTab()
    const space = await second.spaces.create({ name: 'Garden' })
    await renderWithEcho(<Tab space={space} is={second} />, {
      peer: alice,
      echo: second,
      config: { messages: germanMessages, locale: 'de' },
    })
    expect(screen.getByText('second tab')).toBeTruthy()
    await screen.findByText(/Gespeichert auf diesem Gerät/)
  })
})

function Tab({ space, is }: { readonly space: Space; readonly is: unknown }): ReactNode {
  return (
    <>
      <p>{useEcho() === is ? 'second tab' : 'first tab'}</p>
      <SyncStatus space={space} />
    </>
  )
}

describe("an app's screens for invitations", () => {
  it('join by a link and a code that a script made', async () => {
    const { alice, bob, inviteLink, ...world } = await setup('alice', 'bob')
    dispose = world.dispose
    const space = await alice.echo.spaces.create({ name: 'Garden' })
    const { link, code } = await inviteLink(space, { code: true })
    const joined = vi.fn<(space: string, path?: string) => void>()
    await renderWithEcho(<JoinDialog open link={link} onClose={() => {}} onJoined={joined} />, { peer: bob })
    await userEvent.click(await screen.findByRole('button', { name: 'Join' }))
    await userEvent.type(await screen.findByLabelText('Code of six digits'), `${code}{Enter}`)
    await userEvent.click(await screen.findByRole('button', { name: 'Open the space' }, { timeout: 5_000 }))
    expect(joined).toHaveBeenCalledWith(space.id, undefined)
    expect(space.members.get().map(({ name }) => name)).toEqual(['alice', 'bob'])
  })

  it('invite somebody who is a script, and show by the clock of the peer that an invitation is over', async () => {
    const clock = createSimulatedClock({ isRunning: true })
    const { alice, bob, acceptInvitation, ...world } = await setup('alice', 'bob', { clock })
    dispose = world.dispose
    const space = await alice.echo.spaces.create({ name: 'Garden' })
    await renderWithEcho(<InviteButton space={space} />, { peer: alice })
    await userEvent.click(screen.getByRole('button', { name: 'Invite' }))
    await userEvent.click(screen.getByRole('button', { name: 'Create link' }))
    await screen.findByDisplayValue(/#echo=/)
    await act(() => clock.run(9 * 60_000))
    await waitFor(() => expect(document.querySelector('time')?.textContent).toMatch(/^0:\d\d$/), { timeout: 5_000 })
    await act(() => clock.run(60_000))
    await screen.findByRole('heading', { name: 'The link has expired' })
    await userEvent.click(screen.getByRole('button', { name: 'Create a new link' }))
    const link = (await screen.findByDisplayValue<HTMLInputElement>(/#echo=/)).value
    const his = await act(() => acceptInvitation(bob, link))
    expect(his.info.get().name).toBe('Garden')
    await screen.findByRole('heading', { name: 'bob has joined' })
  })
})
