// @vitest-environment jsdom
import { act, fireEvent, screen } from '@testing-library/react'
import { renderToString } from 'react-dom/server'
import { describe, expect, it, vi } from 'vitest'
import { defineChannel } from '../../../src/client/presence/defineChannel.ts'
import { definePresence } from '../../../src/client/presence/definePresence.ts'
import { useContacts } from '../../../src/react/useContacts.ts'
import { useDeviceCommands } from '../../../src/react/useDeviceCommands.ts'
import { useCredentials } from '../../../src/react/useCredentials.ts'
import { useDevices } from '../../../src/react/useDevices.ts'
import { useIdentity } from '../../../src/react/useIdentity.ts'
import { useInvite } from '../../../src/react/useInvite.ts'
import { useItem } from '../../../src/react/useItem.ts'
import { useJoin } from '../../../src/react/useJoin.ts'
import { useMembers } from '../../../src/react/useMembers.ts'
import { useDeleteSpace } from '../../../src/react/useDeleteSpace.ts'
import { useMemberCommands } from '../../../src/react/useMemberCommands.ts'
import { usePermissions } from '../../../src/react/usePermissions.ts'
import { useNetworkStatus } from '../../../src/react/useNetworkStatus.ts'
import { useChannel } from '../../../src/react/useChannel.ts'
import { usePresence } from '../../../src/react/usePresence.ts'
import { useTyping } from '../../../src/react/useTyping.ts'
import { useProfile } from '../../../src/react/useProfile.ts'
import { useQuery } from '../../../src/react/useQuery.ts'
import { useField } from '../../../src/react/useField.ts'
import { useSpace } from '../../../src/react/useSpace.ts'
import { useSpaces } from '../../../src/react/useSpaces.ts'
import { useSpaceState } from '../../../src/react/useSpaceState.ts'
import { useStorageStatus } from '../../../src/react/useStorageStatus.ts'
import { useSyncStatus } from '../../../src/react/useSyncStatus.ts'
import { useWithdrawn } from '../../../src/react/useWithdrawn.ts'
import { useConflicts } from '../../../src/react/useConflicts.ts'
import { useUndo } from '../../../src/react/useUndo.ts'
import { useText } from '../../../src/react/useText.ts'
import type { Writable } from '../../../src/shared/readable.ts'
import type { StorageState } from '../../../src/storage/storage.ts'
import type { Space } from '../../../src/client/echo.ts'
import { EchoError } from '../../../src/shared/echoError.ts'
import type { DeviceId, IdentityId, ItemId } from '../../../src/shared/ids.ts'
import { ErrorCatcher } from './ErrorCatcher.tsx'
import { allPermissions, createFakeEcho, createFakeSpace, savedHere, type FakeRow, type FakeSpace } from './fakeEcho.ts'
import { createGate, renderHookInEcho, renderInEcho, settle } from './renderInEcho.tsx'

const row = (id: string, title: string): FakeRow => ({ id: id as ItemId, title })
const Task = {} as never
// A query is a value with a key; nothing else matters to the hooks.
const query = (key: string) => ({ key }) as never
const Cursor = definePresence('cursor', {} as never)
const Wave = defineChannel<string>('wave', {} as never)

describe('every hook', () => {
  const hooks: Record<string, () => unknown> = {
    useIdentity,
    useProfile,
    useCredentials,
    useDevices,
    useDeviceCommands,
    useContacts,
    useMembers: () => useMembers(undefined),
    useDeleteSpace: () => useDeleteSpace(undefined),
    useMemberCommands: () => useMemberCommands(undefined),
    usePermissions: () => usePermissions(undefined),
    useSpaces: () => useSpaces(),
    useNetworkStatus,
    useWithdrawn: () => useWithdrawn(undefined),
    useSpace: () => useSpace('x'),
    useSpaceState: () => useSpaceState('x'),
    useSyncStatus: () => useSyncStatus(undefined),
    useQuery: () => useQuery(undefined, undefined),
    useItem: () => useItem(undefined, Task, undefined),
    useField: () => useField(undefined, undefined as FakeRow | undefined, 'title'),
    useText: () => useText(undefined, undefined),
    useUndo: () => useUndo(undefined),
    useConflicts: () => useConflicts(undefined, undefined),
    usePresence: () => usePresence(undefined, Cursor, 0),
    useChannel: () => useChannel(undefined, Wave),
    useInvite: () => useInvite(undefined),
    useJoin: () => useJoin(),
  }
  it.each(Object.keys(hooks))('%s throws no-provider outside of a provider', (name) => {
    function Probe(): null {
      hooks[name]!()
      return null
    }
    expect(() => renderToString(<Probe />)).toThrowError(expect.objectContaining({ code: 'no-provider' }))
  })

  it('answers undefined when it is asked for nothing', () => {
    const { result } = renderHookInEcho(createFakeEcho(), () => [
      useSpace(undefined),
      useSpaceState(undefined),
      useSyncStatus(undefined),
      useUndo(undefined),
      useConflicts(createFakeSpace().space, undefined),
      useMembers(undefined),
      usePermissions(undefined),
      useQuery(undefined, query('a')),
      useQuery(createFakeSpace().space, undefined),
      useItem(undefined, Task, 'a'),
      useItem(createFakeSpace().space, Task, undefined),
      useText(undefined, 'a'),
      useText(createFakeSpace().space, undefined),
    ])
    expect(result.current).toEqual(Array.from({ length: 13 }, () => undefined))
  })
})

