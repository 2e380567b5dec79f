import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect } from 'storybook/test'
import { MemberListView } from '../src/components/MemberList.tsx'
import type { IdentityId } from '../src/shared/ids.ts'
import { withUi } from './withUi.tsx'

const ann = { id: 'ann' as IdentityId, name: 'Ann Archer', role: 'owner', isMe: true, isHere: false, deviceCount: 2 } as const
const bob = {
  id: 'bob' as IdentityId,
  name: 'Bob',
  role: 'editor',
  isMe: false,
  isHere: true,
  deviceCount: 1,
  emoji: '🐻',
  colour: '#f7e463',
} as const
const cid = { id: 'cid' as IdentityId, name: '', role: 'reader', isMe: false, isHere: false, deviceCount: 1 } as const

const meta = { title: 'MemberList', component: MemberListView, decorators: [withUi] } satisfies Meta<typeof MemberListView>
export default meta
type Story = StoryObj<typeof meta>

export const OnlyYou: Story = {
  args: { members: [ann] },
  play: async ({ canvas }) => {
    await expect(canvas.getByText('Only you are a member so far.')).toBeVisible()
  },
}
export const Several: Story = {
  args: { members: [ann, bob, cid] },
  play: async ({ canvas }) => {
    await expect(canvas.getAllByRole('listitem')).toHaveLength(3)
    await expect(canvas.getByText('Editor · here now')).toBeVisible()
  },
}
