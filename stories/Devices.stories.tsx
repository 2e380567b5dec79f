import type { Meta, StoryObj } from '@storybook/react-vite'
import { useState, type ReactNode } from 'react'
import { expect, fn, screen, waitFor } from 'storybook/test'
import { DeviceListView, type DeviceListViewProps } from '../src/components/devices/DeviceList.tsx'
import type { DeviceInfo } from '../src/client/states.ts'
import type { CommandState } from '../src/react/useCommand.ts'
import type { DeviceCall } from '../src/react/useDeviceCommands.ts'
import { EchoError } from '../src/shared/echoError.ts'
import type { DeviceId } from '../src/shared/ids.ts'
import { announced } from './announced.ts'
import { storyTime, withUi } from './withUi.tsx'

const laptop: DeviceInfo = {
  id: 'Zx81QL_laptop' as DeviceId,
  isThis: true,
  name: 'Firefox · Linux',
  addedAt: storyTime - 90 * 86_400_000,
  isOnline: true,
  revocable: 'no',
}
const phone: DeviceInfo = {
  id: 'C64aBcde_phone' as DeviceId,
  isThis: false,
  name: 'Pocket phone',
  addedAt: storyTime - 86_400_000,
  isOnline: true,
  revocable: 'yes',
}
const desktop: DeviceInfo = {
  ...phone,
  id: 'St520Abc_desktop' as DeviceId,
  name: '',
  addedAt: undefined,
  isOnline: false,
  revocable: 'with-phrase',
}

const words = 'abandon abandon'

/** Does what is asked for, as the client would. */
function Live(args: DeviceListViewProps): ReactNode {
  const [devices, setDevices] = useState(args.devices)
  const [command, setCommand] = useState<CommandState<DeviceCall>>({ status: 'idle' })
  return (
    <DeviceListView
      {...args}
      devices={devices}
      command={command}
      onRevoke={(device, phrase) => {
        args.onRevoke?.(device, phrase)
        const call = { name: 'revoke', device } as const
        if (phrase !== undefined && phrase !== words)
          return setCommand({
            status: 'error',
            call,
            error: new EchoError('bad-phrase', 'Not these.', { details: { reason: 'other-person' } }),
          })
        setDevices((before) => before.filter(({ id }) => id !== device))
        setCommand({ status: 'done', call })
      }}
      onRename={(device, to) => {
        args.onRename?.(device, to)
        setDevices((before) => before.map((each) => (each.id === device ? { ...each, name: to } : each)))
        setCommand({ status: 'done', call: { name: 'rename', device, to } })
      }}
      onSettled={() => setCommand({ status: 'idle' })}
    />
  )
}

const meta = {
  title: 'DeviceList',
  component: DeviceListView,
  decorators: [withUi],
  args: { devices: [laptop, phone, desktop], onRevoke: fn(), onRename: fn() },
} satisfies Meta<typeof DeviceListView>
export default meta
type Story = StoryObj<typeof meta>

export const OnlyThis: Story = {
  args: { devices: [laptop] },
  play: async ({ canvas }) => {
    await expect(canvas.getByText(/on no other device/)).toBeVisible()
    await expect(canvas.queryByRole('button', { name: /^Lost/ })).toBeNull()
  },
}
export const Several: Story = {
  play: async ({ canvas }) => {
    await expect(canvas.getAllByRole('listitem')).toHaveLength(3)
    await expect(canvas.getByText('This device · Added Oct 3, 2025')).toBeVisible()
    await expect(canvas.getByText('Online now · Added Dec 31, 2025')).toBeVisible()
    await expect(canvas.getByText('Device St520Abc')).toBeVisible()
  },
}
export const Rename: Story = {
  render: (args) => <Live {...args} />,
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Rename Pocket phone' }))
    const field = canvas.getByLabelText('New name for Pocket phone')
    await expect(field).toHaveFocus()
    await expect(canvas.getByRole('button', { name: 'Save' })).toHaveAttribute('aria-disabled', 'true')
    await userEvent.keyboard('{Enter}')
    await expect(field).toHaveFocus()
    await expect(args.onRename).not.toHaveBeenCalled()
    await userEvent.keyboard('{Escape}')
    await waitFor(() => expect(canvas.getByRole('button', { name: 'Rename Pocket phone' })).toHaveFocus())
    await userEvent.keyboard('{Enter}')
    await userEvent.clear(canvas.getByLabelText('New name for Pocket phone'))
    await userEvent.keyboard('Old phone{Enter}')
    await expect(args.onRename).toHaveBeenCalledWith(phone.id, 'Old phone')
    await expect(canvas.getByText('The device is now called Old phone.', announced)).toBeInTheDocument()
    await waitFor(() => expect(canvas.getByRole('button', { name: 'Rename Old phone' })).toHaveFocus())
  },
}
export const ShutOut: Story = {
  render: (args) => <Live {...args} />,
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Lost? Shut out Pocket phone' }))
    await expect(screen.getByRole('heading', { name: 'Shut out Pocket phone?' })).toHaveFocus()
    await expect(screen.getByText(/every space, at once/)).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Shut out Pocket phone' }))
    await expect(args.onRevoke).toHaveBeenCalledWith(phone.id, undefined)
    await expect(canvas.queryByText('Pocket phone')).toBeNull()
    await expect(canvas.getByText('The device is shut out.', announced)).toBeInTheDocument()
    await waitFor(() => expect(canvas.getByRole('list', { name: 'Your devices' })).toHaveFocus())
  },
}
export const ShutOutByWords: Story = {
  render: (args) => <Live {...args} />,
  play: async ({ args, canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Lost? Shut out Device St520Abc' }))
    const confirm = screen.getByRole('button', { name: 'Shut out Device St520Abc' })
    await userEvent.click(confirm)
    await expect(args.onRevoke).not.toHaveBeenCalled()
    await userEvent.type(screen.getByLabelText('Recovery words'), 'zoo zoo')
    await userEvent.click(confirm)
    await expect(screen.getByText(/words of another account/)).toBeVisible()
    await userEvent.clear(screen.getByLabelText('Recovery words'))
    await userEvent.type(screen.getByLabelText('Recovery words'), words)
    await userEvent.click(confirm)
    await expect(args.onRevoke).toHaveBeenLastCalledWith(desktop.id, words)
    await expect(canvas.getAllByRole('listitem')).toHaveLength(2)
  },
}
/** A space knows this device as the younger one: the words are asked for after all. */
export const RefusedThenByWords: Story = {
  args: {
    command: { status: 'error', call: { name: 'revoke', device: phone.id }, error: new EchoError('not-authorised', 'Not older.') },
  },
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Lost? Shut out Pocket phone' }))
    await expect(screen.getByLabelText('Recovery words')).toBeVisible()
  },
}
export const ShuttingOut: Story = {
  args: { command: { status: 'pending', call: { name: 'revoke', device: phone.id } } },
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Lost? Shut out Pocket phone' }))
    await expect(screen.getByText('Shutting it out, and changing the keys…')).toBeVisible()
  },
}