describe('useIdentity', () => {
  it('follows the state and passes commands on', async () => {
    const fake = createFakeEcho({ identity: { status: 'none' } })
    const { result, unmount } = renderHookInEcho(fake, useIdentity)
    expect(result.current.status).toBe('none')
    await act(async () => {
      await result.current.create({ name: 'Bea' })
    })
    expect(result.current).toMatchObject({ status: 'unsaved', identity: { name: 'Bea' } })
    unmount()
    expect(fake.identity.listeners()).toBe(0)
  })
})

describe('useProfile, useDevices, useContacts and useMembers', () => {
  it('follow who is here, the own devices, the people met, and the members of a space', async () => {
    const garden = createFakeSpace()
    const fake = createFakeEcho({ spaces: [garden] })
    const { result } = renderHookInEcho(fake, () => [useProfile(), useDevices(), useContacts(), useMembers(garden.space)] as const)
    expect(result.current[0].profile?.name).toBe('Ann')
    expect(result.current.slice(1)).toEqual([[], [], []])
    const device = {
      id: 'laptop' as DeviceId,
      isThis: true,
      name: 'Laptop',
      addedAt: 0,
      isOnline: true,
      revocable: 'no',
    } as const
    const ben = { id: 'ben' as IdentityId, name: 'Ben' }
    const member = { ...ben, role: 'editor', isMe: false, activity: 'active', deviceCount: 1, hue: 210 } as const
    await act(async () => {
      await result.current[0].update({ name: 'Ann Rose' })
      fake.devices.set([device])
      fake.contacts.set([{ ...ben, spaces: [] }])
      garden.members.set([member])
    })
    expect(result.current[0].profile?.name).toBe('Ann Rose')
    expect(result.current.slice(1)).toEqual([[device], [{ ...ben, spaces: [] }], [member]])
  })

  it('show anyone met in a space by identity, oneself too, and nobody for a stranger', async () => {
    const fake = createFakeEcho()
    const ben = { id: 'ben' as IdentityId, name: 'Ben', spaces: [] }
    const ann = fake.echo.identity.state.get()
    const own = 'identity' in ann ? ann.identity.id : ''
    const { result } = renderHookInEcho(fake, () => ['ben', own, 'eve'].map((id) => useProfile(id).profile?.name))
    await act(async () => fake.contacts.set([ben]))
    expect(result.current).toEqual(['Ben', 'Ann', undefined])
  })

  it('list the credentials, and show them', async () => {
    const fake = createFakeEcho()
    const { result } = renderHookInEcho(fake, () => useCredentials())
    const { present } = result.current
    const one = { type: 'device', id: 'laptop', identity: 'ann' as IdentityId, device: 'laptop' as DeviceId } as const
    await act(async () => fake.credentials.set([one]))
    expect(result.current.credentials).toEqual([one])
    expect(await present({ nonce: new Uint8Array(16), audience: 'x' })).toEqual(new Uint8Array([1]))
    expect(await result.current.verify(new Uint8Array(), { nonce: new Uint8Array(16), audience: 'x' })).toEqual({
      ok: false,
      error: 'malformed',
    })
  })

  it('sign out by the identity, with its confirmation', async () => {
    const fake = createFakeEcho()
    const { result } = renderHookInEcho(fake, () => useIdentity())
    await act(() => result.current.signOut({ confirm: 'erase this device' }))
    expect(fake.calls).toContain('reset erase this device')
  })
})

describe('useSpaces and useSpaceState', () => {
  it('list the spaces and tell the state of one, unknown ones too', () => {
    const garden = createFakeSpace()
    const { result } = renderHookInEcho(createFakeEcho({ spaces: [garden] }), () => [
      useSpaces().map((space) => space.name),
      useSpaceState('Garden').status,
      useSpaceState('Nowhere').status,
    ])
    expect(result.current).toEqual([['Garden'], 'ready', 'not-found'])
  })
})

