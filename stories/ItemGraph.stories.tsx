import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fn, waitFor } from 'storybook/test'
import { z } from 'zod'
import type { Space } from '../src/client/echo.ts'
import { ItemGraph, ItemGraphView } from '../src/components/data/ItemGraph.tsx'
import { defineLink, defineType } from '../src/database/types/defineType.ts'
import { query } from '../src/database/query/query.ts'
import { EchoProvider } from '../src/react/EchoProvider.tsx'
import { setup, type TestWorld } from '../src/testing/setup.ts'
import { withUi } from './withUi.tsx'

const Task = defineType('task', z.object({ title: z.string() }))
const Blocks = defineLink('blocks', z.object({}))

const item = (id: string, parentId?: string, label = id) => ({ id, label, parentId })

const meta = {
  title: 'ItemGraph',
  component: ItemGraphView,
  decorators: [withUi],
  args: {
    items: [
      item('Garden'),
      item('Spring', 'Garden'),
      item('Dig', 'Spring'),
      item('Sow', 'Spring'),
      item('Peas', 'Sow'),
      item('Beans', 'Sow'),
      item('Summer', 'Garden'),
      item('Water', 'Summer'),
      item('Shed'),
      item('Spade', 'Shed', 'The spade with the long handle'),
    ],
    links: [
      { id: '1', source: 'Dig', target: 'Spade' },
      { id: '2', source: 'Dig', target: 'Sow' },
      { id: '3', source: 'Water', target: 'Peas' },
      { id: '4', source: 'Water', target: 'not here' },
    ],
    onSelect: fn(),
  },
} satisfies Meta<typeof ItemGraphView>
export default meta
type Story = StoryObj<typeof meta>

/** The arrow keys go through the tree, and a screen reader hears what an item links to. */
export const Some: Story = {
  args: { selected: 'Sow' },
  play: async ({ args, canvas, canvasElement, userEvent }) => {
    await expect(canvas.getAllByRole('treeitem')).toHaveLength(10)
    await expect(canvasElement.querySelectorAll('g[data-edge="link"]')).toHaveLength(3)
    await expect(canvas.getByRole('treeitem', { name: 'Dig, links to The spade with the long handle and Sow' })).toBeVisible()
    await userEvent.click(canvas.getByRole('treeitem', { name: 'Garden' }))
    await expect(args.onSelect).toHaveBeenLastCalledWith('Garden')
    await userEvent.keyboard('{ArrowRight}{ArrowDown}{ArrowDown}')
    await expect(canvas.getByRole('treeitem', { name: 'Sow' })).toHaveFocus()
    await userEvent.keyboard('{ArrowLeft}{Enter}')
    await expect(args.onSelect).toHaveBeenLastCalledWith('Spring')
    await userEvent.keyboard('{End}')
    await expect(canvas.getByRole('treeitem', { name: /^The spade/ })).toHaveFocus()
    await userEvent.keyboard('{ArrowDown}{Home} ')
    await expect(args.onSelect).toHaveBeenLastCalledWith('Garden')
    const before = canvas.getByRole('treeitem', { name: 'Sow' }).getBoundingClientRect().width
    await userEvent.click(canvas.getByRole('button', { name: 'Larger' }))
    await expect(canvas.getByRole('treeitem', { name: 'Sow' }).getBoundingClientRect().width).toBeGreaterThan(before)
    await userEvent.click(canvas.getByRole('button', { name: 'Smaller' }))
  },
}
export const RightToLeft: Story = {
  render: (args) => (
    <div dir="rtl">
      <ItemGraphView {...args} />
    </div>
  ),
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('treeitem', { name: 'Garden' }))
    await userEvent.keyboard('{ArrowLeft}')
    await expect(canvas.getByRole('treeitem', { name: 'Spring' })).toHaveFocus()
    await userEvent.keyboard('{ArrowRight}')
    await expect(canvas.getByRole('treeitem', { name: 'Garden' })).toHaveFocus()
  },
}
export const Empty: Story = {
  args: { items: [], links: [] },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('Nothing is here yet.')).toBeVisible()
    await expect(canvas.queryByRole('tree')).toBeNull()
  },
}
export const Many: Story = {
  args: {
    items: Array.from({ length: 300 }, (_, i) => item(`Item ${i}`, i === 0 ? undefined : `Item ${Math.floor((i - 1) / 3)}`)),
    links: [],
    total: 2000,
  },
  play: async ({ canvas, canvasElement }) => {
    await expect(canvas.getByText('300 of 2,000 shown')).toBeVisible()
    await expect(canvasElement.scrollWidth).toBeLessThanOrEqual(canvasElement.clientWidth)
  },
}
export const Hostile: Story = {
  args: {
    items: [
      item('a', undefined, `\u202Egnp.exe${'x'.repeat(10_000)}`),
      item('b', 'a', `Z${'\u0334\u0301\u0489'.repeat(500)}algo`),
      item('c', 'c', ''),
      item('d', 'e', 'round'),
      item('e', 'd', 'and round'),
      ...Array.from({ length: 60 }, (_, i) => item(`deep ${i}`, i === 0 ? 'a' : `deep ${i - 1}`)),
    ],
    links: [{ id: '1', source: 'a', target: 'a' }],
  },
  play: async ({ canvas, canvasElement }) => {
    await expect(canvasElement.textContent).not.toMatch(/\u202E/)
    await expect(canvas.getAllByRole('treeitem')).toHaveLength(65)
    await expect(canvas.getByRole('treeitem', { name: 'Without a title' })).toBeInTheDocument()
    await expect(canvasElement.scrollWidth).toBeLessThanOrEqual(canvasElement.clientWidth)
    const heights = canvas.getAllByRole('treeitem').map((node) => node.getBoundingClientRect().height)
    await expect(Math.max(...heights)).toBeLessThan(40)
  },
}

