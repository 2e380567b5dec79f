import { act, render, screen, within } from '@testing-library/react'
import { useState } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { Dialog } from '../../../src/components/basics/Dialog.tsx'
import { EchoUiConfig } from '../../../src/components/config/EchoUiConfig.tsx'
import { IdentityGate } from '../../../src/components/identity/IdentityGate.tsx'
import { InviteButton } from '../../../src/components/invitations/InviteButton.tsx'
import { JoinDialog } from '../../../src/components/invitations/JoinDialog.tsx'
import { EchoError } from '../../../src/shared/echoError.ts'
import type { InvitationInfo } from '../../../src/client/invitations/invitationOptions.ts'
import type { IdentityId, SpaceId } from '../../../src/shared/ids.ts'
import { allPermissions, createFakeEcho, createFakeSpace, phrase } from '../../unit/react/fakeEcho.ts'
import { renderInEcho } from '../../unit/react/renderInEcho.tsx'

const button = (name: string) => screen.getByRole('button', { name })
const press = (name: string) => act(async () => userEvent.click(button(name)))
const key = (keys: string) => act(async () => userEvent.keyboard(keys))

describe('Dialog', () => {
  function Opener() {
    const [open, setOpen] = useState(false)
    const [step, setStep] = useState(1)
    return (
      <>
        <button onClick={() => setOpen(true)}>open</button>
        <button>behind</button>
        <Dialog open={open} onClose={() => setOpen(false)} title={`Step ${step}`} step={String(step)}>
          {step === 1 ? (
            <button key="next" onClick={() => setStep(2)}>
              next
            </button>
          ) : (
            <button key="later" onClick={() => setTimeout(() => setStep((n) => n + 1), 20)}>
              later
            </button>
          )}
        </Dialog>
      </>
    )
  }

  it('is modal, named by its heading, gives it the focus, closes on Escape and gives the focus back', async () => {
    render(<Opener />)
    expect(screen.queryByRole('dialog')).toBeNull()
    await press('open')
    const dialog = screen.getByRole('dialog', { name: 'Step 1' })
    expect(dialog.matches(':modal')).toBe(true)
    expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'Step 1' }))
    await key('{Escape}')
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(document.activeElement).toBe(button('open'))
    await press('open')
    await press('Close')
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  it('moves the focus to the heading when a step took the focused element away, and announces a step that comes by itself', async () => {
    render(<Opener />)
    await press('open')
    await press('next')
    expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'Step 2' }))
    await press('later')
    await vi.waitFor(() => expect(screen.getByRole('heading', { name: 'Step 3' })).toBeTruthy())
    expect(document.activeElement).toBe(button('later'))
    const live = screen.getByRole('dialog').querySelector('output')
    expect(live?.textContent).toBe('Step 3')
  })
})

