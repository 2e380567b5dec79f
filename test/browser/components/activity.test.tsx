import { act, cleanup, render } from '@testing-library/react'
import { Activity, StrictMode } from 'react'
import { afterEach, expect, it, vi } from 'vitest'
import { createKitWorld, kitCases, KitPage, listenersOf } from '../../unit/components/kitCases.tsx'
import { kitComponents } from '../../unit/components/kitComponents.ts'
import '../../../src/components/styles.css'

afterEach(cleanup)

/** As both write it. */
const plain = (html: string): string => html.replaceAll('&quot;', '"')

const openDialogs = (): number => document.querySelectorAll('dialog[open]').length

it.each(kitComponents)('%s comes back as it was after an Activity hid it, and holds nothing meanwhile', async (name) => {
  const world = createKitWorld()
  const page = (mode: 'visible' | 'hidden') => (
    <StrictMode>
      <Activity mode={mode}>
        <KitPage name={name} world={world} />
      </Activity>
    </StrictMode>
  )
  const expectWhole = async (): Promise<void> => {
    for (const text of kitCases[name].says) await vi.waitFor(() => expect(plain(document.body.innerHTML)).toContain(plain(text)))
  }
  const { rerender, unmount } = await act(async () => render(page('visible')))
  await expectWhole()
  const [listeners, dialogs] = [listenersOf(world), openDialogs()]

  await act(async () => rerender(page('hidden')))
  expect({ listeners: listenersOf(world), dialogs: openDialogs(), seen: document.body.innerText.trim() }).toEqual({
    listeners: 0,
    dialogs: 0,
    seen: '',
  })

  await act(async () => rerender(page('visible')))
  await expectWhole()
  expect({ listeners: listenersOf(world), dialogs: openDialogs() }).toEqual({ listeners, dialogs })
  unmount()
  expect(listenersOf(world)).toBe(0)
})
