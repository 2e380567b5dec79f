import type { Meta, StoryObj } from '@storybook/react-vite'
import { useState, type ReactNode } from 'react'
import { expect, fireEvent, waitFor } from 'storybook/test'
import { z } from 'zod'
import { defineChannel } from '../../src/client/presence/defineChannel.ts'
import { definePresence } from '../../src/client/presence/definePresence.ts'
import type { Space } from '../../src/client/echo.ts'
import { Button } from '../../src/components/basics/Button.tsx'
import { defineType } from '../../src/database/types/defineType.ts'
import { useChannel } from '../../src/react/useChannel.ts'
import { useCursors } from '../../src/react/useCursors.ts'
import { useDiagnostics } from '../../src/react/useDiagnostics.ts'
import { useDeleteSpace } from '../../src/react/useDeleteSpace.ts'
import { useExport } from '../../src/react/useExport.ts'
import { useImport } from '../../src/react/useImport.ts'
import { useInvitationLink } from '../../src/react/useInvitationLink.ts'
import { useInvitations } from '../../src/react/useInvitations.ts'
import { useInvite } from '../../src/react/useInvite.ts'
import { useJoin } from '../../src/react/useJoin.ts'
import { useLocalState } from '../../src/react/useLocalState.ts'
import { useMemberCommands } from '../../src/react/useMemberCommands.ts'
import { useMembers } from '../../src/react/useMembers.ts'
import { useNetworkStatus } from '../../src/react/useNetworkStatus.ts'
import { usePermissions } from '../../src/react/usePermissions.ts'
import { usePresence } from '../../src/react/usePresence.ts'
import { useSpace } from '../../src/react/useSpace.ts'
import { useSpaceDetails } from '../../src/react/useSpaceDetails.ts'
import { useSpaces } from '../../src/react/useSpaces.ts'
import { useSpaceState } from '../../src/react/useSpaceState.ts'
import { useStorageStatus } from '../../src/react/useStorageStatus.ts'
import { useSyncStatus } from '../../src/react/useSyncStatus.ts'
import { useTyping } from '../../src/react/useTyping.ts'
import { useWithdrawn } from '../../src/react/useWithdrawn.ts'
import { withPeers, withStrangers } from '../withPeers.tsx'
import { withUi } from '../withUi.tsx'
import { patience, sidesOf } from './people.ts'

const Task = defineType('task', z.object({ title: z.string() }))
const types = [Task]
const Mood = definePresence('mood', z.object({ mood: z.string() }))
const Wave = defineChannel('wave', z.object({ word: z.string().max(20) }))

const meta: Meta = { title: 'Hooks/Sharing', decorators: [withUi] }
export default meta
type Story = StoryObj

interface OfSpace {
  readonly space: Space
}

function Moods({ space }: OfSpace): ReactNode {
  const { me, setMe, others } = usePresence(space, Mood, { mood: 'calm' })
  return (
    <>
      <p>{`I am ${me.mood}. ${others.map((peer) => `${peer.name} is ${peer.data?.mood}.`).join(' ')}`}</p>
      <Button onClick={() => setMe({ mood: 'glad' })}>Be glad</Button>
    </>
  )
}

/** `usePresence` shares something of one's own for as long as one is here. */
export const Presence: Story = {
  ...withPeers({ types }, ({ space }) => <Moods space={space} />),
  play: async ({ canvas, userEvent }) => {
    const { alice, bob } = sidesOf(canvas)
    await expect(await bob.findByText('I am calm. Alice is calm.', {}, patience)).toBeVisible()
    await userEvent.click(alice.getByRole('button', { name: 'Be glad' }))
    await expect(await bob.findByText('I am calm. Alice is glad.', {}, patience)).toBeVisible()
    await userEvent.click(alice.getByRole('switch', { name: 'Online' }))
    await expect(await bob.findByText('I am calm.', {}, patience)).toBeVisible()
  },
}

function Pointing({ space }: OfSpace): ReactNode {
  const { ref, others } = useCursors(space, 'map')
  return (
    <p ref={ref}>
      {others.length === 0 ? 'Nobody points' : others.map(({ name, data }) => `${name} points at ${data.x}, ${data.y}`).join()}
    </p>
  )
}

/** `useCursors` says where others point at in an area, as fractions of it. */
export const Cursors: Story = {
  ...withPeers({ types }, ({ space }) => <Pointing space={space} />),
  play: async ({ canvas }) => {
    const { alice, bob } = sidesOf(canvas)
    const area = await alice.findByText('Nobody points')
    const { left, top, width, height } = area.getBoundingClientRect()
    await fireEvent.pointerMove(area, { clientX: left + width / 4, clientY: top + height / 2 })
    await expect(await bob.findByText(/^Alice points at 0\.25\d*, 0\.5\d*$/, {}, patience)).toBeVisible()
    await fireEvent.blur(window)
    await expect(await bob.findByText('Nobody points', {}, patience)).toBeVisible()
  },
}

