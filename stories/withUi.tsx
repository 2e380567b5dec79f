import type { Decorator } from '@storybook/react-vite'
import { StrictMode } from 'react'
import { EchoUiConfig } from '../src/components/EchoUiConfig.tsx'

/** The time that stands still in stories, in milliseconds since the Unix epoch. */
export const storyTime = Date.UTC(2026, 0, 1, 12)

const now = () => storyTime

/** Every story renders in StrictMode, under a clock that stands still, and follows the system's colours. */
export const withUi: Decorator = (Story) => (
  <StrictMode>
    <EchoUiConfig now={now}>
      <style>
        {':root { color-scheme: light dark } body { font-family: system-ui, sans-serif; background: Canvas; color: CanvasText }'}
      </style>
      <main>
        <Story />
      </main>
    </EchoUiConfig>
  </StrictMode>
)
