import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect } from 'storybook/test'

const meta: Meta = { title: 'Placeholder' }
export default meta

export const Button: StoryObj = {
  render: () => <button type="button">Press</button>,
  play: async ({ canvas }) => {
    await expect(canvas.getByRole('button', { name: 'Press' })).toBeVisible()
  },
}
