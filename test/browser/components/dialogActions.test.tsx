import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { InviteDialogView } from '../../../src/components/index.ts'
import '../../../src/components/styles.css'

afterEach(cleanup)

const ignore = (): void => {}

it('keeps the actions of a dialog in sight while the rest scrolls, and no focus hidden below them', async () => {
  await page.viewport(390, 520)
  render(
    <InviteDialogView
      open
      onClose={ignore}
      spaceName="Garden"
      state={{
        status: 'waiting',
        url: 'https://notes.example/#echo=AQIDBA',
        expiresAt: Date.now() + 600_000,
        role: 'editor',
        usesLeft: 1,
        joined: [],
        code: undefined,
      }}
      onCreate={ignore}
      onApprove={ignore}
      onDeny={ignore}
      onAnother={ignore}
      onCancel={ignore}
    />,
  )
  const dialog = screen.getByRole('dialog')
  const last = screen.getByRole('button', { name: 'Cancel invitation' })
  const actions = last.parentElement!
  expect(dialog.scrollHeight).toBeGreaterThan(dialog.clientHeight)
  expect(dialog.scrollTop).toBe(0)
  expect(last.getBoundingClientRect().bottom).toBeLessThanOrEqual(dialog.getBoundingClientRect().bottom)

  const passed: string[] = []
  while (!actions.contains(document.activeElement)) {
    await userEvent.tab()
    const focused = document.activeElement!
    if (actions.contains(focused)) break
    passed.push(focused.getAttribute('aria-label') ?? focused.textContent)
    expect(focused.getBoundingClientRect().bottom).toBeLessThanOrEqual(actions.getBoundingClientRect().top)
  }
  expect(passed).toEqual(['Close', '', 'Copy link'])
})
