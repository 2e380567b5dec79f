import { act, render, screen } from '@testing-library/react'
import { StrictMode } from 'react'
import { describe, expect, it } from 'vitest'
import { cdp, userEvent } from 'vitest/browser'
import * as Y from 'yjs'
import { z } from 'zod'
import { TextField } from '../../../src/components/editing/TextField.tsx'
import { defineType } from '../../../src/database/types/defineType.ts'
import { EchoProvider } from '../../../src/react/EchoProvider.tsx'
import { useField } from '../../../src/react/useField.ts'
import { useItem } from '../../../src/react/useItem.ts'
import type { ItemId } from '../../../src/shared/ids.ts'
import { setup, until } from '../../../src/testing/setup.ts'
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
    const rebuilt = new Y.Doc({ gc: false }).getText('text')
    Y.applyUpdate(rebuilt.doc!, Y.encodeStateAsUpdate(current.get().yText.doc!))
    rebuilt.insert(0, 'zero\n')
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

describe('a TextField’s limit', () => {
  it('takes no more than that, says so, and lets in what others write', async () => {
    const { handle, current } = createFakeSpace().text('note')
    const { yText } = current.get()
    yText.insert(0, '123')
    render(<TextField label="text" text={handle} maxLength={4} aria-describedby="hint" />)
    const says = () => [screen.getByRole('status').textContent, field().getAttribute('aria-describedby')!.split(' ').length]
    expect(says()).toEqual(['', 1])
    field().focus()
    field().setSelectionRange(3, 3)
    await keys('45')
    expect(yText.toString()).toBe('1234')
    expect(says()).toEqual(['This is as long as it can be: 4 characters.', 2])
    act(() => yText.insert(0, 'others may '))
    expect(field().value).toBe('others may 1234')
    act(() => yText.delete(0, 12))
    expect(says()).toEqual(['', 1])
    await keys('5')
    expect(yText.toString()).toBe('2345')
  })
})

describe('undo in a TextField', () => {
  it('takes back what this person typed, also after it was gone, and nothing of what others typed', async () => {
    const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })
    const { ann, ben, ...world } = await setup('ann', 'ben', { types: [Note] })
    const [hers, his] = await world.shareSpace('Garden', ann, ben)
    const { id } = hers.create(Note, { title: 'Plan' })
    const mine = await hers.openText(id)
    await until(his.liveItem(Note, id), (note) => note !== undefined)
    const theirs = await his.openText(id)
    const shown = async (text: string) => {
      await act(async () => {
        await expect.poll(() => field().value).toBe(text)
      })
      await expect.poll(() => theirs.content.get()).toBe(text)
    }
    const notes = <TextField label="text" multiline text={mine} undo={hers.undo} />
    const { unmount } = render(notes)
    field().focus()
    await keys('ann')
    await shown('ann')
    act(() => theirs.insert(0, 'ben '))
    await shown('ben ann')
    unmount()
    const { rerender } = render(notes)
    field().focus()
    await keys('{Control>}z{/Control}')
    await shown('ben ')
    await keys('{Control>}{Shift>}Z{/Shift}{/Control}')
    await shown('ben ann')
    rerender(<TextField label="text" multiline text={mine} undo={hers.undo} readOnly />)
    await keys('{Control>}z{/Control}')
    await shown('ben ann')
    mine.release()
    theirs.release()
    await world.dispose()
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

describe('useField on a space that somebody else writes in', () => {
  it('loses nothing and moves no caret over remote changes, an input method and the end of its component', async () => {
    const Task = defineType('task', z.object({ title: z.string(), done: z.boolean().default(false) }))
    const { ann, ben, ...world } = await setup('ann', 'ben', { types: [Task] })
    const [hers, his] = await world.shareSpace('Garden', ann, ben)
    const { id } = hers.create(Task, { title: 'hello' })
    await until(his.liveItem(Task, id), (task) => task !== undefined)
    function Title() {
      const task = useItem(hers, Task, id)
      const { props } = useField(hers, task, 'title', { commitMs: 100 })
      return <input aria-label="text" {...props} />
    }
    const { unmount } = render(
      <StrictMode>
        <EchoProvider echo={ann.echo}>
          <Title />
        </EchoProvider>
      </StrictMode>,
    )
    const shown = () => [field().value, field().selectionStart]
    const stored = (title: string) => until(hers.liveItem(Task, id), (task) => task?.title === title)

    field().focus()
    field().setSelectionRange(2, 2)
    await keys('XY')
    // Before the draft is stored: another field, and the same one.
    his.update(id, { done: true, title: 'HELLO' })
    await act(() => until(hers.liveItem(Task, id), (task) => task?.done === true))
    expect(shown()).toEqual(['heXYllo', 4])
    await act(() => stored('heXYllo'))
    expect(shown()).toEqual(['heXYllo', 4])

    // Nothing is stored in the midst of a composition, however long it takes, and a remote change does not end it.
    const session = cdp() as unknown as InputMethod
    await act(() => session.send('Input.imeSetComposition', { text: 'か', selectionStart: 1, selectionEnd: 1 }))
    his.update(id, { done: false })
    await act(() => until(hers.liveItem(Task, id), (task) => task?.done === false))
    await act(() => new Promise((resolve) => setTimeout(resolve, 250)))
    expect([field().value, hers.get(Task, id)?.title]).toEqual(['heXYかllo', 'heXYllo'])
    await act(() => session.send('Input.insertText', { text: '漢' }))
    await act(() => stored('heXY漢llo'))
    expect(shown()).toEqual(['heXY漢llo', 5])

    await keys('!')
    unmount()
    await stored('heXY漢!llo')
    await until(his.liveItem(Task, id), (task) => task?.title === 'heXY漢!llo')
    await world.dispose()
  })
})

interface InputMethod {
  send(method: 'Input.imeSetComposition', parameters: { text: string; selectionStart: number; selectionEnd: number }): Promise<void>
  send(method: 'Input.insertText', parameters: { text: string }): Promise<void>
}
