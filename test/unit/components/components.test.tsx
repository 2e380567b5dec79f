// @vitest-environment jsdom
import { act, fireEvent, render, screen } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Announcer, useAnnounce } from '../../../src/components/basics/Announcer.tsx'
import { hueOf } from '../../../src/client/spaces/memberHues.ts'
import { Avatar, initialsOf } from '../../../src/components/members/Avatar.tsx'
import { AvatarStack } from '../../../src/components/presence/AvatarStack.tsx'
import { Countdown } from '../../../src/components/basics/Countdown.tsx'
import { Delayed } from '../../../src/components/basics/Delayed.tsx'
import { EchoUiConfig } from '../../../src/components/config/EchoUiConfig.tsx'
import { englishMessages } from '../../../src/components/config/englishMessages.ts'
import { DeleteSpaceDialog } from '../../../src/components/spaces/DeleteSpaceDialog.tsx'
import { DeviceList } from '../../../src/components/devices/DeviceList.tsx'
import { ErrorNote } from '../../../src/components/basics/ErrorNote.tsx'
import { InviteLink } from '../../../src/components/invitations/InviteLink.tsx'
import { LeaveSpaceDialog } from '../../../src/components/members/LeaveSpaceDialog.tsx'
import { MemberList } from '../../../src/components/members/MemberList.tsx'
import { mergeMessages } from '../../../src/components/config/messages.ts'
import { bareName, plainName } from '../../../src/components/basics/plainName.ts'
import { ProfileForm } from '../../../src/components/identity/ProfileForm.tsx'
import { RemoveMemberDialog } from '../../../src/components/members/RemoveMemberDialog.tsx'
import { SignOutDialog } from '../../../src/components/identity/SignOutDialog.tsx'
import { SpaceNotice } from '../../../src/components/spaces/SpaceNotice.tsx'
import { PersistenceNotice } from '../../../src/components/status/PersistenceNotice.tsx'
import { SyncStatus, SyncStatusView } from '../../../src/components/status/SyncStatus.tsx'
import { EchoError } from '../../../src/shared/echoError.ts'
import type { DeviceId, IdentityId } from '../../../src/shared/ids.ts'
import type { SavedState } from '../../../src/client/states.ts'
import { createFakeEcho, createFakeSpace, savedHere } from '../react/fakeEcho.ts'
import { renderInEcho } from '../react/renderInEcho.tsx'

afterEach(() => {
  vi.useRealTimers()
})

describe('SyncStatus', () => {
  it('follows the space, in words', () => {
    const garden = createFakeSpace()
    const { unmount } = renderInEcho(createFakeEcho(), <SyncStatus space={garden.space} />)
    expect(screen.getByText('In sync with 1 other device')).toBeTruthy()
    act(() => garden.sync.set({ status: 'offline', ...savedHere, waiting: 2 }))
    expect(screen.getByRole('status').textContent).toBe('Offline')
    expect(screen.getByText('2 changes not handed on yet · Saved on this device')).toBeTruthy()
    unmount()
    expect(garden.sync.listeners()).toBe(0)
  })

  it('counts nothing as waiting where there is nobody to hand it to', () => {
    const garden = createFakeSpace()
    const fake = createFakeEcho()
    renderInEcho(fake, <SyncStatus space={garden.space} />)
    act(() => garden.sync.set({ status: 'alone', ...savedHere, waiting: 2 }))
    expect(screen.getByText('2 changes not handed on yet · Saved on this device')).toBeTruthy()
    act(() => {
      garden.members.set([{}] as never)
      fake.devices.set([{}] as never)
    })
    expect(screen.getByText('Saved on this device')).toBeTruthy()
  })

  it('says what is quick neither by eye nor by ear, and takes back at once that others have stored everything', () => {
    vi.useFakeTimers()
    const garden = createFakeSpace()
    const { container } = renderInEcho(createFakeEcho(), <SyncStatus space={garden.space} />)
    const set = (state: Partial<SavedState>) => act(() => garden.sync.set({ status: 'up-to-date', peers: 1, ...savedHere, ...state }))
    const wait = (ms: number) => act(() => vi.advanceTimersByTime(ms))
    const words = () => [container.querySelector('output')!.textContent, container.querySelector('.echo-hint')!.textContent]
    const inSync = 'In sync with 1 other device'
    set({ copies: { own: 0, others: 1 } })
    expect(words()).toEqual([inSync, 'Saved on this device and devices of 1 person'])
    for (let edit = 0; edit < 5; edit++) {
      set({ unsaved: 1 })
      wait(150)
      expect(words()).toEqual([inSync, 'Saved on this device'])
      set({})
    }
    set({ unsaved: 1 })
    wait(250)
    expect(words()).toEqual([inSync, 'Saving…'])
    const part = { status: 'syncing', peers: 1, received: 1, total: 4 } as const
    act(() => garden.sync.set({ ...part, ...savedHere }))
    wait(900)
    expect(words()).toEqual([inSync, 'Saved on this device'])
    act(() => garden.sync.set({ ...part, received: 2, ...savedHere }))
    wait(200)
    expect(words()).toEqual(['Syncing…', '50 % · Saved on this device'])
    set({})
    expect(words()).toEqual([inSync, 'Saved on this device'])
  })

  it('passes native props, class and ref on, and shows its state as data', () => {
    const ref = { current: null as HTMLDivElement | null }
    render(<SyncStatusView state={{ status: 'offline', ...savedHere }} className="mine" id="sync" ref={ref} />)
    expect(ref.current).toMatchObject({ id: 'sync', className: 'echo-sync mine' })
    expect(ref.current?.dataset['state']).toBe('offline')
  })
})