describe('InviteButton', () => {
  it('makes nothing before it is asked to, and goes on when the dialog is closed', async () => {
    const garden = createFakeSpace()
    renderInEcho(createFakeEcho(), <InviteButton space={garden.space} />)
    const created = () => garden.flows.flatMap((flow) => flow.created)
    await press('Invite')
    expect(screen.getByRole('heading', { name: 'Invite to Garden' })).toBeTruthy()
    expect(created()).toEqual([])
    await act(async () => userEvent.selectOptions(screen.getByLabelText('Their role'), 'reader'))
    await press('Create link')
    expect(created()).toEqual(['reader'])
    expect(screen.getByLabelText<HTMLInputElement>('Invitation link').value).toBe('https://app.example/#join=abc')
    await press('Close')
    expect(button('Invite').dataset['state']).toBe('waiting')
    await press('Invite')
    expect(screen.getByRole('dialog', { name: 'Send this link' })).toBeTruthy()
    const flow = garden.flows.find((entry) => !entry.disposed)!
    act(() => flow.state.set({ status: 'success', guestName: 'Bob' }))
    expect(screen.getByText('Bob is now a member of Garden.')).toBeTruthy()
    expect(screen.getAllByRole('button', { name: 'Close' })).toHaveLength(1)
    await press('Done')
    expect(screen.queryByRole('dialog')).toBeNull()
    // How it ended is no news any more.
    await press('Invite')
    expect(screen.getByRole('heading', { name: 'Invite to Garden' })).toBeTruthy()
    act(() => flow.state.set({ status: 'expired' }))
    await press('Create a new link')
    expect(created()).toEqual(['reader', 'reader'])
  })

  it('shows on the button that a link is out, also when it was away in between', async () => {
    const [garden, shed] = [createFakeSpace(), createFakeSpace('Shed')]
    const { rerender } = renderInEcho(createFakeEcho(), <InviteButton space={garden.space} />)
    await press('Invite')
    expect(screen.queryByText('1 open invitation')).toBeNull()
    await press('Create link')
    await press('Close')
    rerender(<InviteButton key="other" space={shed.space} />)
    expect(screen.queryByText('1 open invitation')).toBeNull()
    rerender(<InviteButton space={garden.space} />)
    expect(screen.getByText('1 open invitation').id).toBe(button('Invite').getAttribute('aria-describedby'))
    await press('Invite')
    expect(screen.getByLabelText<HTMLInputElement>('Invitation link').value).toBe('https://app.example/#join=abc')
    await press('Cancel invitation')
    await press('Close')
    expect(screen.queryByText('1 open invitation')).toBeNull()
    expect(button('Invite').hasAttribute('aria-describedby')).toBe(false)
  })

  it('makes a further link beside one that is out, and lists those that were made here', async () => {
    const garden = createFakeSpace()
    renderInEcho(createFakeEcho(), <InviteButton space={garden.space} path="/notes/1" />)
    await press('Invite')
    await press('Create link')
    const flow = garden.flows.find(({ disposed }) => !disposed)!
    expect(flow.paths).toEqual(['/notes/1'])
    const invitation = (id: string, change: Partial<InvitationInfo> = {}): InvitationInfo => ({
      id,
      status: 'open',
      inviter: 'ann' as IdentityId,
      isMine: true,
      isSent: true,
      role: 'reader',
      uses: 1,
      usesLeft: 1,
      approval: false,
      delegated: false,
      expiresAt: 0,
      url: `https://app.example/#join=${id}`,
      requests: [],
      ...change,
    })
    const notShown = [invitation('over', { status: 'expired' }), invitation('bens', { isMine: false })]
    act(() => garden.invitations.set([invitation('abc'), ...notShown]))
    const titles = () => within(screen.getByRole('dialog')).queryAllByText(/^Invitation as/)
    expect([titles().length, screen.getByText('1 open invitation').tagName]).toEqual([0, 'SPAN'])
    await press('Make another link')
    expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'Invite to Garden' }))
    expect(titles()).toHaveLength(1)
    await press('Create link')
    act(() => garden.invitations.set([invitation('abc'), invitation('def'), ...notShown]))
    expect(screen.getByText('1 open invitation besides')).toBeTruthy()
    expect([titles().length, flow.created]).toEqual([1, ['editor', 'editor']])
    await press('Close')
    expect(screen.getByText('2 open invitations').id).toBe(button('Invite').getAttribute('aria-describedby'))
  })

  it('says while the link is out that nobody can come, and how to change that', async () => {
    const garden = createFakeSpace()
    const fake = createFakeEcho()
    renderInEcho(fake, <InviteButton space={garden.space} />)
    await press('Invite')
    await press('Create link')
    const notes = () => [...screen.getByRole('dialog').querySelectorAll('[data-slot=error] > p')].map((line) => line.textContent)
    expect(notes()).toEqual([])
    const error = new EchoError('signaling-unreachable', 'No answer.')
    act(() => fake.network.set({ status: 'unreachable', connections: 0, error }))
    expect(notes()).toEqual([expect.stringContaining('does not answer'), expect.stringContaining('goes on trying')])
    expect(screen.getByRole('dialog').querySelector('output')?.textContent).toContain('does not answer')
    act(() => fake.network.set({ status: 'off' }))
    expect(notes()).toEqual(['You are offline: switch the network on.'])
    await press('Switch on')
    expect(notes()).toEqual([])
  })

  it('copies the link, keeps the name of its button, and selects the link where the clipboard is closed', async () => {
    const garden = createFakeSpace()
    renderInEcho(createFakeEcho(), <InviteButton space={garden.space} />)
    await press('Invite')
    await press('Create link')
    const written = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue()
    await press('Copy link')
    expect(written).toHaveBeenCalledWith('https://app.example/#join=abc')
    expect(within(screen.getByRole('dialog')).getAllByText('Link copied.')).toHaveLength(2)
    written.mockRejectedValue(new DOMException('denied', 'NotAllowedError'))
    await press('Copy link')
    expect(screen.getAllByText(/could not be copied/).length).toBeGreaterThan(0)
    const field = screen.getByLabelText<HTMLInputElement>('Invitation link')
    expect([document.activeElement, field.selectionStart, field.selectionEnd]).toEqual([field, 0, field.value.length])
    written.mockRestore()
  })

  it('is shown with a reason, and opens nothing, to someone who may not invite', async () => {
    const garden = createFakeSpace()
    garden.permissions.set({ ...allPermissions, can: { ...allPermissions.can, invite: false }, why: { invite: 'not-admin' } })
    renderInEcho(createFakeEcho(), <InviteButton space={garden.space} />)
    expect(button('Invite').getAttribute('aria-disabled')).toBe('true')
    expect(screen.getByText('Only owners and admins can invite people.').id).toBe(button('Invite').getAttribute('aria-describedby'))
    button('Invite').click()
    expect(screen.queryByRole('dialog')).toBeNull()
    act(() => garden.permissions.set({ ...allPermissions, can: { ...allPermissions.can, invite: false }, why: { invite: 'left' } }))
    expect(screen.getByText('You have left this space.')).toBeTruthy()
  })
})