interface Live {
  readonly world: TestWorld<'ann'>
  readonly space: Space
  readonly top: string
}

async function prepare(): Promise<Live> {
  const world = await setup('ann', { types: [Task, Blocks] })
  const space = await world.ann.echo.spaces.create({ name: 'Garden' })
  const top = space.create(Task, { title: 'Top' })
  const under = space.create(Task, { title: 'Under' }, { parent: top })
  const deeper = space.create(Task, { title: 'Deeper' }, { parent: under })
  const other = space.create(Task, { title: 'Other' })
  space.link(under, Blocks, other, {})
  space.link(deeper, Blocks, under, {})
  return { world, space, top: top.id }
}

/** Over a space: what comes and is linked appears, and what stands above it stays where it is. */
export const OfASpace: Story = {
  loaders: [async () => ({ ...(await prepare()) })],
  beforeEach: (context) => () => (context.loaded as Live).world.dispose(),
  render: (_args, { loaded }) => {
    const { world, space } = loaded as Live
    return (
      <EchoProvider echo={world.ann.echo}>
        <ItemGraph space={space} query={query.all()} />
      </EchoProvider>
    )
  },
  play: async ({ canvas, canvasElement, loaded }) => {
    const { space } = loaded as Live
    const top = await canvas.findByRole('treeitem', { name: 'Top' })
    await expect(canvas.getByRole('treeitem', { name: 'Under, links to Other' })).toHaveAttribute('aria-level', '2')
    await expect(canvasElement.querySelectorAll('g[data-edge="link"]')).toHaveLength(2)
    const before = top.getBoundingClientRect().top
    space.create(Task, { title: 'Last' })
    await waitFor(() => expect(canvas.getByRole('treeitem', { name: 'Last' })).toBeVisible())
    await expect(top.getBoundingClientRect().top).toBe(before)
  },
}

/** Only what lies under one item, and the links in there. */
export const UnderAnItem: Story = {
  loaders: [async () => ({ ...(await prepare()) })],
  beforeEach: (context) => () => (context.loaded as Live).world.dispose(),
  render: (_args, { loaded }) => {
    const { world, space, top } = loaded as Live
    return (
      <EchoProvider echo={world.ann.echo}>
        <ItemGraph space={space} query={query.ids([top]).descendants()} />
      </EchoProvider>
    )
  },
  play: async ({ canvas, canvasElement }) => {
    await expect(await canvas.findByRole('treeitem', { name: 'Under' })).toHaveAttribute('aria-level', '1')
    await expect(canvas.getByRole('treeitem', { name: 'Deeper, links to Under' })).toHaveAttribute('aria-level', '2')
    await expect(canvas.getAllByRole('treeitem')).toHaveLength(2)
    await expect(canvasElement.querySelectorAll('g[data-edge="link"]')).toHaveLength(1)
  },
}
