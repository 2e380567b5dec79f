/// <reference types="vite/client" />
import type { Preview } from '@storybook/react-vite'
import { configure } from 'storybook/test'
import { languages } from '../stories/languages.ts'
import { ComponentPage } from './ComponentPage.tsx'

// The kit's style sheet; a glob, because a checkout without it must still show stories.
import.meta.glob('../src/components/styles.css', { eager: true })

// A text that stories look for is one that is seen; what the announcer says of it again they look for in the announcer.
configure({ defaultIgnore: 'script, style, [data-slot=announcer] *' })

type Documented = { readonly __docgenInfo?: { readonly description?: string } } | undefined

const preview: Preview = {
  tags: ['autodocs'],
  parameters: {
    // A story with an accessibility fault fails its test.
    a11y: { test: 'error' },
    docs: {
      page: ComponentPage,
      extractComponentDescription: (component: Documented) => component?.__docgenInfo?.description?.replaceAll(/\{@link (\w+)\}/g, '$1'),
      // A modal dialog would lie over the whole page, and over the other stories'.
      story: { inline: false, height: '32rem' },
    },
  },
  initialGlobals: { theme: 'system', direction: 'ltr', locale: 'en' },
  globalTypes: {
    theme: {
      description: 'Colours',
      toolbar: {
        icon: 'contrast',
        dynamicTitle: true,
        items: [
          { value: 'system', title: 'Colours of the system' },
          { value: 'light', title: 'Light' },
          { value: 'dark', title: 'Dark' },
        ],
      },
    },
    direction: {
      description: 'Direction of writing',
      toolbar: {
        icon: 'transfer',
        dynamicTitle: true,
        items: [
          { value: 'ltr', title: 'Left to right' },
          { value: 'rtl', title: 'Right to left' },
        ],
      },
    },
    locale: {
      description: 'Language',
      toolbar: {
        icon: 'globe',
        dynamicTitle: true,
        items: Object.entries(languages).map(([value, { title }]) => ({ value, title })),
      },
    },
  },
}

export default preview
