import type { Meta, StoryObj } from '@storybook/react-vite'
import { useEffect, useState, type ReactNode } from 'react'
import { expect, fn, waitFor, within } from 'storybook/test'
import { JoinDialogView, type JoinDialogViewProps } from '../src/components/invitations/JoinDialogView.tsx'
import type { JoinState } from '../src/client/states.ts'
import { EchoError, type EchoErrorCode } from '../src/shared/echoError.ts'
import type { SpaceId } from '../src/shared/ids.ts'
import { storyTime, withUi } from './withUi.tsx'

const preview = { spaceName: 'Garden', inviterName: 'Ann', role: 'editor', expiresAt: undefined } as const
const deadline = storyTime + 272_000

const meta = {
  title: 'JoinDialog',
  component: JoinDialogView,
  decorators: [withUi],
  args: {
    open: true,
    state: { status: 'idle' },
    identityForm: { mode: 'create', onModeChange: fn(), onCreate: fn(), onRecover: fn(), busy: false, error: undefined },
    onClose: fn(),
    onLink: fn(),
    onAccept: fn(),
    onCode: fn(),
    onCancel: fn(),
    onJoined: fn(),
  },
} satisfies Meta<typeof JoinDialogView>
export default meta
type Story = StoryObj<typeof meta>

interface Shown {
  readonly title: string
  readonly texts?: readonly (string | RegExp)[]
  /** What is read out beside the heading, which has the focus. */
  readonly said?: string | RegExp
  /** What interrupts. */
  readonly alarm?: string
  /** The buttons below, which lead on or out. */
  readonly ways: readonly string[]
}

const plain = (text: string | null | undefined): string | undefined => text?.replace(/\s+/g, ' ').trim()

/** Everything that a person sees, hears and can do in one state. */
async function expectShown({ title, texts = [], said = '', alarm, ways }: Shown): Promise<void> {
  const dialog = within(document.body).getByRole('dialog', { name: title })
  await expect(within(dialog).getByRole('heading', { name: title })).toHaveFocus()
  const step = dialog.querySelector<HTMLElement>('[data-slot=join]')!
  for (const text of texts) await expect(within(step).getByText(text)).toBeVisible()
  await waitFor(() =>
    expect(plain(dialog.querySelector('output')?.textContent)).toEqual(typeof said === 'string' ? said : expect.stringMatching(said)),
  )
  const alarms = [...dialog.querySelectorAll('[role=alert]')].map((element) => plain(element.textContent)).filter(Boolean)
  await expect(alarms.join()).toContain(alarm ?? '')
  if (alarm === undefined) await expect(alarms).toEqual([])
  const buttons = [...step.querySelectorAll('button')]
  await expect(buttons.map((button) => button.textContent)).toEqual(ways)
}

function shows(shown: Shown): NonNullable<Story['play']> {
  return () => expectShown(shown)
}

export const Idle: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await expectShown({ title: 'Join a space', texts: ['Paste the link that you were sent.'], ways: ['Continue', 'Scan a code', 'Cancel'] })
    await expect(canvas.getByRole('button', { name: 'Continue' })).toBeDisabled()
    await userEvent.type(canvas.getByLabelText('Invitation link'), '  https://notes.example/#echo=abc ')
    await userEvent.click(canvas.getByRole('button', { name: 'Continue' }))
    await expect(args.onLink).toHaveBeenCalledWith('https://notes.example/#echo=abc')
    await userEvent.click(canvas.getByRole('button', { name: 'Cancel' }))
    await expect(args.onClose).toHaveBeenCalledOnce()
  },
}