function Waves({ space }: OfSpace): ReactNode {
  const [heard, setHeard] = useState('nothing')
  const send = useChannel(space, Wave, ({ message }) => setHeard(message.word))
  return (
    <>
      <p>{`Heard ${heard}`}</p>
      <Button onClick={() => send({ word: 'hello' })}>Say hello</Button>
    </>
  )
}

/** `useChannel` says something to everyone who is here, and nobody keeps it. */
export const Channel: Story = {
  ...withPeers({ types }, ({ space }) => (
    <>
      <Waves space={space} />
      <Sync space={space} />
    </>
  )),
  play: async ({ canvas, userEvent }) => {
    const { alice, bob } = sidesOf(canvas)
    await alice.findByText('online, up-to-date', {}, patience)
    await userEvent.click(alice.getByRole('button', { name: 'Say hello' }))
    await expect(await bob.findByText('Heard hello', {}, patience)).toBeVisible()
    await expect(alice.getByText('Heard nothing')).toBeVisible()
  },
}

function Sync({ space }: OfSpace): ReactNode {
  return <p>{`${useNetworkStatus().status}, ${useSyncStatus(space).status}`}</p>
}

function Found({ space }: OfSpace): ReactNode {
  const { status, findings, peers } = useDiagnostics(space)
  return <p>{`${status}: ${findings.map(({ code }) => code).join(' ')}, ${peers.map(({ name, path }) => `${name} ${path}`).join(' ')}`}</p>
}

/** `useDiagnostics` says why nobody is reached, for as long as it is so. */
export const Diagnostics: Story = {
  ...withPeers({ types }, ({ space }) => <Found space={space} />),
  play: async ({ canvas, userEvent }) => {
    const { alice, bob } = sidesOf(canvas)
    await expect(await alice.findByText('ok: , Bob direct', {}, patience)).toBeVisible()
    await userEvent.click(bob.getByRole('switch', { name: 'Online' }))
    await expect(await alice.findByText('notice: peer-offline,', {}, patience)).toBeVisible()
    await expect(await bob.findByText('notice: switched-off,', {}, patience)).toBeVisible()
    await userEvent.click(bob.getByRole('switch', { name: 'Online' }))
    await expect(await bob.findByText('ok: , Alice direct', {}, patience)).toBeVisible()
  },
}

/** `useNetworkStatus` is about the device, `useSyncStatus` about one space. */
export const NetworkAndSync: Story = {
  ...withPeers({ types }, ({ space }) => <Sync space={space} />),
  play: async ({ canvas, userEvent }) => {
    const { alice, bob } = sidesOf(canvas)
    for (const side of [alice, bob]) await expect(await side.findByText('online, up-to-date', {}, patience)).toBeVisible()
    await userEvent.click(alice.getByRole('switch', { name: 'Online' }))
    await expect(await alice.findByText('off, offline', {}, patience)).toBeVisible()
    await expect(await bob.findByText('online, alone', {}, patience)).toBeVisible()
  },
}

function Folded({ space }: OfSpace): ReactNode {
  const [folded, setFolded] = useLocalState(space, 'folded', false)
  return <Button onClick={() => setFolded((before) => !before)}>{folded ? 'Unfold' : 'Fold'}</Button>
}

/** `useLocalState` stays on this device: every component sees it, and no peer. */
export const LocalState: Story = {
  ...withPeers({ types }, ({ space }) => (
    <>
      <Folded space={space} />
      <Folded space={space} />
      <Waves space={space} />
    </>
  )),
  play: async ({ canvas, userEvent }) => {
    const { alice, bob } = sidesOf(canvas)
    await userEvent.click((await alice.findAllByRole('button', { name: 'Fold' }))[0]!)
    await waitFor(() => expect(alice.getAllByRole('button', { name: 'Unfold' })).toHaveLength(2))
    // What is said afterwards has arrived: so would have what was stored.
    await userEvent.click(alice.getByRole('button', { name: 'Say hello' }))
    await bob.findByText('Heard hello', {}, patience)
    await expect(bob.getAllByRole('button', { name: 'Fold' })).toHaveLength(2)
  },
}

function Files({ space }: OfSpace): ReactNode {
  const exporting = useExport(space)
  const importing = useImport()
  const file = exporting.state.status === 'done' ? exporting.state.result : undefined
  return (
    <>
      <Button onClick={() => exporting.start({ format: 'json' })}>Export</Button>
      {file !== undefined && <Button onClick={() => importing.start(file.blob, { name: 'Copy' })}>{`Import ${file.items} item`}</Button>}
      <p>{`Import: ${importing.state.status}`}</p>
      <ul aria-label="Spaces">
        {useSpaces().map(({ id, name, memberCount }) => (
          <li key={id}>{`${name}, ${memberCount}`}</li>
        ))}
      </ul>
    </>
  )
}

