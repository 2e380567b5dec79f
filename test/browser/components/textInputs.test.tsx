import { act, render, screen } from '@testing-library/react'
import { StrictMode } from 'react'
import { describe, expect, it } from 'vitest'
import { userEvent } from 'vitest/browser'
import { TextField } from '../../../src/components/TextField.tsx'
import { useField } from '../../../src/react/useField.ts'
import { useItem } from '../../../src/react/useItem.ts'
import type { ItemId } from '../../../src/shared/ids.ts'
import { createFakeEcho, createFakeSpace, type FakeRow } from '../../unit/react/fakeEcho.ts'
import { renderInEcho } from '../../unit/react/renderInEcho.tsx'

const field = () => screen.getByLabelText<HTMLInputElement>('text')
const keys = (text: string) => act(async () => userEvent.keyboard(text))

describe('TextField in a real browser', () => {
  it('keeps the caret while typing in the middle and while a peer types before it', async () => {
    const { handle, current } = createFakeSpace().text('note')
    const { yText } = current.get()
    yText.insert(0, 'hello')
    const { unmount } = render(
      <StrictMode>
        <TextField label="text" text={handle} />
      </StrictMode>,
    )
    expect(field().value).toBe('hello')
    field().focus()
    field().setSelectionRange(2, 2)
    await keys('XY')
    act(() => yText.insert(0, '>> '))
    await keys('Z')
    expect(yText.toString()).toBe('>> heXYZllo')
    expect(field().value).toBe('>> heXYZllo')
    expect(field().selectionStart).toBe(8)
    await keys('{Backspace}{Delete}')
    expect(yText.toString()).toBe('>> heXYlo')
    unmount()
    expect(current.listeners()).toBe(0)
  })

  it('rebinds a multiline field to a rebuilt text and keeps the focus', async () => {
    const { handle, current } = createFakeSpace().text('note')
    current.get().yText.insert(0, 'one')
    render(<TextField multiline rows={3} label="text" text={handle} />)
    field().focus()
    field().setSelectionRange(3, 3)
    const rebuilt = createFakeSpace().text('other').current.get().yText
    rebuilt.insert(0, 'zero\none')
    act(() => current.set({ generation: 1, yText: rebuilt }))
    await keys('{Enter}two')
    expect(rebuilt.toString()).toBe('zero\none\ntwo')
    expect(document.activeElement).toBe(field())
  })

  it('is read-only without a text, and fills when it opens', () => {
    const { handle, current } = createFakeSpace().text('note')
    current.get().yText.insert(0, 'late')
    const { rerender } = render(<TextField label="text" text={undefined} />)
    expect([field().readOnly, field().value]).toEqual([true, ''])
    rerender(<TextField label="text" text={handle} />)
    expect([field().readOnly, field().value]).toEqual([false, 'late'])
  })
})

describe('useField in a real browser', () => {
  it('keeps the caret where it is while typing in the middle, over a commit and a render of the list', async () => {
    const garden = createFakeSpace()
    garden.row('a').set({ id: 'a' as ItemId, title: 'hello' })
    function Title() {
      const item = useItem(garden.space, {} as never, 'a') as FakeRow | undefined
      const { props } = useField(garden.space, item, 'title', { commitMs: 20 })
      return <input aria-label="text" {...props} />
    }
    renderInEcho(createFakeEcho(), <Title />)
    field().focus()
    field().setSelectionRange(2, 2)
    for (const letter of 'XYZ') {
      await keys(letter)
      await act(() => new Promise((resolve) => setTimeout(resolve, 40)))
    }
    expect([field().value, field().selectionStart, garden.row('a').get()?.title]).toEqual(['heXYZllo', 5, 'heXYZllo'])
  })
})