describe('useSpace', () => {
  function Show({ id }: { readonly id: string | undefined }) {
    return <p>{useSpace(id)?.info.get().name ?? 'none'}</p>
  }

  it('suspends until the space is open, then answers at once', async () => {
    const gate = createGate()
    const fake = createFakeEcho({ spaces: [createFakeSpace('Garden', gate.promise)] })
    const { unmount } = await settle(() => renderInEcho(fake, <Show id="Garden" />))
    expect(screen.getByText('suspended')).toBeTruthy()
    await settle(gate.open)
    expect(screen.getByText('Garden')).toBeTruthy()
    expect(screen.queryByText('suspended')).toBeNull()
    unmount()
    renderInEcho(fake, <Show id="Garden" />)
    expect(screen.queryByText('suspended')).toBeNull()
    expect(screen.getByText('Garden')).toBeTruthy()
  })

  it('gives an unknown space to the error boundary after asking once, and asks anew when the user tries again', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const spaces: FakeSpace[] = []
    const fake = createFakeEcho({ spaces })
    const tree = (attempt: number) => (
      <ErrorCatcher key={attempt}>
        <Show id="Garden" />
      </ErrorCatcher>
    )
    const { rerender } = await settle(() => renderInEcho(fake, tree(1)))
    expect(screen.getByText('caught space-not-found')).toBeTruthy()
    expect(fake.calls).toEqual(['open Garden'])
    spaces.push(createFakeSpace())
    await new Promise((resolve) => setTimeout(resolve, 1100))
    await settle(() => rerender(tree(2)))
    expect(screen.getByText('Garden')).toBeTruthy()
    vi.mocked(console.error).mockRestore()
  })

  it('goes from nothing to a space and back without an error of React', async () => {
    const fake = createFakeEcho({ spaces: [createFakeSpace()] })
    const { rerender } = renderInEcho(fake, <Show id={undefined} />)
    expect(screen.getByText('none')).toBeTruthy()
    await settle(() => rerender(<Show id="Garden" />))
    expect(screen.getByText('Garden')).toBeTruthy()
    rerender(<Show id={undefined} />)
    expect(screen.getByText('none')).toBeTruthy()
  })
})

describe('useQuery', () => {
  it('opens one live entry for a query written inline, however often it renders', () => {
    const garden = createFakeSpace()
    garden.row('a').set(row('a', 'Water'))
    const fake = createFakeEcho({ spaces: [garden] })
    const { result, rerender, unmount } = renderHookInEcho(fake, ({ key }: { key: string }) => useQuery(garden.space, query(key)), {
      key: 'all',
    })
    const asked = garden.liveCalls()
    for (let i = 0; i < 5; i++) rerender({ key: 'all' })
    expect(garden.liveCalls()).toBe(asked)
    expect(result.current).toEqual([row('a', 'Water')])
    expect(garden.queriesMade).toEqual(['all'])
    expect(garden.queries.get('all')!.listeners()).toBe(1)
    rerender({ key: 'open' })
    expect(garden.queriesMade).toEqual(['all', 'open'])
    expect([garden.queries.get('all')!.listeners(), garden.queries.get('open')!.listeners()]).toEqual([0, 1])
    unmount()
    expect(garden.queries.get('open')!.listeners()).toBe(0)
  })

  it('shows the rows of the new query in the same render that asks for it', () => {
    const garden = createFakeSpace()
    const seen: string[] = []
    function Rows({ of }: { readonly of: string }) {
      const rows = useQuery<FakeRow>(garden.space, query(of))
      seen.push(`${of}: ${rows.map((entry) => entry.title).join()}`)
      return <p>{rows.map((entry) => entry.title).join()}</p>
    }
    garden.space.live(query('one'))
    garden.queries.get('one')!.set([row('1', 'One')])
    garden.space.live(query('two'))
    garden.queries.get('two')!.set([row('2', 'Two')])
    const { rerender } = renderInEcho(createFakeEcho(), <Rows of="one" />)
    rerender(<Rows of="two" />)
    expect(new Set(seen)).toEqual(new Set(['one: One', 'two: Two']))
    act(() => garden.queries.get('two')!.set([row('2', 'Two'), row('3', 'Three')]))
    expect(screen.getByText('Two,Three')).toBeTruthy()
  })
})

