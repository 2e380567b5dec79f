/// <reference types="vite/client" />
import type { Preview } from '@storybook/react-vite'

// The kit's style sheet; a glob, because a checkout without it must still show stories.
import.meta.glob('../src/components/styles.css', { eager: true })

const preview: Preview = {
  parameters: {
    // A story with an accessibility fault fails its test.
    a11y: { test: 'error' },
  },
}

export default preview
