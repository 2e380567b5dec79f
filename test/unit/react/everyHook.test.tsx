// @vitest-environment jsdom
import { act, render, screen } from '@testing-library/react'
import { Activity, StrictMode, Suspense, useEffect, type ReactNode } from 'react'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { Counter } from '../../../stories/models/counter.ts'
import { defineChannel } from '../../../src/client/presence/defineChannel.ts'
import { definePresence } from '../../../src/client/presence/definePresence.ts'
import type { Echo, Space } from '../../../src/client/echo.ts'
import { defineLink, defineType } from '../../../src/database/types/defineType.ts'
import type { Item } from '../../../src/database/types/item.ts'
import { query } from '../../../src/database/query/query.ts'
import * as kit from '../../../src/index.ts'
import { setup, type TestWorld } from '../../../src/testing/setup.ts'
import { countHeld } from './countHeld.ts'

const Task = defineType('task', z.object({ title: z.string() }), { search: ['title'] })
const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })
const Poll = defineType('poll', z.object({ title: z.string() }), { model: Counter })
const Blocks = defineLink('blocks', z.object({}))
const Cursor = definePresence('cursor', z.object({ x: z.number() }))
const Wave = defineChannel('wave', z.string())

/** One person's device, with a space in which is one item of each type. */
interface World {
  readonly echo: Echo
  readonly space: Space
  readonly task: Item<typeof Task>
  readonly note: Item<typeof Note>
  readonly poll: Item<typeof Poll>
}

interface HookCase {
  /** Calls the hook. @returns what is shown of its answer, of one with a `status` that */
  readonly use: (world: World) => unknown
  readonly shows: string
  /** Changes what it answers while nobody looks, and what is shown then. */
  readonly later?: readonly [change: (world: World) => unknown, shows: string]
}

const titles = (items: readonly { readonly title: string }[] | undefined) => items?.map(({ title }) => title).join(', ')
const addTask = ({ space }: World) => space.create(Task, { title: 'Dig' })
const rename = ({ space, task }: World) => space.update(task, { title: 'Weed' })
const link = ({ space, task, note }: World) => space.link(task, Blocks, note, {})

async function write({ space, note, text = 'very ' }: Pick<World, 'space' | 'note'> & { readonly text?: string }): Promise<void> {
  const handle = await space.openText(note.id)
  handle.insert(0, text)
  handle.release()
}

type HookName = Extract<keyof typeof kit, `use${string}`>