/** `useExport` writes a space into a file, `useImport` makes a new one of it, which `useSpaces` lists. */
export const ExportAndImport: Story = {
  ...withPeers({ peers: ['Alice'], types, prepare: (space) => void space.create(Task, { title: 'Water' }) }, ({ space }) => (
    <Files space={space} />
  )),
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(await canvas.findByRole('button', { name: 'Export' }))
    await userEvent.click(await canvas.findByRole('button', { name: 'Import 1 item' }, patience))
    await expect(await canvas.findByText('Import: done', {}, patience)).toBeVisible()
    await expect(await canvas.findByText('Copy, 1')).toBeVisible()
    await expect(canvas.getByText('Garden, 1')).toBeVisible()
  },
}

function About({ space }: OfSpace): ReactNode {
  const about = useSpaceDetails(space)
  const state = useSpaceState(space.id)
  return (
    <>
      <p>{`${state.status}: ${about.status === 'ready' ? `${about.details.items.shown} items, ${about.details.members} members` : about.status}`}</p>
      <Button
        onClick={() => {
          space.create(Task, { title: 'Dig' })
          about.refresh()
        }}
      >
        Add and count
      </Button>
    </>
  )
}

/** `useSpaceState` says how far a space is, `useSpaceDetails` counts what is in it. */
export const StateAndDetails: Story = {
  ...withPeers({ types }, ({ space }) => <About space={space} />),
  play: async ({ canvas, userEvent }) => {
    const { alice } = sidesOf(canvas)
    await expect(await alice.findByText('ready: 0 items, 2 members', {}, patience)).toBeVisible()
    await userEvent.click(alice.getByRole('button', { name: 'Add and count' }))
    await expect(await alice.findByText('ready: 1 items, 2 members', {}, patience)).toBeVisible()
  },
}

function Members({ space }: OfSpace): ReactNode {
  const members = useMembers(space)
  const { can, members: about } = usePermissions(space)
  const { remove } = useMemberCommands(space)
  const withdrawn = useWithdrawn(space)
  return (
    <>
      <p>{`I may ${can.invite ? 'invite' : can.write ? 'write' : 'look'}`}</p>
      <ul aria-label="Members">
        {members.map(({ id, name, role }) => (
          <li key={id}>
            {`${name}, ${role} `}
            {about.get(id)?.canRemove === true && <Button onClick={() => remove(id)}>{`Remove ${name}`}</Button>}
          </li>
        ))}
      </ul>
      {can.write && <Button onClick={() => space.create(Task, { title: 'Dig' })}>Add</Button>}
      <p>{`Taken out: ${withdrawn.status === 'ready' ? withdrawn.contents.length : withdrawn.status}`}</p>
    </>
  )
}

/**
 * `useMembers`, `usePermissions` and `useMemberCommands`; what somebody wrote who had been removed without knowing it is taken out, and
 * `useWithdrawn` still has it.
 */
export const MembersAndRemoval: Story = {
  ...withPeers({ types, onError: () => {} }, ({ space }) => <Members space={space} />),
  play: async ({ canvas, userEvent }) => {
    const { alice, bob } = sidesOf(canvas)
    await expect(await bob.findByText('I may write', {}, patience)).toBeVisible()
    await expect(alice.getByText('I may invite')).toBeVisible()
    await expect(bob.queryByRole('button', { name: /Remove/ })).toBeNull()
    await bob.findByText('Taken out: 0', {}, patience)
    const online = bob.getByRole('switch', { name: 'Online' })
    await userEvent.click(online)
    await userEvent.click(await alice.findByRole('button', { name: 'Remove Bob' }))
    await waitFor(() => expect(alice.getByRole('list', { name: 'Members' }).textContent).toMatch(/^Alice, owner $/), patience)
    await userEvent.click(bob.getByRole('button', { name: 'Add' }))
    await userEvent.click(online)
    await expect(await bob.findByText('I may look', {}, patience)).toBeVisible()
    await expect(await bob.findByText('Taken out: 1', {}, patience)).toBeVisible()
  },
}

function Inviting({ space }: OfSpace): ReactNode {
  const { state, create } = useInvite(space)
  const invitations = useInvitations(space)
  return (
    <>
      <Button onClick={() => create({ role: 'editor' })}>Invite</Button>
      {'url' in state && <input className="echo-input" aria-label="Link" readOnly value={state.url} />}
      <p>{`Invitation: ${state.status}; ${invitations?.invitations.filter(({ status }) => status === 'open').length} open`}</p>
    </>
  )
}

