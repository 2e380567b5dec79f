import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect } from 'storybook/test'
import { DeviceListView } from '../src/components/DeviceList.tsx'
import type { DeviceId } from '../src/shared/ids.ts'
import { withUi } from './withUi.tsx'

const laptop = { id: 'Zx81QL_laptop' as DeviceId, isThis: true }
const phone = { id: 'C64aBcde_phone' as DeviceId, isThis: false }

const meta = { title: 'DeviceList', component: DeviceListView, decorators: [withUi] } satisfies Meta<typeof DeviceListView>
export default meta
type Story = StoryObj<typeof meta>

export const OnlyThis: Story = {
  args: { devices: [laptop] },
  play: async ({ canvas }) => {
    await expect(canvas.getByText(/on no other device/)).toBeVisible()
  },
}
export const Two: Story = {
  args: { devices: [laptop, phone] },
  play: async ({ canvas }) => {
    await expect(canvas.getAllByRole('listitem')).toHaveLength(2)
    await expect(canvas.getByText('This device')).toBeVisible()
  },
}
