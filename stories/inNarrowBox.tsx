import type { Decorator } from '@storybook/react-vite'
import { expect } from 'storybook/test'

/** A box as narrow as a phone, for what hostile texts do to a layout. */
export const inNarrowBox: Decorator = (Story) => (
  <div style={{ inlineSize: 320 }} data-testid="narrow">
    <Story />
  </div>
)

/** What stands in the box is shown as text, hides no direction and keeps to the box. */
export async function expectHarmless(narrow: HTMLElement): Promise<void> {
  await expect(narrow.textContent).not.toMatch(/\u202E/)
  await expect(narrow.querySelector('script')).toBeNull()
  await expect(narrow.scrollWidth).toBeLessThanOrEqual(narrow.clientWidth)
}