describe('PersistenceNotice', () => {
  it('comes back when room runs out after its being kept was put off, and can be put off again', () => {
    const fake = createFakeEcho()
    renderInEcho(fake, <PersistenceNotice />)
    const later = () => fireEvent.click(screen.getByRole('button', { name: 'Not now' }))
    act(() => fake.storage.set({ status: 'ready', persistent: false }))
    later()
    act(() => fake.storageUsage.set({ usage: 7, quota: 10 }))
    expect(screen.queryByRole('complementary')).toBeNull()
    act(() => fake.storageUsage.set({ usage: 9, quota: 10 }))
    expect(screen.getByText(/90 % is used\./)).toBeTruthy()
    later()
    act(() => fake.storageUsage.set({ usage: 1, quota: 10 }))
    expect(screen.queryByRole('complementary')).toBeNull()
  })
})

describe('ProfileForm, DeviceList, MemberList and SignOutDialog', () => {
  it('change the own profile, and show nothing while nobody is here', async () => {
    const fake = createFakeEcho()
    renderInEcho(fake, <ProfileForm />)
    fireEvent.change(screen.getByLabelText('Your name'), { target: { value: 'Ann Rose' } })
    await act(async () => fireEvent.submit(document.querySelector('form')!))
    expect(fake.calls).toEqual(['update {"name":"Ann Rose"}'])
    expect(screen.getByText('Saved. The others see it soon.')).toBeTruthy()
    act(() => fake.identity.set({ status: 'none' }))
    expect(document.querySelector('form')).toBe(null)
  })

  it('follow devices and members', () => {
    const garden = createFakeSpace()
    const fake = createFakeEcho()
    renderInEcho(
      fake,
      <>
        <DeviceList />
        <MemberList space={garden.space} />
      </>,
    )
    act(() => {
      fake.devices.set([
        { id: 'abcdefghijk' as DeviceId, isThis: true, name: '', addedAt: undefined, isOnline: true, revocable: 'no' },
        { id: 'phone' as DeviceId, isThis: false, name: 'Phone\u202e', addedAt: 0, isOnline: false, revocable: 'yes' },
      ])
      garden.members.set([
        { id: 'b' as IdentityId, name: 'Bob\u202e', role: 'editor', isMe: false, activity: 'active', deviceCount: 1, hue: 210 },
      ])
    })
    expect(screen.getByText('Device abcdefgh')).toBeTruthy()
    expect(screen.getByRole('list', { name: 'Your devices' }).textContent).not.toContain('\u202e')
    expect(screen.getByText('Editor · here now')).toBeTruthy()
    expect(screen.getByRole('list', { name: 'Members' }).textContent).not.toContain('\u202e')
  })

  it('erase nothing before the word is typed', async () => {
    const fake = createFakeEcho({ identity: { status: 'unsaved', identity: { id: 'ann' as IdentityId, name: 'Ann' } } })
    const onErased = vi.fn<() => void>()
    renderInEcho(fake, <SignOutDialog open onClose={() => {}} onErased={onErased} />)
    expect(screen.getByText(/not written down your recovery words/)).toBeTruthy()
    await act(async () => fireEvent.submit(document.querySelector('form')!))
    expect(fake.calls).toEqual([])
    fireEvent.change(screen.getByRole('textbox'), { target: { value: 'Delete' } })
    await act(async () => fireEvent.submit(document.querySelector('form')!))
    expect(fake.calls).toEqual(['reset erase this device'])
    expect(onErased).toHaveBeenCalledTimes(1)
  })
})

