import type { Decorator } from '@storybook/react-vite'
import { StrictMode, useLayoutEffect, type ReactNode } from 'react'
import { EchoUiConfig } from '../src/components/config/EchoUiConfig.tsx'
import { languageOf } from './languages.ts'

/** The time that stands still in stories, in milliseconds since the Unix epoch. */
export const storyTime = Date.UTC(2026, 0, 1, 12)

const now = () => storyTime

/** Every story renders in StrictMode, under a clock that stands still, with the colours, language and direction chosen in the toolbar. */
export const withUi: Decorator = (Story, { globals }) => (
  <StrictMode>
    <EchoUiConfig now={now} {...languageOf(globals['locale'])} {...(globals['direction'] === 'rtl' && { dir: 'rtl' })}>
      <Theme name={String(globals['theme'])} />
      <main>
        <Story />
      </main>
    </EchoUiConfig>
  </StrictMode>
)

/** On the root, so that dialogs, which lie at the end of the page, have it too. */
function Theme({ name }: { readonly name: string }): ReactNode {
  useLayoutEffect(() => {
    const root = document.documentElement
    if (name !== 'light' && name !== 'dark') return
    root.dataset['theme'] = name
    return () => {
      delete root.dataset['theme']
    }
  }, [name])
  return <style>{'body { font-family: system-ui, sans-serif; background: Canvas; color: CanvasText }'}</style>
}