function invalid(code: EchoErrorCode, text: RegExp): Story {
  return {
    args: { state: { status: 'invalid', error: new EchoError(code, 'Why, for who mends it.') } },
    play: async ({ args, canvas, userEvent }) => {
      await expectShown({ title: 'This link does not work', texts: [text], said: text, ways: ['Continue', 'Scan a code', 'Cancel'] })
      // Another one may be pasted at once.
      await userEvent.type(canvas.getByLabelText('Invitation link'), 'https://notes.example/#echo=def{Enter}')
      await expect(args.onLink).toHaveBeenCalledWith('https://notes.example/#echo=def')
    },
  }
}
export const Malformed = invalid('invitation-malformed', /^This is not a complete invitation link/)
export const WrongApp = invalid('invitation-wrong-app', /^This invitation is for another app/)
export const NewerVersion = invalid('invitation-newer-version', /needs a newer version of this app. Reload the page/)
export const WrongKind = invalid('wrong-kind', /^This is of another kind than is expected here/)

const unverified = 'These names come from the link and are not verified yet.'
export const Preview: Story = {
  args: { state: { status: 'preview', preview } },
  play: async ({ args, canvas, userEvent }) => {
    await expectShown({ title: 'Join Garden?', texts: [unverified, 'Garden', 'Ann', /^Editor/], ways: ['Join', 'Cancel'] })
    await expect(args.onAccept).not.toHaveBeenCalled()
    await userEvent.click(canvas.getByRole('button', { name: 'Join' }))
    await expect(args.onAccept).toHaveBeenCalledOnce()
  },
}
export const PreviewWithoutNames: Story = {
  args: { state: { status: 'preview', preview: { spaceName: undefined, inviterName: undefined, role: undefined, expiresAt: undefined } } },
  play: async ({ canvas }) => {
    await expectShown({ title: 'You are invited', texts: [unverified], ways: ['Join', 'Cancel'] })
    await expect(canvas.getAllByText('Not stated')).toHaveLength(2)
  },
}
export const PreviewWithHostileNames: Story = {
  args: { state: { status: 'preview', preview: { ...preview, spaceName: `\u202Enedrag ${'W'.repeat(120)}`, inviterName: '\u202EnnA' } } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('nnA')).toBeVisible()
    await expect(document.body.textContent).not.toContain('\u202E')
    const dialog = canvas.getByRole('dialog')
    await expect(dialog.scrollWidth).toBeLessThanOrEqual(dialog.clientWidth)
  },
}
export const PreviewSwitchedOff: Story = {
  args: { state: { status: 'preview', preview }, network: { status: 'off' } },
  play: shows({
    title: 'Join Garden?',
    texts: ['You are offline: switch the network on.'],
    said: 'You are offline: switch the network on.',
    ways: ['Join', 'Cancel'],
  }),
}
const unsupported = { status: 'unsupported', error: new EchoError('no-webrtc', 'RTCPeerConnection is missing.') } as const
export const PreviewUnsupported: Story = {
  args: { state: { status: 'preview', preview }, network: unsupported },
  play: shows({
    title: 'Join Garden?',
    texts: ['This browser cannot connect to other devices.', /^Use another browser/],
    said: 'This browser cannot connect to other devices.',
    ways: ['Cancel'],
  }),
}
export const NeedsIdentity: Story = {
  args: { state: { status: 'needs-identity', preview } },
  play: async ({ args, canvas, userEvent }) => {
    await expectShown({
      title: 'Before you join',
      texts: ['The others need a name to call you by.'],
      ways: ['Continue', 'I have recovery words'],
    })
    await userEvent.click(canvas.getByRole('button', { name: 'Continue' }))
    await expect(canvas.getByText('Enter a name.')).toBeVisible()
    await userEvent.type(canvas.getByLabelText('Your name'), 'Bob')
    await userEvent.click(canvas.getByRole('button', { name: 'Continue' }))
    await expect(args.identityForm.onCreate).toHaveBeenCalledWith('Bob')
    await userEvent.click(canvas.getByRole('button', { name: 'Close' }))
    await expect(canvas.getByText('You have not joined yet. Closing cancels it.')).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Close anyway' }))
    await expect(args.onClose).toHaveBeenCalledOnce()
  },
}
export const Connecting: Story = {
  args: { state: { status: 'connecting', preview, slow: false } },
  play: async ({ args, canvas, userEvent }) => {
    await expectShown({ title: 'Connecting…', texts: ['Looking for Ann.'], ways: ['Cancel'] })
    await userEvent.click(canvas.getByRole('button', { name: 'Cancel' }))
    await expect(args.onCancel).toHaveBeenCalledOnce()
  },
}
const slowText = 'This takes longer than usual. Check that the person who invited you still has the app open.'
export const ConnectingSlowly: Story = {
  args: { state: { status: 'connecting', preview, slow: true } },
  play: shows({ title: 'Connecting…', texts: ['Looking for Ann.', slowText], said: slowText, ways: ['Cancel'] }),
}
export const ConnectingUnsupported: Story = {
  args: { state: { status: 'connecting', preview, slow: true }, network: unsupported },
  play: async ({ canvas }) => {
    await expectShown({
      title: 'Connecting…',
      texts: [/^Use another browser/],
      said: 'This browser cannot connect to other devices.',
      ways: ['Cancel'],
    })
    await expect(canvas.queryByText(/longer than usual/)).toBeNull()
  },
}
export const PeerOffline: Story = {
  args: { state: { status: 'peer-offline', preview, deadline } },
  play: shows({
    title: 'Nobody answers yet',
    texts: [/^Ask Ann to open the app/, '4:32'],
    said: 'Keeps trying for 5 minutes',
    ways: ['Cancel'],
  }),
}
export const PeerOfflineWithoutServer: Story = {
  args: {
    state: { status: 'peer-offline', preview, deadline },
    network: { status: 'unreachable', connections: 0, error: new EchoError('signaling-unreachable', 'No answer.') },
  },
  play: async ({ canvas }) => {
    await expectShown({
      title: 'Nobody answers yet',
      texts: [/by which devices find each other, does not answer/, '4:32'],
      said: 'The signaling server, by which devices find each other, does not answer. Are you online? Keeps trying for 5 minutes',
      ways: ['Cancel'],
    })
    await expect(canvas.queryByText(/Ask Ann/)).toBeNull()
  },
}
const verifying = { status: 'verifying', preview, attemptsLeft: 3, deadline, isChecking: false } as const
export const Verifying: Story = {
  args: { state: verifying },
  play: async ({ args, canvas, userEvent }) => {
    await expectShown({
      title: 'Enter the code',
      texts: ['The person who invited you tells it to you.', '4:32'],
      said: 'Time left 5 minutes',
      ways: ['Continue', 'Cancel'],
    })
    await expect(canvas.getByRole('button', { name: 'Continue' })).toBeDisabled()
    await userEvent.click(canvas.getByLabelText('Code of six digits'))
    await userEvent.paste('048-215')
    await userEvent.click(canvas.getByRole('button', { name: 'Continue' }))
    await expect(args.onCode).toHaveBeenCalledWith('048215')
    await expect(canvas.getByLabelText('Code of six digits')).toHaveFocus()
    await userEvent.click(canvas.getByRole('button', { name: 'Cancel' }))
    await expect(args.onCancel).toHaveBeenCalledOnce()
  },
}
export const CheckingCode: Story = {
  args: { state: { ...verifying, isChecking: true } },
  play: async ({ args, canvas, userEvent }) => {
    await expectShown({ title: 'Enter the code', said: 'Checking… Time left 5 minutes', ways: ['Checking…', 'Cancel'] })
    await expect(canvas.getByRole('button', { name: 'Checking…' })).toBeDisabled()
    await userEvent.type(canvas.getByLabelText('Code of six digits'), '1{Enter}')
    await expect(canvas.getByLabelText('Code of six digits')).toHaveValue('')
    await expect(args.onCode).not.toHaveBeenCalled()
  },
}
export const WrongCode: Story = {
  args: { state: { ...verifying, status: 'wrong-code', attemptsLeft: 1 } },
  play: shows({
    title: 'That was not the code',
    texts: ['Wrong code. One try is left.'],
    said: 'Time left 5 minutes',
    alarm: 'Wrong code. One try is left.',
    ways: ['Continue', 'Cancel'],
  }),
}
export const PendingApproval: Story = {
  args: { state: { status: 'pending-approval', preview, deadline: storyTime + 572_000 } },
  play: async ({ args, canvas, userEvent }) => {
    await expectShown({
      title: 'Waiting to be let in',
      texts: ['Ann is asked whether you may join.', '9:32'],
      said: 'Time left 10 minutes',
      ways: ['Cancel'],
    })
    await userEvent.click(canvas.getByRole('button', { name: 'Cancel' }))
    await expect(args.onCancel).toHaveBeenCalledOnce()
  },
}
export const Syncing: Story = {
  args: { state: { status: 'syncing', preview, progress: 0.4 } },
  play: async ({ canvas }) => {
    await expectShown({
      title: 'You are in. Getting the data…',
      texts: ['The contents are copied to this device.'],
      ways: ['Cancel'],
    })
    await expect(canvas.getByRole('progressbar', { name: 'Progress' })).toHaveAttribute('value', '0.4')
  },
}
export const SyncingUnknown: Story = {
  args: { state: { status: 'syncing', preview, progress: undefined } },
  play: async ({ canvas }) => {
    await expectShown({ title: 'You are in. Getting the data…', ways: ['Cancel'] })
    await expect(canvas.getByRole('progressbar', { name: 'Progress' })).not.toHaveAttribute('value')
  },
}
export const Success: Story = {
  args: { state: { status: 'success', space: 'garden' as SpaceId, alreadyMember: false, path: '/notes/1' } },
  play: async ({ args, canvas, userEvent }) => {
    await expectShown({
      title: 'Welcome',
      texts: ['Everything is on this device now, and works offline too.'],
      ways: ['Open the space'],
    })
    await userEvent.click(canvas.getByRole('button', { name: 'Open the space' }))
    await expect(args.onJoined).toHaveBeenCalledWith('garden', '/notes/1')
  },
}
export const AlreadyMember: Story = {
  args: { state: { status: 'success', space: 'garden' as SpaceId, alreadyMember: true } },
  play: shows({ title: 'Welcome', texts: ['You are a member of this space already.'], ways: ['Open the space'] }),
}