describe('a space whose member one is no more', () => {
  it('is said to stand still, shows nobody as here, and is told of in a notice that saves what came too late', async () => {
    const garden = createFakeSpace()
    garden.withdraw([{ document: 'root', values: { 'a/title': 'Water' }, identity: 'ann', device: 'phone', writtenAt: 0 } as never])
    garden.members.set([{ id: 'b' as IdentityId, name: 'Bob', role: 'editor', isMe: false, activity: 'active', deviceCount: 1, hue: 210 }])
    renderInEcho(
      createFakeEcho(),
      <>
        <SyncStatus space={garden.space} />
        <AvatarStack space={garden.space} />
        <MemberList space={garden.space} />
        <SpaceNotice space={garden.space} />
      </>,
    )
    await screen.findByText('Some changes were taken out')
    act(() => {
      garden.permissions.set({
        role: undefined,
        can: { write: false, invite: false, manageMembers: false, leave: false },
        why: {},
        members: new Map(),
      })
      garden.state.set({ status: 'removed', by: [{ id: 'b' as IdentityId, name: 'Bob\u202e', isMe: false }], since: 0 })
    })
    expect(screen.getByText('Not kept up to date any more')).toBeTruthy()
    expect(screen.queryByText('Only you are here')).toBeNull()
    expect(screen.getByText('Bob removed you from this space')).toBeTruthy()
    expect(await screen.findByText(/^1 change came too late/)).toBeTruthy()
    expect(screen.getAllByRole('button').map((button) => button.textContent)).toEqual(['Save a copy'])
  })
})

