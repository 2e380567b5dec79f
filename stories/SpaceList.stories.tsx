import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn } from 'storybook/test'
import type { SpaceInfo } from '../src/client/states.ts'
import { SpaceListView } from '../src/components/spaces/SpaceList.tsx'
import { SpaceSwitcherView } from '../src/components/spaces/SpaceSwitcher.tsx'
import { EchoError } from '../src/shared/echoError.ts'
import type { SpaceId } from '../src/shared/ids.ts'
import { storyTime, withUi } from './withUi.tsx'
import { expectHarmless, inNarrowBox } from './inNarrowBox.tsx'

const space = (id: string, name: string, more: Partial<SpaceInfo> = {}): SpaceInfo => ({
  id: id as SpaceId,
  name,
  role: 'owner',
  memberCount: 1,
  state: { status: 'ready' },
  ...more,
})
const several = [space('a', 'Garden', { memberCount: 4 }), space('b', 'Choir', { role: 'reader', memberCount: 31 }), space('c', '')]

const meta = {
  title: 'SpaceList',
  component: SpaceListView,
  decorators: [withUi],
  args: { spaces: several, current: 'a', onOpen: fn() },
} satisfies Meta<typeof SpaceListView>
export default meta
type Story = StoryObj<typeof meta>

export const Several: Story = {
  play: async ({ args, canvas, userEvent }) => {
    await expect(canvas.getByRole('button', { name: /Garden/ })).toHaveAttribute('aria-current', 'page')
    await userEvent.tab()
    await userEvent.tab()
    await userEvent.keyboard('{Enter}')
    await expect(args.onOpen).toHaveBeenCalledWith(args.spaces[1])
    await expect(canvas.getByText('Reader · 31 members')).toBeVisible()
    await expect(canvas.getByText('Space without a name')).toBeVisible()
  },
}
export const Links: Story = {
  args: { hrefOf: ({ id }) => `#/${id}` },
  play: async ({ canvas }) => {
    await expect(canvas.getByRole('link', { name: /Choir/ })).toHaveAttribute('href', '#/b')
  },
}
export const None: Story = {
  args: { spaces: [] },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('You have no spaces yet.')).toBeVisible()
    await expect(canvas.queryByRole('list')).toBeNull()
  },
}
/** What may be the matter with a space. */
export const EachState: Story = {
  args: {
    spaces: [
      space('a', 'Opening', { state: { status: 'opening', progress: 0.2 } }),
      space('b', 'Joined just now', { state: { status: 'first-sync', progress: 0.5, stalled: false } }),
      space('c', 'Removed from', { state: { status: 'removed', by: [], since: storyTime } }),
      space('d', 'Behind me', { state: { status: 'left', since: storyTime } }),
      space('e', 'Keyless', { state: { status: 'waiting-for-key' } }),
      space('f', 'Shut', { state: { status: 'closed', byChoice: true } }),
      // Not open in this tab: nothing is known but the name.
      space('z', 'Elsewhere', { role: 'reader', memberCount: 0, state: { status: 'closed' } }),
      space('g', 'Elsewhere', { state: { status: 'not-found' } }),
      space('h', 'Broken', { state: { status: 'damaged', error: new EchoError('data-corrupt', 'A block does not match its hash.') } }),
    ],
  },
  play: async ({ canvas }) => {
    for (const text of ['Opening…', 'Getting its contents…', 'You were removed', 'You have left', 'Closed', 'Not on this device']) {
      await expect(canvas.getByText(text)).toBeVisible()
    }
    await expect(canvas.getByText(/Waiting for another member/)).toBeVisible()
    await expect(canvas.getByText(/is damaged on this device/)).toBeVisible()
  },
}
export const Hostile: Story = {
  args: {
    spaces: [
      space('a', `<script>alert(1)</script>${'x'.repeat(10_000)}`),
      space('b', '\u202Egnp.exe'),
      space('c', 'Z\u0334\u0489'.repeat(400)),
      space('d', 'W'.repeat(59)),
    ],
  },
  decorators: [inNarrowBox],
  play: async ({ canvas }) => {
    await expectHarmless(canvas.getByTestId('narrow'))
  },
}
/** The same spaces in a select. */
export const Switcher: Story = {
  args: { onOpen: fn() },
  render: ({ spaces, current, onOpen }) => <SpaceSwitcherView spaces={spaces} current={current} onSwitch={(chosen) => onOpen?.(chosen)} />,
  play: async ({ args, canvas, userEvent }) => {
    const select = canvas.getByRole('combobox', { name: 'Space' })
    await expect(select).toHaveDisplayValue('Garden')
    await userEvent.selectOptions(select, 'Choir')
    await expect(args.onOpen).toHaveBeenCalledWith(args.spaces[1])
    await expect(canvas.getByRole('option', { name: 'Space without a name' })).toBeInTheDocument()
  },
}
export const SwitcherNothingChosen: Story = {
  args: { current: 'gone' },
  render: ({ spaces, current }) => <SpaceSwitcherView spaces={spaces} current={current} onSwitch={fn()} />,
  play: async ({ canvas }) => {
    await expect(canvas.getByRole('combobox')).toHaveDisplayValue('Choose a space')
  },
}
export const SwitcherEmpty: Story = {
  args: { spaces: [] },
  render: ({ spaces, current }) => <SpaceSwitcherView spaces={spaces} current={current} onSwitch={fn()} />,
  play: async ({ canvas }) => {
    await expect(canvas.getByRole('combobox')).toBeDisabled()
  },
}