describe('a button in a paragraph', () => {
  it('has its dialog at the end of the page, with its own language, or where it is told to', async () => {
    const garden = createFakeSpace()
    const place = document.createElement('div')
    document.body.append(place)
    const inParagraph = (
      <p>
        <InviteButton space={garden.space} />
      </p>
    )
    renderInEcho(
      createFakeEcho(),
      <EchoUiConfig locale="de" dir="rtl" messages={{ invite: { button: 'Einladen' } }}>
        {inParagraph}
        <EchoUiConfig portalContainer={place}>
          <p>
            <InviteButton space={garden.space}>Other</InviteButton>
          </p>
        </EchoUiConfig>
      </EchoUiConfig>,
    )
    await press('Einladen')
    const dialog = screen.getByRole('dialog', { name: 'Invite to Garden' })
    expect(dialog.parentElement?.parentElement).toBe(document.body)
    expect([dialog.closest('[lang]')?.getAttribute('lang'), getComputedStyle(dialog).direction]).toEqual(['de', 'rtl'])
    await key('{Escape}')
    await press('Other')
    expect(place.contains(screen.getByRole('dialog'))).toBe(true)
    await key('{Escape}')
    place.remove()
  })
})

describe('JoinDialog', () => {
  function Host({ link, onJoined }: { readonly link?: string; readonly onJoined: (space: SpaceId, path?: string) => void }) {
    const [open, setOpen] = useState(true)
    return <JoinDialog open={open} link={link} onClose={() => setOpen(false)} onJoined={onJoined} />
  }

  it('goes from a pasted link over the preview to the joined space', async () => {
    const fake = createFakeEcho()
    const onJoined = vi.fn<(space: SpaceId, path?: string) => void>()
    renderInEcho(fake, <Host onJoined={onJoined} />)
    await act(async () => userEvent.fill(screen.getByLabelText('Invitation link'), ' https://app.example/#echo=xyz '))
    await press('Continue')
    const flow = () => fake.joins.find((entry) => !entry.disposed)!
    expect(flow().link).toBe('https://app.example/#echo=xyz')
    expect(screen.getByRole('dialog', { name: 'Join Garden?' })).toBeTruthy()
    expect(flow().accepted).toBe(0)
    await press('Join')
    expect(flow().accepted).toBe(1)
    const preview = { spaceName: 'Garden', inviterName: 'Ann', role: 'editor', expiresAt: undefined } as const
    act(() => flow().state.set({ status: 'connecting', preview, slow: true }))
    expect(screen.getAllByText(/longer than usual/)).toHaveLength(2)
    act(() => flow().state.set({ status: 'syncing', preview, progress: 0.5 }))
    expect(screen.getByRole<HTMLProgressElement>('progressbar').value).toBe(0.5)
    act(() => flow().state.set({ status: 'success', space: 'garden-id' as SpaceId, alreadyMember: false, path: '/notes/1' }))
    expect(onJoined).not.toHaveBeenCalled()
    await press('Open the space')
    expect(onJoined).toHaveBeenCalledWith('garden-id', '/notes/1')
  })

  it('says that it is this device which nobody can reach, rather than wait for the host', async () => {
    const fake = createFakeEcho()
    renderInEcho(fake, <Host link="https://app.example/#echo=xyz" onJoined={() => {}} />)
    const preview = { spaceName: 'Garden', inviterName: 'Ann', role: 'editor', expiresAt: undefined } as const
    act(() => fake.joins.find((entry) => !entry.disposed)!.state.set({ status: 'peer-offline', preview, deadline: Date.now() + 60_000 }))
    expect(screen.getByText(/Ask Ann/)).toBeTruthy()
    act(() => fake.network.set({ status: 'off' }))
    expect(screen.queryByText(/Ask Ann/)).toBeNull()
    await press('Switch on')
    expect(screen.getByText(/Ask Ann/)).toBeTruthy()
  })

  it('asks for a name where there is none, then goes on by itself', async () => {
    const fake = createFakeEcho({ identity: { status: 'none' } })
    renderInEcho(fake, <Host link="https://app.example/#echo=xyz" onJoined={() => {}} />)
    const flow = fake.joins.find((entry) => !entry.disposed)!
    act(() =>
      flow.state.set({
        status: 'needs-identity',
        preview: { spaceName: undefined, inviterName: undefined, role: undefined, expiresAt: undefined },
      }),
    )
    await act(async () => userEvent.fill(screen.getByLabelText('Your name'), 'Bob'))
    await press('Continue')
    expect([fake.calls, flow.accepted]).toEqual([['create Bob'], 1])
  })

  it('leads on from every end, and cancels what is not done when it is closed', async () => {
    const fake = createFakeEcho()
    renderInEcho(fake, <Host link="https://app.example/#echo=xyz" onJoined={() => {}} />)
    const flow = fake.joins.find((entry) => !entry.disposed)!
    const ends = [
      { status: 'expired' },
      { status: 'used-up' },
      { status: 'denied' },
      { status: 'cancelled', by: 'host' },
      { status: 'error', error: new EchoError('timeout', 'Late.'), retryable: true },
    ] as const
    for (const end of ends) {
      act(() => flow.state.set(end))
      expect(button('Use another link')).toBeTruthy()
      expect(within(screen.getByRole('dialog')).getAllByRole('button', { name: 'Close' })).toHaveLength(1)
    }
    await press('Try again')
    expect(flow.accepted).toBe(1)
    await press('Use another link')
    expect(flow.disposed).toBe(true)
    expect(screen.getByRole('dialog', { name: 'Join a space' })).toBeTruthy()
    await key('{Escape}')
    expect(screen.queryByRole('dialog')).toBeNull()
  })
})