const hooks: Record<HookName, HookCase> = {
  useAddDevice: { use: () => kit.useAddDevice().state, shows: 'idle' },
  useAncestors: { use: ({ space, note }) => titles(kit.useAncestors(space, note, Task)), shows: 'Water', later: [rename, 'Weed'] },
  useChannel: { use: ({ space }) => typeof kit.useChannel(space, Wave, () => {}), shows: 'function' },
  useChildren: {
    use: ({ space, task }) => kit.useChildren(space, task)?.length,
    shows: '2',
    later: [({ space, task }) => space.create(Task, { title: 'Dig' }, { parent: task }), '3'],
  },
  useConflicts: { use: ({ space, task }) => kit.useConflicts(space, task.id).conflicts.length, shows: '0' },
  useContacts: { use: () => kit.useContacts().length, shows: '0' },
  useCount: { use: ({ space }) => kit.useCount(space, query(Task)), shows: '1', later: [addTask, '2'] },
  useCredentials: { use: () => typeof kit.useCredentials().present, shows: 'function' },
  useCursors: { use: ({ space }) => kit.useCursors(space, 'board').others.length, shows: '0' },
  useDeleteSpace: { use: ({ space }) => kit.useDeleteSpace(space.id).state, shows: 'idle' },
  useDeviceCommands: { use: () => typeof kit.useDeviceCommands().reset, shows: 'function' },
  useDevices: { use: () => kit.useDevices().length, shows: '0' },
  useDiagnostics: { use: () => kit.useDiagnostics().checks.length, shows: '7' },
  useEcho: { use: () => kit.useEcho().app, shows: 'test' },
  useExport: { use: ({ space }) => kit.useExport(space).state, shows: 'idle' },
  useField: {
    use: ({ space, task }) => kit.useField(space, kit.useItem(space, Task, task.id), 'title').props.value,
    shows: 'Water',
    later: [rename, 'Weed'],
  },
  useFirst: { use: ({ space }) => kit.useFirst(space, query(Task).orderBy('title'))?.title, shows: 'Water', later: [addTask, 'Dig'] },
  useIdentity: { use: () => kit.useIdentity(), shows: 'ready' },
  useImport: { use: () => kit.useImport().state, shows: 'idle' },
  useInvitationLink: {
    use: () => kit.useInvitationLink()[0]?.slice(-5),
    shows: 'undefined',
    later: [() => (location.hash = '#echo=LATER'), 'LATER'],
  },
  useInvitations: {
    use: ({ space }) => kit.useInvitations(space)?.invitations.length,
    shows: '0',
    later: [
      async ({ space }) => {
        const flow = space.invite()
        flow.create({ role: 'editor' })
        await vi.waitFor(() => expect(flow.state.get().status).toBe('waiting'))
      },
      '1',
    ],
  },
  useInvite: { use: ({ space }) => kit.useInvite(space).state, shows: 'idle' },
  useItem: { use: ({ space, task }) => kit.useItem(space, Task, task.id)?.title, shows: 'Water', later: [rename, 'Weed'] },
  useJoin: { use: () => kit.useJoin('https://app.test/#nothing').state, shows: 'invalid' },
  useLinks: { use: ({ space, task }) => kit.useLinks(space, task, Blocks)?.length, shows: '0', later: [link, '1'] },
  useLocalState: {
    use: ({ space }) => kit.useLocalState(space, 'tab', 'list')[0],
    shows: 'list',
    later: [({ space }) => space.local('tab').set('board'), 'board'],
  },
  useMemberCommands: { use: ({ space }) => typeof kit.useMemberCommands(space).reset, shows: 'function' },
  useMembers: { use: ({ space }) => kit.useMembers(space).length, shows: '1' },
  useModel: {
    use: ({ space, poll }) => kit.useModel(space, Counter, poll.id)[0],
    shows: '0',
    later: [
      async ({ space, poll }) => {
        const handle = await space.openModel(Counter, poll.id)
        handle.actions.add(2)
        handle.release()
      },
      '2',
    ],
  },
  useNetworkStatus: { use: () => kit.useNetworkStatus(), shows: 'online', later: [({ echo }) => echo.network.setEnabled(false), 'off'] },
  usePairDevice: { use: () => kit.usePairDevice('https://app.test/#nothing').state, shows: 'invalid' },
  usePassphrase: {
    use: () => kit.usePassphrase(),
    shows: 'off',
    later: [({ echo }) => echo.passphrase.set('correct horse battery'), 'unlocked'],
  },
  usePermissions: { use: ({ space }) => kit.usePermissions(space).role, shows: 'owner' },
  usePresence: { use: ({ space }) => kit.usePresence(space, Cursor, { x: 0 }).others.length, shows: '0' },
  useProfile: {
    use: () => kit.useProfile().profile?.name,
    shows: 'ann',
    later: [({ echo }) => echo.identity.updateProfile({ name: 'Ann Rose' }), 'Ann Rose'],
  },
  useQuery: {
    use: ({ space }) => titles(kit.useQuery(space, query(Task).orderBy('title'))),
    shows: 'Water',
    later: [addTask, 'Dig, Water'],
  },
  useRefs: { use: ({ space, note }) => kit.useRefs(space, note, Blocks)?.length, shows: '0', later: [link, '1'] },
  useSpace: { use: ({ space }) => kit.useSpace(space.id).info.get().name, shows: 'Garden' },
  useSpaceDetails: { use: ({ space }) => kit.useSpaceDetails(space), shows: 'ready' },
  useSpaceState: { use: ({ space }) => kit.useSpaceState(space.id), shows: 'ready' },
  useSpaces: {
    use: ({ space }) => kit.useSpaces().find(({ id }) => id === space.id)?.name,
    shows: 'Garden',
    later: [({ space }) => space.setName('Yard'), 'Yard'],
  },
  useStorageStatus: { use: () => kit.useStorageStatus(), shows: 'ready' },
  useSyncStatus: { use: ({ space }) => kit.useSyncStatus(space), shows: 'alone' },
  useText: {
    use: ({ space, note }) => kit.useText(space, note.id)?.yText.toString(),
    shows: 'old',
    later: [write, 'very old'],
  },
  useTextContent: {
    use: ({ space, note }) => kit.useTextContent(space, note.id),
    shows: 'old',
    later: [
      async (world) => {
        await write(world)
        await vi.waitFor(() => expect(world.space.textContent(world.note.id).get()).toBe('very old'))
      },
      'very old',
    ],
  },
  useTrash: { use: ({ space }) => kit.useTrash(space).length, shows: '0', later: [({ space, note }) => space.delete(note), '1'] },
  useTyping: { use: ({ space, note }) => kit.useTyping(space, note.id).others.length, shows: '0' },
  useUndo: {
    use: ({ space }) => kit.useUndo(space).undoLabel,
    shows: 'undefined',
    later: [(world) => world.space.batch(() => rename(world), { label: 'rename' }), 'rename'],
  },
  useUnsearchedTexts: { use: ({ space }) => kit.useUnsearchedTexts(space), shows: '0' },
  useWithdrawn: { use: ({ space }) => kit.useWithdrawn(space), shows: 'ready' },
}
const names = Object.keys(hooks) as HookName[]