describe('useItem', () => {
  it('renders only the row that changed, and nothing listens after unmount', () => {
    const garden = createFakeSpace()
    const ids = Array.from({ length: 50 }, (_, index) => `i${index}`)
    for (const id of ids) garden.row(id).set(row(id, id))
    const renders: string[] = []
    function Row({ id }: { readonly id: string }) {
      const item = useItem(garden.space, Task, id) as FakeRow | undefined
      renders.push(id)
      return <li>{item?.title ?? 'gone'}</li>
    }
    const list = (
      <ul>
        {ids.map((id) => (
          <Row key={id} id={id} />
        ))}
      </ul>
    )
    const { unmount } = renderInEcho(createFakeEcho(), list)
    renders.length = 0
    act(() => garden.row('i7').set(row('i7', 'changed')))
    expect(new Set(renders)).toEqual(new Set(['i7']))
    expect(screen.getByText('changed')).toBeTruthy()
    act(() => garden.row('i7').set(undefined))
    expect(screen.getByText('gone')).toBeTruthy()
    unmount()
    expect(ids.reduce((sum, id) => sum + garden.row(id).listeners(), 0)).toBe(0)
  })
})

describe('useSyncStatus and useNetworkStatus', () => {
  it('follow their states', () => {
    const garden = createFakeSpace()
    const fake = createFakeEcho({ spaces: [garden] })
    const { result } = renderHookInEcho(fake, () => ({ sync: useSyncStatus(garden.space), network: useNetworkStatus() }))
    expect([result.current.sync.status, result.current.network.status]).toEqual(['up-to-date', 'online'])
    act(() => garden.sync.set({ status: 'offline', ...savedHere, unsaved: 2 }))
    act(() => result.current.network.setEnabled(false))
    expect([result.current.sync, result.current.network.status]).toEqual([{ status: 'offline', ...savedHere, unsaved: 2 }, 'off'])
    act(() => fake.diagnostics.set([{ code: 'ice-failed', message: 'No path.', timeMs: 1 }]))
    expect(result.current.network.findings).toHaveLength(1)
  })
})

describe('useText', () => {
  function Show({ of, id }: { readonly of: ReturnType<typeof createFakeSpace>; readonly id: string | undefined }) {
    const text = useText(of.space, id)
    return <p>{text === undefined ? 'none' : `${text.generation}: ${text.yText.toString()}`}</p>
  }

  it('suspends on the first opening only, opens once for two components and StrictMode, and releases later', async () => {
    const gate = createGate()
    const garden = createFakeSpace('Garden', gate.promise)
    garden.text('note').current.get().yText.insert(0, 'hello')
    const tree = [<Show key="1" of={garden} id="note" />, <Show key="2" of={garden} id="note" />]
    const { unmount } = await settle(() => renderInEcho(createFakeEcho(), tree))
    expect(screen.getByText('suspended')).toBeTruthy()
    await settle(gate.open)
    expect(screen.getAllByText('0: hello')).toHaveLength(2)
    expect(garden.opened()).toBe(1)
    expect(garden.text('note').users).toBe(1)
    unmount()
    await vi.waitFor(() => expect(garden.text('note').users).toBe(0), { timeout: 3000 })
    expect(garden.text('note').current.listeners()).toBe(0)
  })

  it('keeps the text open over a quick unmount and mount', async () => {
    const garden = createFakeSpace()
    const fake = createFakeEcho()
    function Toggle({ on }: { readonly on: boolean }) {
      return on ? <Show of={garden} id="note" /> : null
    }
    const { rerender } = await settle(() => renderInEcho(fake, <Toggle on />))
    expect(screen.getByText('0:')).toBeTruthy()
    rerender(<Toggle on={false} />)
    rerender(<Toggle on />)
    expect(screen.queryByText('suspended')).toBeNull()
    await new Promise((resolve) => setTimeout(resolve, 1200))
    expect([garden.opened(), garden.text('note').users]).toEqual([1, 1])
  })

  it('hands out the new text when the document was rebuilt', async () => {
    const garden = createFakeSpace()
    await settle(() => renderInEcho(createFakeEcho(), <Show of={garden} id="note" />))
    expect(screen.getByText('0:')).toBeTruthy()
    const rebuilt = createFakeSpace().text('note').current.get().yText
    rebuilt.insert(0, 'rebuilt')
    act(() => garden.text('note').current.set({ generation: 1, yText: rebuilt }))
    expect(screen.getByText('1: rebuilt')).toBeTruthy()
  })

  it('does not suspend for a text that something else has open', async () => {
    const garden = createFakeSpace()
    await garden.space.openText('note')
    renderInEcho(createFakeEcho(), <Show of={garden} id="note" />)
    expect(screen.queryByText('suspended')).toBeNull()
    expect(screen.getByText('0:')).toBeTruthy()
  })
})

