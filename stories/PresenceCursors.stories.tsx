import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, fireEvent, waitFor } from 'storybook/test'
import { PresenceCursors, PresenceCursorsView } from '../src/components/presence/PresenceCursors.tsx'
import type { PresentCursor } from '../src/react/useCursors.ts'
import type { IdentityId } from '../src/shared/ids.ts'
import { patience, sidesOf } from './hooks/people.ts'
import { withPeers } from './withPeers.tsx'
import { withUi } from './withUi.tsx'

const board = { blockSize: 240, border: '1px solid var(--echo-border)', borderRadius: 12 }

function cursorAt(name: string, x: number, y: number, more?: Partial<PresentCursor>): PresentCursor {
  return { identity: name as IdentityId, key: name, name, activity: 'active', typing: undefined, data: { area: 'board', x, y }, ...more }
}

const meta = {
  title: 'PresenceCursors',
  component: PresenceCursorsView,
  decorators: [withUi],
  args: { cursors: [], style: board },
} satisfies Meta<typeof PresenceCursorsView>
export default meta
type Story = StoryObj<typeof meta>

const cursorsIn = (root: Element): Element[] => [...root.querySelectorAll('[data-slot=cursor]')]
const namesIn = (root: Element): (string | null)[] => cursorsIn(root).map(({ textContent }) => textContent)

/** Where a pointer's tip is, as fractions of the area from its left and top. */
function tipOf(cursor: Element): readonly number[] {
  const area = cursor.closest('[data-slot=presence-cursors]')!.getBoundingClientRect()
  const { left, top } = cursor.getBoundingClientRect()
  return [(left - area.left) / area.width, (top - area.top) / area.height].map((share) => Math.round(share * 100) / 100)
}

/** The parts that would be cut off at the area's edges. */
function namesOutside(root: Element): (string | null)[] {
  const area = root.querySelector('[data-slot=presence-cursors]')!.getBoundingClientRect()
  return [...root.querySelectorAll('bdi')]
    .filter((name) => {
      const { left, right, top, bottom } = name.getBoundingClientRect()
      return left < area.left || right > area.right || top < area.top || bottom > area.bottom
    })
    .map(({ textContent }) => textContent)
}

export const Nobody: Story = {}

/** Wherever a pointer is, its name stands within the area. */
export const Everywhere: Story = {
  args: {
    cursors: [
      cursorAt('Ann Archer', 0, 0),
      cursorAt('Bob', 1, 0),
      cursorAt('Çelik Aydın', 0, 1),
      cursorAt('王 小明', 1, 1),
      cursorAt('Dee de Vries', 0.3, 0.6, { activity: 'idle' }),
    ],
  },
  play: async ({ canvasElement }) => {
    await expect(cursorsIn(canvasElement).map(tipOf)).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
      [0.3, 0.6],
    ])
    await expect(namesOutside(canvasElement)).toEqual([])
  },
}

/** Where lines start from the right, so does the count. */
export const RightToLeft: Story = {
  args: { ...Everywhere.args, dir: 'rtl' },
  play: async ({ canvasElement }) => {
    await expect(cursorsIn(canvasElement).map(tipOf)).toEqual([
      [1, 0],
      [0, 0],
      [1, 1],
      [0, 1],
      [0.7, 0.6],
    ])
    await expect(namesOutside(canvasElement)).toEqual([])
  },
}

/** Made-up names stay within their labels, and a person with many tabs has one pointer. */
export const Hostile: Story = {
  args: {
    cursors: [
      cursorAt('\u202Egnorw', 0.1, 0.1),
      cursorAt('W'.repeat(5_000), 0.9, 0.3),
      cursorAt(`Z${'\u0301'.repeat(500)}`, 0.1, 0.6),
      cursorAt('<img src=x onerror=alert(1)>', 0.9, 0.7),
      cursorAt('', 0.5, 0.9),
      cursorAt('', 0.6, 0.9, { key: 'another tab' }),
    ],
  },
  play: async ({ canvasElement }) => {
    await expect(namesIn(canvasElement)).toEqual([
      'gnorw',
      `${'W'.repeat(59)}…`,
      `Z${'\u0301'.repeat(6)}`,
      '<img src=x onerror=alert(1)>',
      'Someone without a name',
    ])
    await expect(namesOutside(canvasElement)).toEqual([])
  },
}

/** Each sees where the other points at, in areas of different sizes, until the pointer leaves. */
export const TwoPeers: StoryObj = {
  ...withPeers({}, ({ space, name }) => (
    <PresenceCursors space={space} area="board" data-testid="board" style={{ ...board, inlineSize: name === 'Bob' ? '50%' : '100%' }} />
  )),
  play: async ({ canvas }) => {
    const { alice, bob } = sidesOf(canvas)
    const [hers, his] = [alice.getByTestId('board'), bob.getByTestId('board')]
    const { left, top, width, height } = hers.getBoundingClientRect()
    await fireEvent.pointerMove(hers, { clientX: left + width / 4, clientY: top + height / 2 })
    await waitFor(() => expect(namesIn(his)).toEqual(['Alice']), patience)
    await waitFor(() => expect(cursorsIn(his).map(tipOf)).toEqual([[0.25, 0.5]]))
    await expect(namesIn(hers)).toEqual([])
    await fireEvent.pointerLeave(hers)
    await waitFor(() => expect(namesIn(his)).toEqual([]), patience)
  },
}