/** What of it is still open a moment later, so that who comes back finds it open. */
const lingers = (name: string) => /\.open(Text|Model)$/.test(name)

describe('every hook', () => {
  let world: TestWorld<'ann'>

  beforeAll(async () => {
    world = await setup('ann', { types: [Task, Note, Poll, Blocks] })
  })
  afterEach(() => world.ann.echo.network.setEnabled(true))
  afterAll(() => world.dispose())

  async function fill(): Promise<World> {
    const { echo } = world.ann
    const space = await echo.spaces.create({ name: 'Garden' })
    const task = space.create(Task, { title: 'Water' })
    const note = space.create(Note, { title: 'Plan' }, { parent: task })
    const poll = space.create(Poll, { title: 'Rain?' }, { parent: task })
    await write({ space, note, text: 'old' })
    return { echo, space, task, note, poll }
  }

  it('has a case here', () => {
    expect(names.toSorted()).toEqual(
      Object.keys(kit)
        .filter((name) => /^use[A-Z]/.test(name))
        .toSorted(),
    )
  })

  it.each(names)(
    '%s holds as much in StrictMode as without, nothing while it is hidden or gone, and shows at once what came meanwhile',
    async (hook) => {
      const { use: useCase, shows, later } = hooks[hook]
      const real = await fill()
      const { watched: echo, held } = countHeld(real.echo)
      const watched: World = { ...real, echo, space: echo.spaces.get(real.space.id)! }
      const nothingIsHeld = () => vi.waitFor(() => expect(held()).toEqual([]), { timeout: 2500 })
      let waits = 0
      function Waiting(): ReactNode {
        useEffect(() => void waits++, [])
        return null
      }
      function Probe(): ReactNode {
        return <output>{textOf(useCase(watched))}</output>
      }
      const page = (mode: 'visible' | 'hidden'): ReactNode => (
        <kit.EchoProvider echo={echo}>
          <Activity mode={mode}>
            <Suspense fallback={<Waiting />}>
              <Probe />
            </Suspense>
          </Activity>
        </kit.EchoProvider>
      )
      const shown = () => screen.queryByRole('status', { hidden: true })?.textContent

      const provider = render(<kit.EchoProvider echo={echo}>{null}</kit.EchoProvider>)
      const ofProvider = held()
      provider.unmount()

      const plain = await act(async () => render(page('visible')))
      await vi.waitFor(() => expect(shown()).toBe(shows))
      const heldOnce = held()
      plain.unmount()
      await nothingIsHeld()

      const { rerender, unmount } = await act(async () => render(page('visible'), { wrapper: StrictMode }))
      await vi.waitFor(() => expect(shown()).toBe(shows))
      expect(held()).toEqual(heldOnce)

      const waitsBefore = waits
      rerender(page('hidden'))
      expect(held().filter((name) => !lingers(name))).toEqual(ofProvider)
      await act(async () => later?.[0](real))
      await act(async () => rerender(page('visible')))
      expect(shown()).toBe(later?.[1] ?? shows)
      expect(held()).toEqual(heldOnce)
      expect(waits).toBe(waitsBefore)

      unmount()
      await nothingIsHeld()
    },
  )
})

function textOf(answer: unknown): string {
  return typeof answer === 'object' && answer !== null && 'status' in answer ? String(answer.status) : String(answer)
}