function end(state: JoinState, title: string, text: string | RegExp, isRetryable = false, alarm?: string): Story {
  const isSaid = state.status === 'error' && alarm === undefined
  return {
    args: { state },
    play: async ({ args, canvas, userEvent }) => {
      await expectShown({
        title,
        texts: [text],
        ways: [...(isRetryable ? ['Try again'] : []), 'Use another link'],
        ...(isSaid && { said: text }),
        ...(alarm !== undefined && { alarm }),
      })
      if (isRetryable) await userEvent.click(canvas.getByRole('button', { name: 'Try again' }))
      await expect(args.onAccept).toHaveBeenCalledTimes(Number(isRetryable))
      await userEvent.click(canvas.getByRole('button', { name: 'Use another link' }))
      await expect(args.onLink).toHaveBeenCalledWith(undefined)
    },
  }
}
export const Expired = end({ status: 'expired' }, 'The invitation has expired', 'Ask for a new link.')
export const Revoked = end({ status: 'revoked' }, 'The invitation was withdrawn', 'Ask for a new link.')
export const UsedUp = end({ status: 'used-up' }, 'The invitation was used already', /^Everyone it was for has joined/)
export const Denied = end({ status: 'denied' }, 'You were not let in', 'The person who invited you declined.')
export const CancelledByMe = end({ status: 'cancelled', by: 'me' }, 'Cancelled', 'You did not join.', true)
export const CancelledByHost = end({ status: 'cancelled', by: 'host' }, 'Cancelled', /^The person who invited you cancelled/)

