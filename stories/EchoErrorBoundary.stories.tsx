import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn } from 'storybook/test'
import { EchoErrorBoundary } from '../src/components/status/EchoErrorBoundary.tsx'
import { EchoError } from '../src/shared/echoError.ts'
import { withUi } from './withUi.tsx'

const title = 'This part does not work at the moment'
/** What the panel throws while it is broken. */
let fault: unknown

function Panel() {
  if (fault !== undefined) throw fault
  return <p>Garden</p>
}

const meta = {
  title: 'EchoErrorBoundary',
  component: EchoErrorBoundary,
  decorators: [withUi],
  args: { onError: fn() },
  render: (args) => (
    <>
      <EchoErrorBoundary {...args}>
        <Panel />
      </EchoErrorBoundary>
      <p>Choir</p>
    </>
  ),
} satisfies Meta<typeof EchoErrorBoundary>
export default meta
type Story = StoryObj<typeof meta>

function breaks(thrown: unknown): Pick<Story, 'beforeEach'> {
  return {
    beforeEach: () => {
      fault = thrown
      return () => {
        fault = undefined
      }
    },
  }
}

/** The other panel stays, and trying again brings this one back. */
export const Caught: Story = {
  ...breaks(new EchoError('data-corrupt', 'A block does not match its hash.')),
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByText('Choir')).toBeVisible()
    await expect(canvas.getByRole('alert', { name: title })).toHaveTextContent('The data of this space is damaged on this device.')
    await expect(args.onError).toHaveBeenCalledWith(fault, expect.anything())
    await userEvent.click(canvas.getByRole('button', { name: 'Try again' }))
    await expect(canvas.getByRole('alert', { name: title })).toBeVisible()
    fault = undefined
    await userEvent.click(canvas.getByRole('button', { name: 'Try again' }))
    await expect(canvas.getByText('Garden')).toBeVisible()
    await expect(canvas.queryByRole('alert', { name: title })).toBeNull()
  },
}
/** Somebody else's error is named, and not quoted. */
export const OfAnotherKind: Story = {
  ...breaks(new TypeError('cannot read "horse battery staple" of undefined')),
  play: async ({ canvas, canvasElement, userEvent }) => {
    await userEvent.click(canvas.getByText('Details'))
    await expect(canvas.getByText('TypeError')).toBeVisible()
    await expect(canvasElement.textContent).not.toContain('horse battery')
  },
}
export const NothingWrong: Story = {
  play: async ({ canvas }) => {
    await expect(canvas.getByText('Garden')).toBeVisible()
  },
}