describe('dialogs that end a membership', () => {
  const member = (name: string, isMe = false) =>
    ({ id: name as IdentityId, name, role: 'owner', isMe, activity: 'active', deviceCount: 1, hue: 210 }) as const
  const out = { role: undefined, can: { write: false, invite: false, manageMembers: false, leave: false }, why: {}, members: new Map() }
  const confirmForm = () => document.querySelector('[data-slot=confirm]')

  it('let a space be deleted by who is out or alone, not by a member among others, and name what nobody else has', async () => {
    const garden = createFakeSpace()
    garden.withdraw([{ document: 'root', values: { 'a/title': 'Water' }, identity: 'ann', device: 'phone', writtenAt: 0 } as never])
    garden.members.set([member('Ann', true), member('Bob')])
    const fake = createFakeEcho({ spaces: [garden] })
    const onDeleted = vi.fn<() => void>()
    renderInEcho(fake, <DeleteSpaceDialog space={garden.space} open onClose={() => {}} onDeleted={onDeleted} />)
    await screen.findByText(/Leave the space first/)
    act(() => garden.permissions.set({ ...garden.permissions.get(), why: { leave: 'last-owner' } }))
    expect(screen.getByText(/Make someone else an owner/)).toBeTruthy()
    act(() => garden.members.set([member('Ann', true)]))
    expect(screen.getByText(/lost for good/)).toBeTruthy()
    act(() => garden.permissions.set(out))
    expect(screen.getByText(/Your other devices keep theirs/)).toBeTruthy()
    act(() => garden.members.set([]))
    expect(screen.getByText(/lost for good/)).toBeTruthy()
    act(() => {
      garden.members.set([member('Bob')])
      garden.state.set({ status: 'left', since: 0 })
    })
    expect(screen.getByText(/The others keep theirs/)).toBeTruthy()
    expect(await screen.findByText(/^1 change that came too late/)).toBeTruthy()
    await act(async () => fireEvent.submit(confirmForm()!))
    expect(fake.calls).toEqual([])
    fireEvent.change(screen.getByRole('textbox'), { target: { value: 'delete' } })
    await act(async () => fireEvent.submit(confirmForm()!))
    expect(fake.calls).toEqual(['delete Garden delete this space'])
    expect(onDeleted).toHaveBeenCalledOnce()
  })

  it('close when it is done, and not when it was refused', async () => {
    const garden = createFakeSpace()
    garden.members.set([member('Ann', true), member('Bob')])
    const onClose = vi.fn<() => void>()
    const { rerender } = renderInEcho(createFakeEcho(), <LeaveSpaceDialog space={garden.space} open onClose={onClose} />)
    garden.refuse(new EchoError('last-owner', 'The other one has left.'))
    await act(async () => fireEvent.submit(confirmForm()!))
    expect(screen.getByText(/Make someone else an owner first/, { selector: 'p' })).toBeTruthy()
    expect(onClose).not.toHaveBeenCalled()
    garden.refuse(undefined)
    await act(async () => fireEvent.submit(confirmForm()!))
    expect(onClose).toHaveBeenCalledOnce()
    rerender(<RemoveMemberDialog space={garden.space} member={member('Bob')} onClose={onClose} />)
    await act(async () => fireEvent.submit(confirmForm()!))
    expect(onClose).toHaveBeenCalledTimes(2)
    expect(garden.calls).toEqual(['leave', 'leave', 'remove Bob'])
  })
})

describe('InviteLink', () => {
  it('says of an address of this very machine that nobody else can open it', () => {
    const hint = englishMessages.invite.thisMachineOnly
    const { rerender } = render(<InviteLink url="https://app.example/#echo=abc" shareText="" />)
    expect(screen.queryByText(hint)).toBeNull()
    for (const host of ['localhost:5173', '127.0.0.1:5173', '[::1]', 'LOCALHOST']) {
      rerender(<InviteLink url={`http://${host}/#echo=abc`} shareText="" />)
      expect(screen.getByText(hint)).toBeTruthy()
    }
    rerender(<InviteLink url="https://localhost.example/#echo=abc" shareText="" />)
    expect(screen.queryByText(hint)).toBeNull()
  })
})

describe('AvatarStack', () => {
  const person = (id: string, name: string, key = id) => ({
    identity: id as IdentityId,
    key,
    name,
    activity: 'idle' as const,
    typing: undefined,
    data: undefined,
  })

  it('shows each person once however many tabs they have, and counts the rest by name', () => {
    const garden = createFakeSpace()
    garden.others.set([person('a', 'Ann', '1'), person('a', 'Ann', '2'), person('b', 'Bob'), person('c', 'Cid')])
    renderInEcho(createFakeEcho(), <AvatarStack space={garden.space} max={3} />)
    expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual(['AAnnhere, idle', 'BBobhere, idle', 'CCidhere, idle'])
    act(() => garden.others.set([...garden.others.get(), person('d', 'Dee')]))
    expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
      'AAnnhere, idle',
      'BBobhere, idle',
      '+2And Cid and Dee',
    ])
    act(() => garden.others.set([]))
    expect(screen.getByText('Only you are here')).toBeTruthy()
  })

  it("takes a device of one's own for no company", () => {
    const garden = createFakeSpace()
    const fake = createFakeEcho()
    const me = fake.identity.get()
    garden.others.set([person('identity' in me ? me.identity.id : '', 'Ann')])
    renderInEcho(fake, <AvatarStack space={garden.space} />)
    expect(screen.getByText('Only you are here')).toBeTruthy()
  })

  it('makes initials of whole characters', () => {
    expect(['Ann Archer', 'bob', '  ', '👩‍👩‍👧 Family', '王小明', 'a b c'].map(initialsOf)).toEqual(['AA', 'B', '?', '👩‍👩‍👧F', '王', 'AC'])
  })

  it('gives an avatar the hue of the id, or the one that the person has among others', () => {
    render(<Avatar id="abc" name="Ann" />)
    render(<Avatar id="abc" hue={17} name="Ben" />)
    const hueOfAvatar = (name: string) => screen.getByTitle(name).style.getPropertyValue('--echo-hue')
    expect([hueOfAvatar('Ann'), hueOfAvatar('Ben')]).toEqual([String(hueOf('abc')), '17'])
  })

  it('shows who is here in the hues that they have as members', () => {
    const [fake, garden] = [createFakeEcho(), createFakeSpace()]
    garden.members.set([{ id: 'b' as IdentityId, name: 'Bob', role: 'editor', isMe: false, activity: 'active', deviceCount: 1, hue: 77 }])
    garden.others.set([person('b', 'Bob')])
    renderInEcho(fake, <AvatarStack space={garden.space} />)
    expect(screen.getByTitle('Bob').style.getPropertyValue('--echo-hue')).toBe('77')
  })
})