describe('usePresence', () => {
  it('shares what it is told, once mounted, and stops when it goes', () => {
    const garden = createFakeSpace()
    const { result, unmount } = renderHookInEcho(createFakeEcho(), () => usePresence<unknown>(garden.space, Cursor, 'start'))
    expect(garden.shared.at(-1)).toBe('start')
    act(() => result.current.setMe('moved'))
    expect([result.current.me, garden.shared.at(-1)]).toEqual(['moved', 'moved'])
    expect(() => result.current.setMe('bad')).toThrowError(expect.objectContaining({ code: 'bad-value' }))
    expect(result.current.me).toBe('moved')
    act(() => garden.others.set([{ identity: 'bob' as never, key: 'k', name: 'Bob', activity: 'active', typing: undefined, data: 'x' }]))
    expect(result.current.others.map((peer) => peer.name)).toEqual(['Bob'])
    unmount()
    expect(garden.shared.at(-1)).toBeUndefined()
    expect(garden.others.listeners()).toBe(0)
  })
})

describe('useStorageStatus', () => {
  it('follows the storage, and asks the browser to keep the data', async () => {
    const fake = createFakeEcho()
    const storage = fake.echo.storage as unknown as { state: Writable<StorageState>; persist: () => Promise<boolean> }
    storage.state.set({ status: 'ready', persistent: false })
    const ask = vi.spyOn(storage, 'persist')
    const { result } = renderHookInEcho(fake, () => useStorageStatus())
    expect(result.current).toMatchObject({ status: 'ready', persistent: false, asking: 'no' })
    expect(ask).not.toHaveBeenCalled()
    const answers = [async () => false, () => Promise.reject(new Error('no')), async () => true]
    for (const [index, answer] of answers.entries()) {
      ask.mockImplementationOnce(answer)
      act(() => result.current.persist())
      expect(result.current.asking).toBe('waiting')
      await settle(() => {})
      expect(result.current.asking).toBe(['denied', 'denied', 'no'][index])
    }
    expect(result.current).toMatchObject({ usage: undefined, quota: undefined })
    act(() => fake.storageUsage.set({ usage: 3, quota: 4 }))
    expect(result.current).toMatchObject({ usage: 3, quota: 4, asking: 'no' })
    const error = new EchoError('storage-full', 'The disk is full.')
    act(() => storage.state.set({ status: 'full', error }))
    expect(result.current).toMatchObject({ status: 'full', error })
  })
})

describe('useTyping', () => {
  const bob = { identity: 'bob' as never, key: 'k', name: 'Bob', activity: 'active', data: undefined } as const

  function Field({ space, id }: { readonly space: Space | undefined; readonly id: string | undefined }) {
    const { others, ref } = useTyping(space, id)
    return (
      <>
        <input ref={ref} aria-label="Title" />
        <p>{others.map((peer) => peer.name).join(', ')}</p>
      </>
    )
  }

  it('says typing in its element, and its end when the focus leaves it or it goes', () => {
    const garden = createFakeSpace()
    const { rerender, unmount } = renderInEcho(createFakeEcho(), <Field space={garden.space} id="a" />)
    const input = screen.getByLabelText('Title')
    fireEvent.focusOut(input)
    expect(garden.typed).toEqual([])
    fireEvent.input(input)
    fireEvent.focusOut(input)
    expect(garden.typed).toEqual(['a', undefined])
    fireEvent.input(input)
    rerender(<Field space={garden.space} id="b" />)
    expect(garden.typed.slice(2)).toEqual(['a', undefined])
    fireEvent.input(input)
    unmount()
    expect(garden.typed.slice(4)).toEqual(['b', undefined])
  })

  it('names who types in its item, not who does elsewhere', () => {
    const garden = createFakeSpace()
    renderInEcho(createFakeEcho(), <Field space={garden.space} id="a" />)
    act(() =>
      garden.others.set([
        { ...bob, typing: 'a' as never },
        { ...bob, key: 'l', name: 'Cid', typing: 'b' as never },
      ]),
    )
    expect(screen.getByText('Bob')).toBeTruthy()
    act(() => garden.others.set([{ ...bob, typing: undefined }]))
    expect(screen.queryByText('Bob')).toBeNull()
  })

  it('does nothing without a space or an item', () => {
    renderInEcho(createFakeEcho(), <Field space={undefined} id={undefined} />)
    fireEvent.input(screen.getByLabelText('Title'))
    const garden = createFakeSpace()
    garden.others.set([{ ...bob, typing: undefined }])
    renderInEcho(createFakeEcho(), <Field space={garden.space} id={undefined} />)
    expect(screen.queryByText('Bob')).toBeNull()
  })
})