function Joining(): ReactNode {
  const { state, open, accept } = useJoin()
  if (state.status === 'success') return <Joined id={state.space} />
  return (
    <>
      <input className="echo-input" aria-label="Follow" onChange={(event) => open(event.target.value)} />
      {state.status === 'preview' && <Button onClick={accept}>{`Join ${state.preview.spaceName}`}</Button>}
      <p>{`Join: ${state.status}`}</p>
    </>
  )
}

function Joined({ id }: { readonly id: string }): ReactNode {
  return <p>{`Joined, with ${useMembers(useSpace(id)).length} members`}</p>
}

/** `useInvite` and `useInvitations` on one side, `useJoin` and then `useSpace` on the other. */
export const InviteAndJoin: Story = {
  ...withStrangers({ types }, ({ space }) => (space === undefined ? <Joining /> : <Inviting space={space} />)),
  play: async ({ canvas, userEvent }) => {
    const { alice, bob } = sidesOf(canvas)
    await userEvent.click(await alice.findByRole('button', { name: 'Invite' }))
    const link = (await alice.findByLabelText<HTMLInputElement>('Link')).value
    await expect(await alice.findByText('Invitation: waiting; 1 open')).toBeVisible()
    await userEvent.click(bob.getByLabelText('Follow'))
    await userEvent.paste(link)
    const join = await bob.findByRole('button', { name: 'Join Garden' })
    // A native click: under the test library's own, which runs inside a synchronous act(), React would not come back to what suspends here.
    join.click()
    await expect(await bob.findByText('Joined, with 2 members', {}, patience)).toBeVisible()
    await expect(await alice.findByText('Invitation: success; 0 open', {}, patience)).toBeVisible()
  },
}

function Following(): ReactNode {
  const [link, forgetLink] = useInvitationLink()
  return (
    <>
      <p>
        {link === undefined
          ? 'Nothing to follow'
          : `A link of ${link.length - link.indexOf('#')} characters; ${location.hash.length} in the address`}
      </p>
      <Button onClick={forgetLink}>Forget it</Button>
    </>
  )
}

/** `useInvitationLink` takes the secret of a link that is followed, or pasted into an open tab, out of the address. */
export const InvitationLink: Story = {
  render: () => <Following />,
  play: async ({ canvas, userEvent }) => {
    await expect(canvas.getByText('Nothing to follow')).toBeVisible()
    location.hash = '#echo=AQIDBA'
    await expect(await canvas.findByText('A link of 12 characters; 0 in the address', {}, patience)).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Forget it' }))
    await expect(canvas.getByText('Nothing to follow')).toBeVisible()
  },
}

function Deleting({ space }: OfSpace): ReactNode {
  const [isGone, setGone] = useState(false)
  const spaces = useSpaces()
  const { state, deleteSpace } = useDeleteSpace(space.id, () => setGone(true))
  return (
    <>
      <Button onClick={() => deleteSpace({ confirm: 'delete this space' })}>Delete</Button>
      <p>{isGone ? `Gone, ${spaces.length} left` : `Deletion: ${state.status}`}</p>
    </>
  )
}

/** `useDeleteSpace` takes a space off all of one's devices, once nobody else is in it. */
export const DeleteSpace: Story = {
  ...withPeers({ peers: ['Alice'], types }, ({ space }) => <Deleting space={space} />),
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(await canvas.findByRole('button', { name: 'Delete' }))
    await expect(await canvas.findByText('Gone, 0 left', {}, patience)).toBeVisible()
  },
}

function Typed({ space, id }: OfSpace & { readonly id: string }): ReactNode {
  const { ref, others } = useTyping(space, id)
  return (
    <>
      <input className="echo-input" aria-label="Draft" ref={ref} />
      <p>{others.length === 0 ? 'Nobody types' : `${others.map(({ name }) => name).join()} types`}</p>
      <p>{`Storage: ${useStorageStatus().status}`}</p>
    </>
  )
}

/** `useTyping` says who types in an item, `useStorageStatus` whether this device keeps what is written. */
export const TypingAndStorage: Story = {
  ...withPeers({ types, prepare: (space) => space.create(Task, { title: 'Water' }).id }, ({ space, data }) => (
    <Typed space={space} id={data} />
  )),
  play: async ({ canvas, userEvent }) => {
    const { alice, bob } = sidesOf(canvas)
    await expect(await bob.findByText('Storage: ready')).toBeVisible()
    await expect(bob.getByText('Nobody types')).toBeVisible()
    await userEvent.type(alice.getByLabelText('Draft'), 'Peas')
    await expect(await bob.findByText('Alice types', {}, patience)).toBeVisible()
  },
}