describe('plainName', () => {
  it('keeps names as they are written, emoji and joined scripts too', () => {
    for (const name of ['Ann Archer', 'نرم‌افزار', '👩‍👩‍👧', 'Çelik']) expect(bareName(name)).toBe(name)
  })

  it('lets a name from right to left turn nothing around it, also where it passes through twice', () => {
    expect(plainName('Ann 5')).toBe('Ann 5')
    for (const name of ['גן 5', 'نور', '\u{1E900}']) {
      expect(plainName(name)).toBe(`\u2068${name}\u2069`)
      expect(plainName(plainName(name))).toBe(plainName(name))
      expect(bareName(plainName(name))).toBe(name)
    }
  })

  it('leaves a letter its accents, and none that paint over the lines around', () => {
    expect(plainName('שָׁ לוֹ ệ')).toBe('\u2068שָׁ לוֹ ệ\u2069')
    expect(plainName(`Z${'\u0301'.repeat(500)}alg${'\u0301'.repeat(7)}o`)).toBe(`Z${'\u0301'.repeat(6)}alg${'\u0301'.repeat(6)}o`)
  })

  it('takes out what hides or reorders, makes one line, and cuts at a whole character', () => {
    expect(plainName('\u202Enna\u2066\n\tBob\u0000 ')).toBe('nna Bob')
    const long = plainName('👩‍👩‍👧'.repeat(500))
    expect([...new Intl.Segmenter().segment(long)]).toHaveLength(60)
    expect(long.endsWith('👧…')).toBe(true)
    expect(plainName('Ann Archer', { maxLength: 4 })).toBe('Ann…')
    expect(plainName('W'.repeat(200), { maxLength: 200 })).toBe('W'.repeat(200))
    expect(plainName('\u202E')).toBe('')
  })
})

describe('EchoUiConfig', () => {
  it('replaces any part of the words and keeps the rest, also when nested', () => {
    render(
      <EchoUiConfig locale="de" messages={{ sync: { offline: 'Getrennt' } }}>
        <EchoUiConfig messages={{ sync: { connecting: 'Verbinde' } }}>
          <SyncStatusView state={{ status: 'offline', ...savedHere }} />
          <SyncStatusView state={{ status: 'connecting', ...savedHere }} />
          <SyncStatusView state={{ status: 'alone', ...savedHere }} />
        </EchoUiConfig>
      </EchoUiConfig>,
    )
    for (const text of ['Getrennt', 'Verbinde', 'Nobody else is here']) expect(screen.getByText(text)).toBeTruthy()
    expect(document.querySelector('[lang="de"]')).toBeTruthy()
  })

  it('does not change the English words it starts from', () => {
    const merged = mergeMessages(englishMessages, { common: { close: 'Zu' }, errors: { timeout: 'Zu spät' } })
    expect([merged.common.close, merged.common.cancel, merged.errors.timeout, merged.errors.denied]).toEqual([
      'Zu',
      englishMessages.common.cancel,
      'Zu spät',
      englishMessages.errors.denied,
    ])
    expect(englishMessages.common.close).toBe('Close')
  })
})