describe('useChannel', () => {
  it('hears with the newest function what others send, sends, and hears no more when it goes', () => {
    const garden = createFakeSpace()
    const heard: string[] = []
    const { result, rerender, unmount } = renderHookInEcho(
      createFakeEcho(),
      ({ name }: { name: string }) => useChannel(garden.space, Wave, ({ message }) => heard.push(`${name} ${String(message)}`)),
      { name: 'first' },
    )
    const say = (message: string): void => {
      for (const listener of garden.listenersToChannel) listener({ message, identity: 'bob' as never, isMe: false })
    }
    act(() => say('a'))
    rerender({ name: 'second' })
    act(() => say('b'))
    result.current('mine')
    expect([heard, garden.sent, garden.listenersToChannel.size]).toEqual([['first a', 'second b'], ['mine'], 1])
    unmount()
    expect(garden.listenersToChannel.size).toBe(0)
  })

  it('says that nothing can be sent while there is no space', () => {
    const { result } = renderHookInEcho(createFakeEcho(), () => useChannel(undefined, Wave))
    expect(() => result.current('x')).toThrowError(expect.objectContaining({ code: 'space-closed' }))
  })
})

describe('usePermissions', () => {
  it('follows what the person may do, and why not', () => {
    const garden = createFakeSpace()
    const { result, unmount } = renderHookInEcho(createFakeEcho(), () => usePermissions(garden.space))
    expect(result.current.can.write).toBe(true)
    act(() => garden.permissions.set({ ...allPermissions, can: { ...allPermissions.can, write: false }, why: { write: 'reader' } }))
    expect(result.current).toMatchObject({ can: { write: false }, why: { write: 'reader' } })
    unmount()
    expect(garden.permissions.listeners()).toBe(0)
  })
})

describe('useWithdrawn', () => {
  it('reads what was taken out, and again when more is told', async () => {
    const garden = createFakeSpace()
    const fake = createFakeEcho({ spaces: [garden] })
    const { result, unmount } = renderHookInEcho(fake, () => useWithdrawn(garden.space))
    expect(result.current.status).toBe('loading')
    await settle(() => undefined)
    expect(result.current).toEqual({ status: 'ready', contents: [] })
    const content = { document: 'root', values: {} } as never
    garden.withdraw([content])
    await settle(() => fake.fail(new EchoError('block-forked', 'Something else.')))
    expect(result.current).toEqual({ status: 'ready', contents: [] })
    await settle(() => fake.fail(new EchoError('block-withdrawn', 'Taken out.')))
    expect(result.current).toEqual({ status: 'ready', contents: [content] })
    for (const [count, code] of [
      [2, 'removed'],
      [3, 'read-only'],
    ] as const) {
      garden.withdraw(Array.from({ length: count }, () => content))
      await settle(() => fake.fail(new EchoError(code, 'What was not cut is taken back.')))
      expect(result.current).toMatchObject({ contents: { length: count } })
    }
    unmount()
    expect(fake.errorListeners.size).toBe(0)
  })

  it('says why it could not be read, and reads it when asked again', async () => {
    const garden = createFakeSpace()
    const content = { document: 'root', values: {} } as never
    garden.withdraw([content])
    const reading = vi.spyOn(garden.space, 'readWithdrawn').mockRejectedValue(new Error('The disk is gone.'))
    const { result } = renderHookInEcho(createFakeEcho({ spaces: [garden] }), () => useWithdrawn(garden.space))
    await settle(() => undefined)
    expect(result.current).toMatchObject({ status: 'error', error: { code: 'storage-unavailable' } })

    reading.mockRestore()
    await settle(() => (result.current as { readonly retry: () => void }).retry())
    expect(result.current).toEqual({ status: 'ready', contents: [content] })
  })
})

describe('useDeviceCommands', () => {
  it('names and shuts out devices, and keeps the words nowhere', async () => {
    const fake = createFakeEcho()
    const { result } = renderHookInEcho(fake, useDeviceCommands)
    await settle(() => result.current.rename('phone', 'Pocket'))
    expect(result.current.state).toEqual({ status: 'done', call: { name: 'rename', device: 'phone', to: 'Pocket' } })
    await settle(() => result.current.revoke('phone', 'not my words'))
    expect(result.current.state).toMatchObject({ status: 'error', error: { code: 'bad-phrase' } })
    expect(JSON.stringify(result.current.state)).not.toContain('not my words')
    await settle(() => result.current.revoke('phone'))
    expect(result.current.state.status).toBe('done')
    expect(fake.calls).toEqual(['rename phone Pocket', 'revoke phone by phrase', 'revoke phone'])
  })
})

