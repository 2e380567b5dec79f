import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, waitFor } from 'storybook/test'
import { QrCode } from '../src/components/invitations/QrCode.tsx'
import { withUi } from './withUi.tsx'

const meta = {
  title: 'QrCode',
  component: QrCode,
  decorators: [withUi],
  args: {
    text: 'https://notes.example/#echo=AZKvBERERERERERERERERERERERERBimIT3kSXxK3V-Hs5LzQAREDQW5uHMsg9A',
    label: 'QR code of the link',
  },
} satisfies Meta<typeof QrCode>
export default meta
type Story = StoryObj<typeof meta>

export const Link: Story = {
  play: async ({ canvas }) => {
    const qr = canvas.getByRole('img', { name: 'QR code of the link' })
    await waitFor(() => expect(qr.dataset['state']).toBe('shown'))
    await expect(getComputedStyle(qr).backgroundColor).toBe('rgb(255, 255, 255)')
  },
}
/** As long as an invitation may be: the densest code that is drawn. */
export const LongLink: Story = { args: { text: `https://notes.example/#echo=${'A'.repeat(600)}` } }