function failed(code: EchoErrorCode, text: RegExp, isRetryable: boolean, alarm?: string): Story {
  const error = new EchoError(code, 'Why, for who mends it.')
  return end({ status: 'error', error, retryable: isRetryable }, 'Joining did not work', text, isRetryable, alarm)
}
export const Locked = failed('wrong-code', /^The code was wrong three times/, false)
export const Insecure = failed(
  'insecure-peer',
  /could not prove who it is. Do not go on/,
  false,
  'The other side could not prove who it is.',
)
export const TimedOut = failed('timeout', /took too long to answer/, true)
export const Unanswered = failed('peer-offline', /could not be reached. The app must be open on both/, true)
export const RateLimited = failed('rate-limited', /Wait a minute and try again/, true)
export const Removed = failed('removed', /not a member of this space any more/, false)
export const HostMayNotAdmit = failed('not-authorised', /^Whoever made the link may not let anybody in/, false)
export const OtherSideIsNewer = failed('newer-version', /A newer version of this app made this/, false)
export const NotUnderstood = failed('invitation-malformed', /do not understand each other/, false)
export const MeantForAnother = failed('wrong-kind', /of another kind than is expected here/, false)
export const NotStored = failed('storage-unavailable', /does not let the page keep data/, true)
export const DiskFull = failed('storage-full', /The disk is full/, true)
export const NotLoaded = failed('load-failed', /could not be loaded. Go online and try again/, true)