describe('useMemberCommands', () => {
  it('runs one command at a time and says where it stands', async () => {
    const gate = createGate()
    const garden = createFakeSpace('Garden', gate.promise)
    const { result } = renderHookInEcho(createFakeEcho(), () => useMemberCommands(garden.space))
    expect(result.current.state).toEqual({ status: 'idle' })
    act(() => {
      result.current.remove('ben')
      result.current.leave()
    })
    expect(result.current.state).toEqual({ status: 'pending', call: { name: 'remove', member: 'ben' } })
    act(() => result.current.reset())
    expect(result.current.state.status).toBe('pending')
    await settle(() => gate.open())
    expect(result.current.state).toEqual({ status: 'done', call: { name: 'remove', member: 'ben' } })
    await settle(() => result.current.setRole('ben', 'admin'))
    expect(garden.calls).toEqual(['remove ben', 'role ben admin'])
    act(() => result.current.reset())
    expect(result.current.state).toEqual({ status: 'idle' })
  })

  it('shows why a command was refused, and forgets it with the space', async () => {
    const [garden, shed] = [createFakeSpace(), createFakeSpace('Shed')]
    garden.refuse(new EchoError('last-owner', 'The last one.'))
    const { result, rerender } = renderHookInEcho(createFakeEcho(), ({ space }: { space: FakeSpace }) => useMemberCommands(space.space), {
      space: garden,
    })
    await settle(() => result.current.leave())
    expect(result.current.state).toMatchObject({ status: 'error', call: { name: 'leave' }, error: { code: 'last-owner' } })
    rerender({ space: shed })
    expect(result.current.state.status).toBe('idle')
    await settle(() => result.current.leave())
    expect(shed.calls).toEqual(['leave'])
  })
})

describe('useDeleteSpace', () => {
  const confirm = { confirm: 'delete this space' } as const

  it('deletes a space, and says why one of which the person is a member cannot be', async () => {
    const garden = createFakeSpace()
    const fake = createFakeEcho({ spaces: [garden] })
    const onDeleted = vi.fn<() => void>()
    const { result } = renderHookInEcho(fake, () => useDeleteSpace(garden.space.id, onDeleted))
    await settle(() => result.current.deleteSpace(confirm))
    expect(result.current.state).toMatchObject({ status: 'error', call: 'Garden', error: { code: 'already-member' } })
    expect(onDeleted).not.toHaveBeenCalled()
    garden.state.set({ status: 'left', since: 0 })
    await settle(() => result.current.deleteSpace(confirm))
    expect(result.current.state).toEqual({ status: 'done', call: 'Garden' })
    expect(onDeleted).toHaveBeenCalledOnce()
    expect(fake.calls).toEqual(['delete Garden delete this space', 'delete Garden delete this space'])
  })

  it('says that a space is deleted also where its view has gone with it', async () => {
    const onDeleted = vi.fn<() => void>()
    const { result, unmount } = renderHookInEcho(createFakeEcho(), () => useDeleteSpace('shed', onDeleted))
    act(() => result.current.deleteSpace(confirm))
    unmount()
    await settle(() => {})
    expect(onDeleted).toHaveBeenCalledOnce()
  })

  it('deletes nothing where no space is named', async () => {
    const fake = createFakeEcho()
    const { result } = renderHookInEcho(fake, () => useDeleteSpace(undefined))
    await settle(() => result.current.deleteSpace(confirm))
    expect(result.current.state).toMatchObject({ status: 'error', error: { code: 'space-not-found' } })
    expect(fake.calls).toEqual([])
  })
})

describe('useInvite', () => {
  it('keeps one flow alive under StrictMode, makes a link only when asked, and disposes of every flow', () => {
    const garden = createFakeSpace()
    const { result, unmount } = renderHookInEcho(createFakeEcho(), () => useInvite(garden.space))
    expect(result.current.state.status).toBe('idle')
    expect(garden.flows.filter((flow) => !flow.disposed)).toHaveLength(1)
    expect(garden.flows.flatMap((flow) => flow.created)).toEqual([])
    act(() => result.current.create({ role: 'editor' }))
    expect(result.current.state).toMatchObject({ status: 'waiting' })
    act(() => result.current.cancel())
    expect(result.current.state.status).toBe('cancelled')
    unmount()
    expect(garden.flows.filter((flow) => !flow.disposed)).toHaveLength(0)
    expect(garden.flows.reduce((sum, flow) => sum + flow.state.listeners(), 0)).toBe(0)
  })

  it('keeps a link that is out while nobody shows it, and shows it again, but only for the same space', () => {
    const [garden, shed] = [createFakeSpace(), createFakeSpace('Shed')]
    const alive = (space: FakeSpace) => space.flows.filter((flow) => !flow.disposed)
    const { result, rerender, unmount } = renderHookInEcho(
      createFakeEcho(),
      ({ space }: { space: FakeSpace | undefined }) => useInvite(space?.space),
      { space: garden as FakeSpace | undefined },
    )
    act(() => result.current.create({ role: 'editor' }))
    const [flow] = alive(garden)
    rerender({ space: shed })
    expect([result.current.state.status, flow!.disposed, flow!.state.listeners()]).toEqual(['idle', false, 0])
    rerender({ space: garden })
    expect([result.current.state.status, alive(garden)]).toEqual(['waiting', [flow]])
    rerender({ space: undefined })
    act(() => flow!.state.set({ status: 'success', guestName: 'Bob' }))
    rerender({ space: garden })
    expect(result.current.state).toEqual({ status: 'success', guestName: 'Bob' })
    rerender({ space: shed })
    expect([alive(garden), alive(shed).length]).toEqual([[], 1])
    unmount()
    expect([alive(garden), alive(shed)]).toEqual([[], []])
  })

  it('is one invitation for all who show the same space, until the last of them is gone', () => {
    const garden = createFakeSpace()
    const { result, rerender } = renderHookInEcho(
      createFakeEcho(),
      ({ second }: { second: boolean }) => [useInvite(garden.space), useInvite(second ? garden.space : undefined)] as const,
      { second: true },
    )
    act(() => result.current[0].create({ role: 'editor' }))
    expect(result.current.map(({ state }) => state.status)).toEqual(['waiting', 'waiting'])
    act(() => result.current[1].cancel())
    rerender({ second: false })
    expect(result.current.map(({ state }) => state.status)).toEqual(['cancelled', 'idle'])
    expect(garden.flows.filter((flow) => !flow.disposed)).toHaveLength(1)
  })
})