describe('ErrorNote', () => {
  it('speaks the user’s words for a code, a general sentence for an unlisted one, and keeps the rest behind a disclosure', () => {
    render(<ErrorNote error={new EchoError('timeout', 'Nothing arrived for 30 s.')} />)
    expect(screen.getByText('The other side took too long to answer. Try again.')).toBeTruthy()
    expect(screen.getByText(/Nothing arrived for 30 s/).closest('details')?.open).toBe(false)
    render(<ErrorNote error={new EchoError('no-provider', 'No provider.')} />)
    expect(screen.getByText('Something went wrong.')).toBeTruthy()
  })

  it('is said by the announcer, each time it comes, and where there is none by the browser', () => {
    const note = (): ReactNode => <ErrorNote said="polite" error={new EchoError('timeout', 'Late.')} />
    const text = 'The other side took too long to answer. Try again.'
    const { rerender, unmount } = render(<EchoUiConfig>{note()}</EchoUiConfig>)
    const heard = () => [screen.getByRole('status').textContent, screen.getByRole('alert').textContent]
    expect(heard()).toEqual([text, ''])
    rerender(<EchoUiConfig>{note()}</EchoUiConfig>)
    expect(heard()).toEqual([`${text}\u00A0`, ''])
    unmount()
    render(note())
    expect(screen.getByRole('alert').textContent).toContain(text)
  })
})

describe('Announcer', () => {
  it('says a sentence as often as it comes, and is empty again ten seconds after the last', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    function Buttons(): ReactNode {
      const announce = useAnnounce()
      return (
        <>
          <button type="button" onClick={() => announce('Saved')}>
            save
          </button>
          <button type="button" onClick={() => announce('Wrong code', 'assertive')}>
            fail
          </button>
        </>
      )
    }
    render(
      <Announcer>
        <Buttons />
      </Announcer>,
    )
    const heard = () => [screen.getByRole('status').textContent.trim(), screen.getByRole('alert').textContent.trim()]
    const after = (ms: number) => {
      act(() => vi.advanceTimersByTime(ms))
      return heard()
    }
    for (let time = 0; time < 3; time++) {
      fireEvent.click(screen.getByText('save'))
      expect(after(9_000)).toEqual(['Saved', ''])
    }
    expect(after(1_000)).toEqual(['', ''])
    fireEvent.click(screen.getByText('save'))
    expect(heard()).toEqual(['Saved', ''])
    fireEvent.click(screen.getByText('fail'))
    expect(after(9_999)).toEqual(['', 'Wrong code'])
    expect(after(1)).toEqual(['', ''])
  })
})

describe('Countdown', () => {
  it('shows every second, and tells a screen reader at the start, one minute and ten seconds only', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    let time = 0
    const now = () => time
    render(
      <EchoUiConfig now={now}>
        <Countdown label="Expires in" deadline={120_000} />
      </EchoUiConfig>,
    )
    const said: string[] = []
    const shown: string[] = []
    for (let second = 0; second <= 121; second++) {
      const status = screen.getByRole('status').textContent.trim()
      if (said.at(-1) !== status) said.push(status)
      shown.push(document.querySelector('time')!.textContent)
      time += 1000
      act(() => vi.advanceTimersByTime(1000))
    }
    expect(said).toEqual(['Expires in 2 minutes', 'Expires in 1 minute', 'Expires in 10 seconds'])
    expect([shown[0], shown[1], shown[60], shown[119], shown[121]]).toEqual(['2:00', '1:59', '1:00', '0:01', '0:00'])
  })
})

describe('Delayed', () => {
  it('shows a loading state only after 200 ms', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    render(<Delayed>loading</Delayed>)
    act(() => vi.advanceTimersByTime(199))
    expect(screen.queryByText('loading')).toBeNull()
    act(() => vi.advanceTimersByTime(1))
    expect(screen.getByText('loading')).toBeTruthy()
  })
})
