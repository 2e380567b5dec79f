import { act, cleanup, render } from '@testing-library/react'
import { cdp, page } from 'vitest/browser'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createKitWorld, KitPage, type ComponentName } from '../../unit/components/kitCases.tsx'
import '../../../src/components/styles.css'

/** A component in its case of the kit; light, from left to right and on a wide page unless it says otherwise. */
interface Look {
  readonly name: ComponentName
  readonly theme?: 'dark'
  readonly dir?: 'rtl'
  readonly width?: number
  readonly forcedColors?: true
}

const wide = 640
const phone = 390

const looks: readonly Look[] = [
  { name: 'InviteDialogView' },
  { name: 'InviteDialogView', theme: 'dark', width: phone },
  { name: 'InviteDialogView', dir: 'rtl' },
  { name: 'InviteDialogView', forcedColors: true },
  { name: 'MemberListView' },
  { name: 'MemberListView', theme: 'dark' },
  { name: 'MemberListView', width: phone },
  { name: 'RichTextEditor' },
  { name: 'SpaceListView', dir: 'rtl', width: phone },
  { name: 'SyncStatusView', theme: 'dark' },
  { name: 'ErrorPanel', width: phone },
]

const nameOf = ({ name, theme, dir, width, forcedColors }: Look): string =>
  [name, theme, dir, width !== undefined && 'phone', forcedColors && 'forced-colours'].filter(Boolean).join('-')

/** Comes with each Chromium that Debian installs. */
const font = 'DejaVu Sans'

/** So wide is a text in that font, drawn as a Debian without settings of its own draws it: elsewhere letters have other edges, and lines other ends. */
const textWidth = 179.4375

function isDrawnAlike(): boolean {
  const context = document.createElement('canvas').getContext('2d')!
  context.font = `32px "${font}"`
  return context.measureText('Wave 0123').width === textWidth
}

interface BrowserSession {
  send(method: 'Emulation.setEmulatedMedia', parameters: { features: { name: string; value: string }[] }): Promise<void>
  send(method: 'Input.dispatchMouseEvent', parameters: { type: 'mouseMoved'; x: number; y: number }): Promise<void>
}

const session = (): BrowserSession => cdp() as unknown as BrowserSession

function emulate(features: Readonly<Record<string, string>>): Promise<void> {
  return session().send('Emulation.setEmulatedMedia', { features: Object.entries(features).map(([name, value]) => ({ name, value })) })
}

const style = document.createElement('style')
style.textContent = `body { margin: 0; padding: 16px; font-family: "${font}"; background: Canvas; color: CanvasText }`

beforeAll(() => document.head.append(style))
afterEach(cleanup)
// The page goes on with other files.
afterAll(() => emulate({}))

// The least of what is to be found, a shade of blue or corners that are rounder by 4 px, moves more than this.
const comparatorOptions = { threshold: 0.01, allowedMismatchedPixelRatio: 0.0004 }

describe.runIf(isDrawnAlike())('the kit looks as in its references', () => {
  it.each(looks.map((look) => [nameOf(look), look] as const))('%s', async (reference, { name, theme, dir, width, forcedColors }) => {
    await page.viewport(width ?? wide, 700)
    // Where a test before this one left it, it might lie over a button.
    await session().send('Input.dispatchMouseEvent', { type: 'mouseMoved', x: 0, y: 0 })
    await emulate({ 'prefers-reduced-motion': 'reduce', 'forced-colors': forcedColors ? 'active' : 'none' })
    document.documentElement.dataset['theme'] = theme ?? 'light'
    document.documentElement.dir = dir ?? 'ltr'
    const { container } = await act(async () => render(<KitPage name={name} world={createKitWorld()} />))
    const shown = document.querySelector('dialog[open]') ?? container
    await expect(page.elementLocator(shown)).toMatchScreenshot(reference, { comparatorOptions, timeout: 20_000 })
  })
})