describe('useJoin', () => {
  it('begins with the given link, takes another, and disposes of each flow it leaves', () => {
    const fake = createFakeEcho()
    const { result, rerender, unmount } = renderHookInEcho(fake, ({ link }: { link?: string }) => useJoin(link), { link: 'one' } as {
      link?: string
    })
    const alive = () => fake.joins.filter((flow) => !flow.disposed).map((flow) => flow.link)
    expect(alive()).toEqual(['one'])
    expect(result.current.state.status).toBe('preview')
    act(() => result.current.accept())
    expect(fake.joins.at(-1)!.accepted).toBe(1)
    act(() => result.current.open('two'))
    expect(alive()).toEqual(['two'])
    act(() => result.current.open('two'))
    expect(fake.joins.filter((flow) => flow.link === 'two').length).toBe(2)
    rerender({ link: 'three' })
    expect(alive()).toEqual(['three'])
    rerender({})
    expect(alive()).toEqual([])
    expect(result.current.state.status).toBe('idle')
    unmount()
    expect(alive()).toEqual([])
    expect(fake.joins.reduce((sum, flow) => sum + flow.state.listeners(), 0)).toBe(0)
  })
})

it('an error of a text that is not there goes to the component', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const garden = createFakeSpace()
  function Show() {
    return <p>{useText(garden.space, 'missing').generation}</p>
  }
  await settle(() =>
    renderInEcho(
      createFakeEcho(),
      <ErrorCatcher>
        <Show />
      </ErrorCatcher>,
    ),
  )
  expect(screen.getByText('caught item-not-found')).toBeTruthy()
  vi.mocked(console.error).mockRestore()
})

describe('useUndo', () => {
  it('gives what can be undone, with the commands, and the same object until that changes', async () => {
    const fake = createFakeSpace()
    const echo = createFakeEcho({ spaces: [fake] })
    const { result, rerender, unmount } = renderHookInEcho(echo, () => useUndo(fake.space))
    const first = result.current
    expect(first).toMatchObject({ canUndo: true, canRedo: false, undoLabel: 'import', redoLabel: undefined })
    expect(first.undo()).toBe(true)
    expect(first.redo()).toBe(true)
    expect(fake.calls).toEqual(['undo', 'redo'])
    rerender()
    expect(result.current).toBe(first)
    act(() => fake.undoState.set({ canUndo: false, canRedo: true, undoLabel: undefined, redoLabel: 'import' }))
    expect(result.current).toMatchObject({ canUndo: false, canRedo: true, redoLabel: 'import' })
    unmount()
    expect(fake.undoState.listeners()).toBe(0)
  })
})

describe('useConflicts', () => {
  it('gives what lost in an item, with the command that brings it back', () => {
    const fake = createFakeSpace()
    const { result, unmount } = renderHookInEcho(createFakeEcho({ spaces: [fake] }), () => useConflicts(fake.space, 'item'))
    expect(result.current.conflicts).toEqual([])
    const conflict = { key: 'title', value: 'lost', kept: 'won', author: 'bea' as IdentityId, time: 5 }
    act(() => fake.conflicts.set([conflict]))
    expect(result.current.conflicts).toEqual([conflict])
    result.current.restore(conflict)
    expect(fake.calls).toEqual(['restore item title lost'])
    unmount()
    expect(fake.conflicts.listeners()).toBe(0)
  })
})
