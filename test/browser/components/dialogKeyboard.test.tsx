import { act, cleanup, fireEvent, screen, within } from '@testing-library/react'
import axe from 'axe-core'
import { useEffect, useState, type ReactNode } from 'react'
import { describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import * as kit from '../../../src/components/index.ts'
import { EchoError } from '../../../src/shared/echoError.ts'
import type { AddDeviceState, DeviceInfo, InviteState, JoinState, MemberInfo, PairState } from '../../../src/client/states.ts'
import type { DeviceId, IdentityId, SpaceId } from '../../../src/shared/ids.ts'
import type { CommandState } from '../../../src/react/useCommand.ts'
import { createFakeEcho, createFakeSpace, phrase, rightPassphrase } from '../../unit/react/fakeEcho.ts'
import { createGate, renderInEcho } from '../../unit/react/renderInEcho.tsx'

/** What a case renders with: a fake device and space, and the dialog's own props. */
interface Stage {
  readonly fake: ReturnType<typeof createFakeEcho>
  readonly garden: ReturnType<typeof createFakeSpace>
  readonly open: boolean
  readonly onClose: () => void
}

interface DialogCase {
  readonly element: (stage: Stage) => ReactNode
  /** The first heading. */
  readonly title: string
  /** Before it is rendered. */
  readonly prepare?: (stage: Pick<Stage, 'fake' | 'garden'>) => void
  /** From the heading through its states, by keys alone, until the dialog is closed. */
  readonly path: (stage: Pick<Stage, 'fake' | 'garden'>) => Promise<void>
  /** All that is read out on the way beside what has the focus, in order; with `!`, what interrupts. */
  readonly said: readonly string[]
}

type DialogName = Extract<keyof typeof kit, `${string}Dialog${string}`>

const ignore = (): void => {}
const minuteMs = 60_000
const now = Date.UTC(2026, 0, 1, 12)
const deadline = now + 5 * minuteMs
const later = now + 8 * minuteMs
const url = 'https://notes.example/#echo=AQIDBA'
const open = { url, code: '048215', expiresAt: now + 10 * minuteMs } as const
const preview = { spaceName: 'Garden', inviterName: 'Ann', role: 'editor', expiresAt: undefined } as const
const refused = new EchoError('not-authorised', 'Only admins may do this.')
const refusal = 'Your role does not allow this. Ask an owner or admin.'
const notStored = 'This browser does not let the page keep data. Leave private mode, or allow storage for this site.'
const me: MemberInfo = { id: 'ann' as IdentityId, name: 'Ann', role: 'owner', isMe: true, activity: 'active', deviceCount: 1, hue: 210 }
const ben: MemberInfo = { ...me, id: 'ben' as IdentityId, name: 'Ben', role: 'editor', isMe: false }

/** Sets the state of the view that is shown, as the other side would. */
let show: <State>(state: State) => Promise<void> = async () => {}

/** A view that goes from one state to the next. */
function Shown<State>({
  first,
  children,
}: {
  readonly first: State
  readonly children: (state: State, set: (state: State) => void) => ReactNode
}) {
  const [state, setState] = useState(first)
  useEffect(() => {
    show = (next) => act(async () => setState(next as never))
  }, [])
  return children(state, setState)
}

const focused = (): Element => document.activeElement ?? document.body
const dialog = (): HTMLElement => screen.getByRole('dialog')
const key = (keys: string) => act(async () => userEvent.keyboard(keys))
/** Once more after the answer of what a key has begun. */
const settle = () => act(async () => new Promise((resolve) => setTimeout(resolve, 10)))

/** What has the focus, by its name. */
function nameOf(element: Element): string {
  const label = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement
  const labelled = element.getAttribute('aria-labelledby')
  const named = labelled === null ? undefined : document.getElementById(labelled)?.textContent
  return (named ?? element.getAttribute('aria-label') ?? (label ? element.labels?.[0]?.textContent : element.textContent) ?? '').trim()
}

/** In the open dialog, never on what lies behind. */
function expectInside(): void {
  expect(dialog().contains(focused()), `the focus is in the dialog, not on ${focused().outerHTML.slice(0, 80)}`).toBe(true)
}

function expectAt(name: string): void {
  expectInside()
  expect(nameOf(focused())).toBe(name)
}

/** Goes on by Tab to what has this name. */
async function tabTo(name: string): Promise<void> {
  for (let presses = 0; nameOf(focused()) !== name; presses++) {
    if (presses > 20) throw new Error(`Tab does not come to “${name}”`)
    await key('{Tab}')
  }
  expectInside()
}

/** Presses a button by keys; the focus stays in the dialog whatever becomes of the button. */
async function press(name: string): Promise<void> {
  await tabTo(name)
  await key('{Enter}')
  await settle()
  if (screen.queryByRole('dialog') !== null) expectInside()
}

async function type(label: string, text: string): Promise<void> {
  await tabTo(label)
  await key(text)
}

/** Escape asks before this is lost; a second one leaves all as it was. */
async function expectAsks(loss: string): Promise<void> {
  const before = focused()
  await key('{Escape}')
  expectAt('Close all the same?')
  expect(within(dialog()).getByText(loss)).toBeTruthy()
  await key('{Escape}')
  expect([focused(), within(dialog()).queryByText(loss)]).toEqual([before, null])
}

async function faults(): Promise<readonly string[]> {
  const { violations } = await axe.run(dialog())
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`)
}

/** Notes what the announcers of page and dialog read out. */
function listen(): { readonly said: string[]; stop(): void } {
  const said: string[] = []
  const last = new WeakMap<Element, string>()
  const observer = new MutationObserver(() => {
    for (const region of document.querySelectorAll('[data-slot=announcer] output, [role=alert]')) {
      const text = (region.textContent ?? '').replaceAll(/\s+/g, ' ').trim()
      if (text !== '' && last.get(region) !== region.textContent) said.push(region.localName === 'output' ? text : `!${text}`)
      last.set(region, region.textContent ?? '')
    }
  })
  observer.observe(document.body, { subtree: true, childList: true, characterData: true })
  return { said, stop: () => observer.disconnect() }
}

let answer: () => Promise<void> = async () => {}

/** A command that is refused the first time, once it is answered. */
function Command({
  children,
  onDone,
}: {
  readonly children: (state: CommandState<undefined>, run: () => void) => ReactNode
  readonly onDone: () => void
}) {
  const [state, setState] = useState<CommandState<undefined>>({ status: 'idle' })
  const [runs, setRuns] = useState(0)
  useEffect(() => {
    answer = () => act(async () => (runs === 1 ? setState({ status: 'error', call: undefined, error: refused }) : onDone()))
  }, [onDone, runs])
  return children(state, () => {
    setRuns(runs + 1)
    setState({ status: 'pending', call: undefined })
  })
}

function confirmPath(confirm: string, word?: string): DialogCase['path'] {
  return async () => {
    if (word !== undefined) {
      await tabTo(`Type “${word}” to go on`)
      await key(word)
    }
    await press(confirm)
    expectAt(confirm)
    await answer()
    expectAt(confirm)
    await press(confirm)
    await answer()
  }
}

const invitation = { ...open, role: 'editor', usesLeft: 1, joined: [] } as const
const joining = { link: 'Invitation link', accept: 'Join', loss: 'You have not joined yet. Closing cancels it.' }
const pairing = {
  link: 'Link from your other device',
  accept: 'Use my account here',
  loss: 'This device is not added yet. Closing cancels it.',
}

const phone: DeviceInfo = {
  id: 'd'.repeat(64) as DeviceId,
  isThis: false,
  name: 'Phone',
  addedAt: 0,
  isOnline: false,
  revocable: 'with-phrase',
}

const pairStates = {
  connecting: { status: 'connecting', preview, slow: false },
  offline: { status: 'peer-offline', preview, deadline },
  verifying: { status: 'verifying', preview, attemptsLeft: 3, deadline: later, isChecking: false },
  checking: { status: 'verifying', preview, attemptsLeft: 3, deadline: later, isChecking: true },
  wrong: { status: 'wrong-code', preview, attemptsLeft: 2, deadline: later, isChecking: false },
  comparing: { status: 'comparing', preview, digits: '730154', deadline: later, isConfirmed: false },
  confirmed: { status: 'comparing', preview, digits: '730154', deadline: later, isConfirmed: true },
} as const satisfies Record<string, PairState>

/** Follows a link from pasting it to a wrong code; `host` sets the flow's state. */
async function followLink(
  { link, accept, loss }: { readonly link: string; readonly accept: string; readonly loss: string },
  host: (state: Exclude<PairState, { readonly status: 'occupied' | 'success' }> & JoinState) => Promise<void>,
): Promise<void> {
  await type(link, url)
  await expectAsks('What you typed is not kept.')
  await key('{Enter}')
  await settle()
  await press(accept)
  await host(pairStates.connecting)
  expectInside()
  await expectAsks(loss)
  await tabTo('Cancel')
  await host(pairStates.offline)
  expectAt('Cancel')
  await host(pairStates.verifying)
  expectInside()
  await type('Code of six digits', '123456')
  await press('Continue')
  await host(pairStates.checking)
  expectAt('Code of six digits')
  await host(pairStates.wrong)
  expectAt('Code of six digits')
}

const followed = (offline: string): readonly string[] => [
  `${offline} Keeps trying for 5 minutes`,
  'Time left 8 minutes',
  'Checking…',
  'That was not the code',
  '!Wrong code. 2 tries are left.',
]
const asking = (device: string): string => `${device} knows the code and asks to be one of your devices. The name is what it calls itself.`
const refusedOnce = (busy: string): readonly string[] => [busy, refusal, busy]

const cases: Readonly<Record<DialogName, DialogCase>> = {
  AddDeviceDialogView: {
    element: ({ open: isOpen, onClose }) => (
      <Shown<AddDeviceState> first={{ status: 'idle' }}>
        {(state, set) => (
          <kit.AddDeviceDialogView
            open={isOpen}
            onClose={onClose}
            state={state}
            wordsUnsaved={false}
            onCreate={() => set({ status: 'creating' })}
            onApprove={() => set({ status: 'admitting', deviceName: 'Phone' })}
            onDeny={() => set({ status: 'approving', ...open, requests: [{ guest: 'bb', name: 'Phone' }] })}
            onCancel={() => set({ status: 'cancelled' })}
          />
        )}
      </Shown>
    ),
    title: 'Add a device of yours',
    async path() {
      const requests = [
        { guest: 'aa', name: 'Stranger' },
        { guest: 'bb', name: 'Phone' },
      ]
      await tabTo('I type a code on the new device')
      await press('Show QR code and link')
      await show<AddDeviceState>({ status: 'waiting', ...open })
      expectAt('Scan this with the new device')
      await expectAsks('Closing withdraws the link, and the new device has to begin anew.')
      await tabTo('Copy link')
      await show<AddDeviceState>({ status: 'connecting', ...open })
      await show<AddDeviceState>({ status: 'verifying', ...open })
      expectAt('Copy link')
      await show<AddDeviceState>({ status: 'approving', ...open, requests })
      expectAt('Is this your new device?')
      await press('Turn Stranger away')
      expectAt('Is this your new device?')
      await press('Add Phone')
      expectAt('Adding the device')
      await show<AddDeviceState>({ status: 'success', deviceName: 'Phone' })
      expectAt('The device was added')
      await press('Done')
    },
    said: [
      'Preparing…',
      'Scan this with the new device Expires in 10 minutes',
      'A device opened the link Connecting to it…',
      'It asks for the code.',
      `${asking('Stranger')} ${asking('Phone')} Expires in 10 minutes`,
      'The device was added',
    ],
  },
  ConfirmDialog: {
    element: ({ open: isOpen, onClose }) => (
      <Command onDone={onClose}>
        {(state, run) => (
          <kit.ConfirmDialog open={isOpen} onClose={onClose} title="Do it?" confirm="Do it" onConfirm={run} state={state} busy="Doing it…">
            <p>It cannot be taken back.</p>
          </kit.ConfirmDialog>
        )}
      </Command>
    ),
    title: 'Do it?',
    path: confirmPath('Do it'),
    said: refusedOnce('Doing it…'),
  },
  DeleteSpaceDialog: {
    element: ({ garden, open: isOpen, onClose }) => (
      <kit.DeleteSpaceDialog space={garden.space} open={isOpen} onClose={onClose} onDeleted={onClose} />
    ),
    title: 'Delete Garden?',
    prepare: ({ garden }) => garden.state.set({ status: 'left', since: 0 }),
    async path() {
      await tabTo('Type “delete” to go on')
      await key('delete{Enter}')
      await settle()
    },
    said: ['The space was deleted.'],
  },
  DeleteSpaceDialogView: {
    element: ({ open: isOpen, onClose }) => (
      <Command onDone={onClose}>
        {(state, run) => (
          <kit.DeleteSpaceDialogView
            open={isOpen}
            onClose={onClose}
            spaceName="Garden"
            standing="out"
            withdrawn={2}
            onSave={ignore}
            command={state}
            onDelete={run}
          />
        )}
      </Command>
    ),
    title: 'Delete Garden?',
    path: confirmPath('Delete the space', 'delete'),
    said: refusedOnce('Deleting…'),
  },
  Dialog: {
    element: ({ open: isOpen, onClose }) => (
      <kit.Dialog open={isOpen} onClose={onClose} title="Plain">
        <button onClick={onClose}>Deed</button>
      </kit.Dialog>
    ),
    title: 'Plain',
    path: () => press('Deed'),
    said: [],
  },
  InviteDialogView: {
    element: ({ open: isOpen, onClose }) => (
      <Shown<InviteState> first={{ status: 'idle' }}>
        {(state, set) => (
          <kit.InviteDialogView
            open={isOpen}
            onClose={onClose}
            spaceName="Garden"
            state={state}
            onCreate={() => set({ status: 'creating' })}
            onApprove={() => set({ status: 'admitting', guestName: 'Ben' })}
            onDeny={() => set({ status: 'approving', ...invitation, requests: [{ guest: 'bb', name: 'Ben' }] })}
            onAnother={() => set({ status: 'idle' })}
            onCancel={() => set({ status: 'cancelled' })}
          />
        )}
      </Shown>
    ),
    title: 'Invite to Garden',
    async path() {
      await tabTo('Their role')
      await tabTo('The link works')
      await press('Create link')
      expectAt('Invite to Garden')
      await show<InviteState>({ status: 'waiting', ...invitation })
      expectAt('Send this link')
      await tabTo('Copy link')
      await show<InviteState>({ status: 'connecting', ...invitation })
      expectAt('Copy link')
      const requests = [
        { guest: 'aa', name: 'Stranger' },
        { guest: 'bb', name: 'Ben' },
      ]
      await show<InviteState>({ status: 'approving', ...invitation, requests })
      expectAt('Someone wants to join')
      await press('Turn Stranger away')
      expectAt('Someone wants to join')
      await press('Let Ben in')
      await show<InviteState>({ status: 'success', guestName: 'Ben' })
      await press('Done')
    },
    said: [
      'Creating the link…',
      'Send this link Expires in 10 minutes',
      'Someone opened the link',
      'Stranger asks to be let in. The name is what they call themselves. Ben asks to be let in. The name is what they call themselves.',
      'Ben has joined',
    ],
  },
  JoinDialog: {
    element: ({ open: isOpen, onClose }) => <kit.JoinDialog open={isOpen} onClose={onClose} onJoined={onClose} />,
    title: 'Join a space',
    async path({ fake }) {
      const host = (state: JoinState) => act(async () => fake.joins.find(({ disposed }) => !disposed)!.state.set(state))
      await followLink(joining, host)
      await host({ status: 'success', space: 'garden' as SpaceId, alreadyMember: false })
      expectAt('Welcome')
      await press('Open the space')
    },
    said: followed('Nobody answers yet'),
  },
  JoinDialogView: {
    element: ({ open: isOpen, onClose }) => (
      <Shown<JoinState> first={{ status: 'idle' }}>
        {(state, set) => (
          <kit.JoinDialogView
            open={isOpen}
            onClose={onClose}
            state={state}
            identityForm={{ mode: 'create', onModeChange: ignore, onCreate: ignore, onRecover: ignore, busy: false, error: undefined }}
            onLink={() => set({ status: 'preview', preview })}
            onAccept={ignore}
            onCode={ignore}
            onCancel={() => set({ status: 'cancelled', by: 'me' })}
            onJoined={onClose}
          />
        )}
      </Shown>
    ),
    title: 'Join a space',
    async path() {
      await followLink(joining, show)
      await show<JoinState>({ status: 'error', error: new EchoError('insecure-peer', 'No.'), retryable: false })
      expectAt('Joining did not work')
      await press('Close')
    },
    said: [
      ...followed('Nobody answers yet'),
      '!The other side could not prove who it is. Do not go on; ask for a new link by a way that you trust.',
    ],
  },
  LeaveSpaceDialog: {
    element: ({ garden, open: isOpen, onClose }) => <kit.LeaveSpaceDialog space={garden.space} open={isOpen} onClose={onClose} />,
    title: 'Leave Garden?',
    path: () => press('Leave the space'),
    said: ['Leaving…', 'You have left the space.'],
  },
  LeaveSpaceDialogView: {
    element: ({ open: isOpen, onClose }) => (
      <Command onDone={onClose}>
        {(state, run) => (
          <kit.LeaveSpaceDialogView
            open={isOpen}
            onClose={onClose}
            spaceName="Garden"
            isLastOwner={false}
            isAlone={false}
            unsent
            command={state}
            onLeave={run}
          />
        )}
      </Command>
    ),
    title: 'Leave Garden?',
    path: confirmPath('Leave the space'),
    said: refusedOnce('Leaving…'),
  },
  PairDeviceDialog: {
    element: ({ open: isOpen, onClose }) => <kit.PairDeviceDialog open={isOpen} onClose={onClose} />,
    title: 'Use your account on this device',
    async path({ fake }) {
      await followLink(pairing, (state) => act(async () => fake.pairings.at(-1)!.state.set(state)))
      await act(async () => fake.pairings.at(-1)!.state.set({ status: 'success' }))
      expectAt('Welcome back')
      await press('Done')
    },
    said: followed('Your other device does not answer yet'),
  },
  PairDeviceDialogView: {
    element: ({ open: isOpen, onClose }) => (
      <Shown<PairState> first={{ status: 'idle' }}>
        {(state, set) => (
          <kit.PairDeviceDialogView
            open={isOpen}
            onClose={onClose}
            state={state}
            onLink={() => set({ status: 'preview', preview })}
            onAccept={ignore}
            onCode={ignore}
            onConfirm={() => set(pairStates.confirmed)}
            onCancel={() => set({ status: 'cancelled', by: 'me' })}
          />
        )}
      </Shown>
    ),
    title: 'Use your account on this device',
    async path() {
      await followLink(pairing, show)
      await show<PairState>(pairStates.comparing)
      expectAt('Is it the same number?')
      await press('The numbers are the same')
      expectAt('Is it the same number?')
      await key('{Escape}')
      await press('Close anyway')
    },
    said: [...followed('Your other device does not answer yet'), 'Time left 8 minutes', 'Confirm it on your other device, too.'],
  },
  PassphraseDialog: {
    element: ({ open: isOpen, onClose }) => <kit.PassphraseDialog open={isOpen} onClose={onClose} />,
    title: 'Lock this device with a passphrase',
    async path() {
      await type('New passphrase', rightPassphrase)
      await expectAsks('What you typed is not kept.')
      await type('The same again', rightPassphrase)
      await press('Set passphrase')
      expectAt('Lock this device with a passphrase')
      await press('Done')
    },
    said: ['Locking what is stored…', 'This device has a passphrase now.'],
  },
  PassphraseDialogView: {
    element: ({ open: isOpen, onClose }) => (
      <Shown<CommandState<kit.PassphraseCall>> first={{ status: 'idle' }}>
        {(state, set) => (
          <kit.PassphraseDialogView
            open={isOpen}
            onClose={onClose}
            isSet
            state={state}
            onCall={(call) => set({ status: 'pending', call })}
            onReset={() => set({ status: 'idle' })}
          />
        )}
      </Shown>
    ),
    title: 'Passphrase',
    async path() {
      await press('Lock now')
      expectAt('Lock now')
      await show<CommandState<kit.PassphraseCall>>({ status: 'error', call: 'lock', error: refused })
      expectAt('Lock now')
      await show<CommandState<kit.PassphraseCall>>({ status: 'idle' })
      await press('Change passphrase')
      expectAt('Change the passphrase')
      await type('Present passphrase', 'the former')
      await type('New passphrase', 'short')
      await press('Change passphrase')
      expectAt('New passphrase')
      await key(' but longer')
      await type('The same again', 'short but longer')
      await press('Change passphrase')
      expectAt('Change passphrase')
      await show<CommandState<kit.PassphraseCall>>({ status: 'error', call: 'change', error: new EchoError('bad-passphrase', 'No.') })
      expectAt('Present passphrase')
      await key('the right one{Enter}')
      await show<CommandState<kit.PassphraseCall>>({ status: 'done', call: 'change' })
      expectAt('Change the passphrase')
      await press('Done')
    },
    said: [
      'Locking…',
      refusal,
      'Choose at least 8 characters. A few words are easy to keep.',
      'Changing…',
      '!This is not the passphrase of this device. Mind capital letters and the keyboard.',
      'Changing…',
      'The passphrase was changed.',
    ],
  },
  RecoveryPhraseDialog: {
    element: ({ open: isOpen, onClose }) => (
      <Shown<kit.RecoveryPhraseState> first={{ status: 'hidden' }}>
        {(state, set) => (
          <kit.RecoveryPhraseDialog
            open={isOpen}
            onClose={onClose}
            state={state}
            onReveal={() => set({ status: 'loading' })}
            onWritten={() => set({ status: 'confirming' })}
            onConfirm={onClose}
          />
        )}
      </Shown>
    ),
    title: 'Your recovery words',
    async path() {
      await press('Reveal the words')
      await show<kit.RecoveryPhraseState>({ status: 'error', error: new EchoError('storage-unavailable', 'No.') })
      await press('Try again')
      await show<kit.RecoveryPhraseState>({ status: 'shown', phrase })
      expectInside()
      await press('I wrote them down')
      await press('Yes, they are safe')
    },
    said: ['Loading…', notStored, 'Loading…', 'Recovery words, in order'],
  },
  RemoveMemberDialog: {
    element: ({ garden, open: isOpen, onClose }) => (
      <kit.RemoveMemberDialog space={garden.space} member={isOpen ? ben : undefined} onClose={onClose} />
    ),
    title: 'Remove Ben?',
    path: () => press('Remove Ben'),
    said: ['Removing, and changing the keys…', 'Ben was removed.'],
  },
  RemoveMemberDialogView: {
    element: ({ open: isOpen, onClose }) => (
      <Command onDone={onClose}>
        {(state, run) => <kit.RemoveMemberDialogView member={isOpen ? ben : undefined} onClose={onClose} command={state} onRemove={run} />}
      </Command>
    ),
    title: 'Remove Ben?',
    path: confirmPath('Remove Ben'),
    said: refusedOnce('Removing, and changing the keys…'),
  },
  SignOutDialog: {
    element: ({ open: isOpen, onClose }) => <kit.SignOutDialog open={isOpen} onClose={onClose} onErased={onClose} />,
    title: 'Sign out and delete everything here?',
    prepare: ({ fake }) =>
      Object.assign(fake.echo, { reset: () => Promise.reject(new EchoError('storage-unavailable', 'Not all could be deleted.')) }),
    async path() {
      await type('Type “delete” to go on', 'delete')
      await press('Delete everything')
      expectAt('Delete everything')
      // A word is soon typed again.
      await key('{Escape}')
    },
    said: ['Deleting…', notStored],
  },
  SignOutDialogView: {
    element: ({ open: isOpen, onClose }) => (
      <Shown<kit.SignOutState> first={{ status: 'asking' }}>
        {(state, set) => (
          <kit.SignOutDialogView open={isOpen} onClose={onClose} state={state} wordsUnsaved onErase={() => set({ status: 'erasing' })} />
        )}
      </Shown>
    ),
    title: 'Sign out and delete everything here?',
    async path() {
      await type('Type “delete” to go on', 'delete')
      await press('Delete everything')
      expectAt('Delete everything')
      await show<kit.SignOutState>({ status: 'error', error: new EchoError('storage-unavailable', 'No.') })
      expectAt('Delete everything')
      await press('Cancel')
    },
    said: ['Deleting…', notStored],
  },
}

/** The page: something before and after the opener, which has the focus. */
function renderCase({ element, prepare }: DialogCase) {
  const fake = createFakeEcho()
  const garden = createFakeSpace()
  prepare?.({ fake, garden })
  function Page() {
    const [isOpen, setOpen] = useState(false)
    return (
      <kit.EchoUiConfig now={() => now}>
        <main>
          <button>before</button>
          <button onClick={() => setOpen(true)}>open</button>
          <button>after</button>
        </main>
        {element({ fake, garden, open: isOpen, onClose: () => setOpen(false) })}
      </kit.EchoUiConfig>
    )
  }
  renderInEcho(fake, <Page />)
  screen.getByRole('button', { name: 'open' }).focus()
  return { fake, garden }
}

describe.each(Object.entries(cases))('%s', (_name, dialogCase) => {
  it('is opened, gone round and closed by keys', async () => {
    renderCase(dialogCase)
    await key('{Enter}')
    expectAt(dialogCase.title)
    expect(await faults()).toEqual([])
    const stops = [...dialog().querySelectorAll<HTMLElement>('button, input, select, textarea, summary, a[href]')]
      .filter((element) => !element.matches(':disabled, [type=radio]:not(:checked)'))
      .map(nameOf)
    const round: string[] = []
    while (round.length < 2 * stops.length) {
      await key('{Tab}')
      // After the last one may come the browser's own bar.
      if (!document.hasFocus()) continue
      expectInside()
      round.push(nameOf(focused()))
    }
    expect(round).toEqual([...stops, ...stops])
    await key('{Escape}')
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(nameOf(focused())).toBe('open')
  })

  it('is used by keys alone, says what changes, and gives the focus back', async () => {
    const stage = renderCase(dialogCase)
    await key('{Enter}')
    expectAt(dialogCase.title)
    const { said, stop } = listen()
    await dialogCase.path(stage)
    stop()
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(nameOf(focused())).toBe('open')
    expect(said).toEqual(dialogCase.said)
  })
})

it('every dialog of the kit has a case', () => {
  expect(
    Object.keys(kit)
      .filter((name) => name.includes('Dialog'))
      .toSorted(),
  ).toEqual(Object.keys(cases).toSorted())
})

describe('a dialog', () => {
  const typing = (onClose: () => void) => (
    <kit.Dialog open onClose={onClose} title="Plain">
      <input aria-label="Name" />
    </kit.Dialog>
  )

  it('that its caller leaves open stays open, however often Escape is pressed', async () => {
    const onClose = vi.fn<() => void>()
    renderInEcho(createFakeEcho(), typing(onClose))
    // The browser closes by itself what does not hear of a second Escape in a row.
    for (const times of [1, 2, 3]) {
      await key('{Escape}')
      expect([onClose.mock.calls.length, dialog().matches(':modal')]).toEqual([times, true])
    }
    // Nor of what else closes it over the caller's head.
    await act(async () => (dialog() as HTMLDialogElement).close())
    await vi.waitFor(() => expect(onClose).toHaveBeenCalledTimes(4))
    expect(dialog().matches(':modal')).toBe(true)
  })

  it('is closed by a click beside it, and not where a text was selected to beyond its edge', () => {
    const onClose = vi.fn<() => void>()
    renderInEcho(createFakeEcho(), typing(onClose))
    const pointer = (target: Element) => fireEvent.pointerDown(target)
    pointer(screen.getByLabelText('Name'))
    fireEvent.click(dialog())
    expect(onClose).not.toHaveBeenCalled()
    pointer(dialog())
    fireEvent.click(dialog())
    expect(onClose).toHaveBeenCalledOnce()
  })

  it('asks again at each try, and goes back to what is being done', async () => {
    const onClose = vi.fn<() => void>()
    renderInEcho(createFakeEcho(), <kit.PassphraseDialog open onClose={onClose} />)
    await type('New passphrase', 'half of')
    fireEvent.pointerDown(dialog())
    fireEvent.click(dialog())
    expectAt('Close all the same?')
    await act(async () => userEvent.click(screen.getByRole('button', { name: 'Close' })))
    expectAt('Close all the same?')
    await press('Keep open')
    expectAt('New passphrase')
    expect(screen.getByLabelText<HTMLInputElement>('New passphrase').value).toBe('half of')
    expect(onClose).not.toHaveBeenCalled()
    await key('{Escape}')
    await press('Close anyway')
    expect(onClose).toHaveBeenCalledOnce()
  })

  it('of an app asks before what the app says is lost', async () => {
    const onClose = vi.fn<() => void>()
    renderInEcho(
      createFakeEcho(),
      <kit.Dialog open onClose={onClose} title="Plain" loss="The drawing is not kept.">
        <button onClick={onClose}>Throw away</button>
      </kit.Dialog>,
    )
    await expectAsks('The drawing is not kept.')
    await press('Throw away')
    expect(onClose).toHaveBeenCalledOnce()
    cleanup()
    renderInEcho(
      createFakeEcho(),
      <kit.Dialog open onClose={onClose} title="You and a space">
        <kit.SpaceFormView name="Garden" state={{ status: 'idle' }} onSubmit={ignore} />
        <kit.ProfileFormView id="ann" profile={{ name: 'Ann' }} state={{ status: 'editing' }} onSave={ignore} />
      </kit.Dialog>,
    )
    await tabTo('Name of the space')
    await key('{End}s')
    await expectAsks('What you typed is not kept.')
    await key('{Backspace}')
    await tabTo('Your name')
    await key('{End}a')
    await expectAsks('What you typed is not kept.')
    await key('{Backspace}{Escape}')
    expect(onClose).toHaveBeenCalledTimes(2)
  })

  it('around the list of devices stays open when Escape ends the giving of a name', async () => {
    const onClose = vi.fn<() => void>()
    renderInEcho(
      createFakeEcho(),
      <kit.Dialog open onClose={onClose} title="Your devices">
        <kit.DeviceListView devices={[phone]} onRename={ignore} />
      </kit.Dialog>,
    )
    await press('Rename Phone')
    await key('x{Escape}')
    await settle()
    expectAt('Rename Phone')
    expect(onClose).not.toHaveBeenCalled()
  })

  it('whose opener is gone gives the focus to what is left around it', async () => {
    function Page() {
      const [row, setRow] = useState<'here' | 'asked' | 'gone'>('here')
      return (
        <main>
          <ul aria-label="rows">
            {row !== 'gone' && (
              <li>
                <button onClick={() => setRow('asked')}>delete</button>
              </li>
            )}
          </ul>
          <button>after</button>
          <kit.Dialog open={row === 'asked'} onClose={() => setRow('here')} title="Delete?">
            <button onClick={() => setRow('gone')}>yes</button>
          </kit.Dialog>
        </main>
      )
    }
    renderInEcho(createFakeEcho(), <Page />)
    screen.getByRole('button', { name: 'delete' }).focus()
    await key('{Enter}')
    await press('yes')
    expect([focused(), screen.queryByRole('dialog')]).toEqual([screen.getByRole('list', { name: 'rows' }), null])
    await key('{Tab}')
    expect([nameOf(focused()), screen.getByRole('list').hasAttribute('tabindex')]).toEqual(['after', false])
  })

  it('that is closed is silent, but for who waits and for what failed meanwhile', async () => {
    const garden = createFakeSpace()
    const gate = createGate()
    const slow = createFakeSpace('Shed', gate.promise)
    const removal = (member: MemberInfo | undefined) => (
      <kit.EchoUiConfig now={() => now}>
        <kit.InviteButton space={garden.space} />
        <kit.RemoveMemberDialog space={slow.space} member={member} onClose={ignore} />
      </kit.EchoUiConfig>
    )
    const { rerender } = renderInEcho(createFakeEcho(), removal(undefined))
    const { said, stop } = listen()
    const flow = garden.flows.find(({ disposed }) => !disposed)!
    await act(async () => flow.state.set({ status: 'waiting', ...invitation }))
    await act(async () => flow.state.set({ status: 'connecting', ...invitation }))
    expect(said).toEqual([])
    await act(async () => flow.state.set({ status: 'approving', ...invitation, requests: [{ guest: 'bb', name: 'Ben' }] }))
    await act(async () => flow.state.set({ status: 'success', guestName: 'Ben' }))
    const asks = 'Ben asks to be let in. The name is what they call themselves.'
    expect(said).toEqual([asks])
    // Only the dialog says it while it is open.
    screen.getByRole('button', { name: 'Invite' }).focus()
    await key('{Enter}')
    await act(async () => flow.state.set({ status: 'approving', ...invitation, requests: [{ guest: 'bb', name: 'Ben' }] }))
    expect(said.splice(0)).toEqual([asks, `Someone wants to join ${asks}`])
    await key('{Escape}')
    expect(said.splice(0)).toEqual([asks])

    rerender(removal(ben))
    await press('Remove Ben')
    rerender(removal(undefined))
    slow.refuse(refused)
    await act(async () => gate.open())
    await settle()
    stop()
    expect(said).toEqual(['Removing, and changing the keys…', `Remove Ben? ${refusal}`])
  })

  it('keeps a link that does not work, and says each time why', async () => {
    const invalid = (): JoinState => ({ status: 'invalid', error: new EchoError('invitation-wrong-app', 'No.') })
    renderInEcho(
      createFakeEcho(),
      <Shown<JoinState> first={{ status: 'idle' }}>
        {(state, set) => (
          <kit.JoinDialogView
            open
            onClose={ignore}
            state={state}
            identityForm={{ mode: 'create', onModeChange: ignore, onCreate: ignore, onRecover: ignore, busy: false, error: undefined }}
            onLink={() => set(invalid())}
            onAccept={ignore}
            onCode={ignore}
            onCancel={ignore}
            onJoined={ignore}
          />
        )}
      </Shown>,
    )
    const { said, stop } = listen()
    await type('Invitation link', `${url}{Enter}`)
    expectAt('Invitation link')
    expect(screen.getByLabelText<HTMLInputElement>('Invitation link').value).toBe(url)
    await key('{Enter}')
    await settle()
    stop()
    const why = 'This invitation is for another app.'
    expect(said).toEqual([`This link does not work ${why}`, why])
  })

  it('for a lost device asks before the words are gone that were typed', async () => {
    renderInEcho(createFakeEcho(), <kit.DeviceListView devices={[phone]} onRevoke={ignore} />)
    const opener = screen.getByRole('button', { name: /Lost/ })
    opener.focus()
    await key('{Enter}')
    await type('Recovery words', 'abandon')
    await expectAsks('What you typed is not kept.')
    await key('{Escape}')
    await press('Close anyway')
    expect([screen.queryByRole('dialog'), focused()]).toEqual([null, opener])
  })
})