const walk: readonly JoinState[] = [
  { status: 'connecting', preview, slow: false },
  { status: 'connecting', preview, slow: true },
  { status: 'peer-offline', preview, deadline },
  verifying,
  { ...verifying, isChecking: true },
  { ...verifying, status: 'wrong-code', attemptsLeft: 2 },
  { status: 'success', space: 'garden' as SpaceId, alreadyMember: false },
]
let goOn = (): void => {}

/** Goes from one state to the next as a host would, while the person does nothing but look. */
function Walk(args: JoinDialogViewProps): ReactNode {
  const [place, setPlace] = useState(0)
  useEffect(() => {
    goOn = () => setPlace((before) => before + 1)
  }, [])
  return <JoinDialogView {...args} state={walk[place]!} />
}
export const OneAfterTheOther: Story = {
  render: (args) => <Walk {...args} />,
  play: async ({ canvas, userEvent }) => {
    const said = () => plain(document.querySelector('dialog output')?.textContent)
    const alarm = () => plain(document.querySelector('dialog [data-slot=announcer] [role=alert]')?.textContent)
    const cancel = canvas.getByRole('button', { name: 'Cancel' })
    cancel.focus()
    goOn()
    await waitFor(() => expect(said()).toBe(slowText))
    goOn()
    // The focus stays on the button that is still there, so the step is read out with its deadline.
    await waitFor(() => expect(said()).toBe('Nobody answers yet Keeps trying for 5 minutes'))
    await expect(canvas.getByRole('button', { name: 'Cancel' })).toHaveFocus()
    goOn()
    await waitFor(() => expect(canvas.getByRole('heading', { name: 'Enter the code' })).toHaveFocus())
    const input = canvas.getByLabelText('Code of six digits')
    await userEvent.type(input, '123456')
    await userEvent.click(canvas.getByRole('button', { name: 'Continue' }))
    goOn()
    await waitFor(() => expect(canvas.getByRole('button', { name: 'Checking…' })).toBeDisabled())
    await expect(input).toHaveFocus()
    goOn()
    await waitFor(() => expect(alarm()).toBe('Wrong code. 2 tries are left.'))
    await expect([said(), document.activeElement, canvas.getByRole('textbox')]).toEqual(['That was not the code', input, input])
    await expect(input).toHaveValue('')
    goOn()
    await waitFor(() => expect(canvas.getByRole('heading', { name: 'Welcome' })).toHaveFocus())
  },
}
