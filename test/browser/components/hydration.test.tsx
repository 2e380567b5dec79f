import { act } from '@testing-library/react'
import { StrictMode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { commands } from 'vitest/browser'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createKitWorld, kitCases, kitClock, KitPage, listenersOf, type ComponentName } from '../../unit/components/kitCases.tsx'
import '../../../src/components/styles.css'
import { kitComponents } from '../../unit/components/kitComponents.ts'

declare module 'vitest/browser' {
  interface BrowserCommands {
    kitHtml: () => Promise<Record<string, string>>
  }
}

let markup: Record<string, string> = {}
beforeAll(async () => {
  markup = await commands.kitHtml()
})

afterEach(() => document.body.replaceChildren())

/** As both write it: what lies in an attribute is told otherwise by a browser. */
const plain = (html: string): string => html.replaceAll('&quot;', '"')

/** Puts a server's markup into the page, and goes on with it. */
async function hydrate(name: ComponentName, clock = kitClock) {
  const world = createKitWorld()
  const container = document.body.appendChild(document.createElement('div'))
  container.innerHTML = markup[name]!
  // What does not fit, React says by console.error, which fails a test, or here.
  const faults: unknown[] = []
  const root = await act(async () =>
    hydrateRoot(
      container,
      <StrictMode>
        <KitPage name={name} world={world} clock={clock} />
      </StrictMode>,
      { onRecoverableError: (fault) => faults.push(fault) },
    ),
  )
  expect(faults).toEqual([])
  return { world, container, root }
}

describe('over a server’s markup', () => {
  it.each(kitComponents)('%s comes to life as it stands there', async (name) => {
    const { world, container, root } = await hydrate(name)
    // Dialogs of what reads a database lie at the end of the page.
    for (const text of kitCases[name].says) await vi.waitFor(() => expect(plain(document.body.innerHTML)).toContain(plain(text)))
    expect(container.innerHTML).not.toContain('splash')
    await act(async () => root.unmount())
    expect(listenersOf(world)).toBe(0)
  })

  it('a deadline goes on from where it is by then', async () => {
    vi.useFakeTimers()
    try {
      let time = kitClock() + 5000
      const { container } = await hydrate('Countdown', () => time)
      time += 1000
      await act(async () => vi.advanceTimersByTime(1000))
      expect(container.textContent).toContain('0:55')
    } finally {
      vi.useRealTimers()
    }
  })
})