describe('recovery words', () => {
  it('are shown only when asked for, and count as saved after a second question', async () => {
    const fake = createFakeEcho({ identity: { status: 'unsaved', identity: { id: 'ann' as never, name: 'Ann' } } })
    renderInEcho(
      fake,
      <EchoUiConfig>
        <IdentityGate>
          app <button>first in the app</button>
        </IdentityGate>
      </EchoUiConfig>,
    )
    await press('Show words')
    expect(screen.queryByRole('list')).toBeNull()
    await press('Reveal the words')
    await vi.waitFor(() =>
      expect(
        screen
          .getAllByRole('listitem')
          .map((item) => item.textContent)
          .join(' '),
      ).toBe(phrase),
    )
    await press('I wrote them down')
    expect(screen.queryByRole('list')).toBeNull()
    expect(fake.calls).toEqual([])
    await press('Yes, they are safe')
    expect(fake.calls).toEqual(['confirm'])
    await vi.waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    await vi.waitFor(() => expect(document.activeElement?.textContent).toBe('Your recovery words are marked as saved.'))
    await key('{Tab}')
    expect(document.activeElement).toBe(button('first in the app'))
    expect(screen.queryByRole('complementary')).toBeNull()
    expect(screen.getByText('app')).toBeTruthy()
  })

  it('may be put off, which leaves the focus where the offer was', async () => {
    const fake = createFakeEcho({ identity: { status: 'unsaved', identity: { id: 'ann' as never, name: 'Ann' } } })
    renderInEcho(
      fake,
      <IdentityGate>
        <button>first in the app</button>
      </IdentityGate>,
    )
    await press('Later')
    expect(document.activeElement?.textContent).toBe('You will be asked again at your next visit.')
    await key('{Tab}')
    expect(document.activeElement).toBe(button('first in the app'))
    expect(screen.queryByRole('complementary')).toBeNull()
  })
})
