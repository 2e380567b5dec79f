import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn, waitFor } from 'storybook/test'
import { AddDeviceDialogView } from '../src/components/devices/AddDeviceDialogView.tsx'
import { EchoError } from '../src/shared/echoError.ts'
import { storyTime, withUi } from './withUi.tsx'

const open = {
  url: 'https://notes.example/#echo=AZKvBERERERERERERERERERERERERBimIT3kSXxK3V-Hs5LzQAREDQW5uHMsg9A',
  code: '048215',
  expiresAt: storyTime + 572_000,
} as const

const meta = {
  title: 'AddDeviceDialog',
  component: AddDeviceDialogView,
  decorators: [withUi],
  args: {
    open: true,
    state: { status: 'idle' },
    wordsUnsaved: false,
    onClose: fn(),
    onCreate: fn(),
    onApprove: fn(),
    onDeny: fn(),
    onCancel: fn(),
  },
} satisfies Meta<typeof AddDeviceDialogView>
export default meta
type Story = StoryObj<typeof meta>

export const Idle: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByText(/it cannot shut out this one/)).toBeVisible()
    await expect(args.onCreate).not.toHaveBeenCalled()
    await userEvent.click(canvas.getByRole('button', { name: 'Show QR code and link' }))
    await expect(args.onCreate).toHaveBeenCalledWith({ compare: false })
    await userEvent.click(canvas.getByLabelText('Both show numbers, and I compare them'))
    await userEvent.click(canvas.getByRole('button', { name: 'Show QR code and link' }))
    await expect(args.onCreate).toHaveBeenLastCalledWith({ compare: true })
  },
}
export const IdleWordsUnsaved: Story = { args: { wordsUnsaved: true } }
export const Creating: Story = { args: { state: { status: 'creating' } } }
export const Waiting: Story = {
  args: { state: { status: 'waiting', ...open } },
  play: async ({ args, canvas, canvasElement, userEvent }) => {
    const qr = await canvas.findByRole('img', { name: 'QR code of the link below' })
    await waitFor(() => expect(qr.dataset['state']).toBe('shown'))
    await expect(canvas.getByLabelText('Link for the new device')).toHaveValue(open.url)
    await expect(canvasElement.ownerDocument.querySelector('[data-slot=code]')).toHaveTextContent('048215')
    await expect(canvas.getByText('9:32')).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Cancel' }))
    await expect(args.onCancel).toHaveBeenCalledOnce()
  },
}
export const WaitingToCompare: Story = {
  args: { state: { status: 'waiting', ...open, code: undefined } },
  play: async ({ canvas }) => {
    await expect(canvas.getByText(/both devices show a number/)).toBeVisible()
  },
}
export const WaitingSwitchedOff: Story = {
  args: { state: { status: 'waiting', ...open }, network: { status: 'off' } },
}
export const Connecting: Story = { args: { state: { status: 'connecting', ...open } } }
export const Verifying: Story = { args: { state: { status: 'verifying', ...open } } }
export const Approving: Story = {
  args: { state: { status: 'approving', ...open, requests: [{ guest: 'aa', name: 'Firefox, Linux' }] } },
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Turn Firefox, Linux away' }))
    await expect(args.onDeny).toHaveBeenCalledWith('aa')
    await userEvent.click(canvas.getByRole('button', { name: 'Add Firefox, Linux' }))
    await expect(args.onApprove).toHaveBeenCalledWith('aa')
  },
}
export const ApprovingNumbers: Story = {
  args: {
    state: {
      status: 'approving',
      ...open,
      code: undefined,
      requests: [
        { guest: 'aa', name: 'Firefox, Linux', digits: '730154' },
        { guest: 'bb', name: 'Firefox, Linux', digits: '118290' },
      ],
    },
  },
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByText('730154')).toBeVisible()
    await userEvent.click(canvas.getAllByRole('button', { name: 'The numbers are the same' })[1]!)
    await expect(args.onApprove).toHaveBeenCalledWith('bb')
    await userEvent.click(canvas.getAllByRole('button', { name: 'They differ' })[0]!)
    await expect(args.onDeny).toHaveBeenCalledWith('aa')
  },
}
export const ApprovingHostileName: Story = {
  args: { state: { status: 'approving', ...open, requests: [{ guest: 'aa', name: `\u202Eenohp ${'W'.repeat(60)}` }] } },
}
export const Admitting: Story = { args: { state: { status: 'admitting', deviceName: 'Firefox, Linux' } } }
export const Success: Story = {
  args: { state: { status: 'success', deviceName: 'Firefox, Linux' } },
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Done' }))
    await expect(args.onClose).toHaveBeenCalledOnce()
  },
}
export const Expired: Story = { args: { state: { status: 'expired' } } }
export const Used: Story = { args: { state: { status: 'used-up', locked: false } } }
export const Locked: Story = {
  args: { state: { status: 'used-up', locked: true } },
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByRole('dialog', { name: 'The code was wrong three times' })).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Show a new link' }))
    await expect(args.onCreate).toHaveBeenCalledOnce()
  },
}
export const Cancelled: Story = { args: { state: { status: 'cancelled' } } }
export const NoOtherDeviceMet: Story = {
  args: { state: { status: 'error', error: new EchoError('peer-offline', 'No private space yet.'), retryable: true } },
}
export const StorageFull: Story = {
  args: { state: { status: 'error', error: new EchoError('storage-full', 'The disk is full.'), retryable: false } },
}
