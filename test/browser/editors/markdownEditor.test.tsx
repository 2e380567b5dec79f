import { EditorView } from '@codemirror/view'
import { act, render, screen } from '@testing-library/react'
import { Activity, StrictMode } from 'react'
import { describe, expect, it } from 'vitest'
import { cdp, userEvent } from 'vitest/browser'
import * as Y from 'yjs'
import { MarkdownEditorView, type MarkdownEditorViewProps } from '../../../src/editors/markdown/MarkdownEditor.tsx'
import { createFakeSpace } from '../../unit/react/fakeEcho.ts'

const box = (name = 'Notes') => screen.getByRole('textbox', { name })
const viewOf = (name = 'Notes') => EditorView.findFromDOM(box(name))!
const shown = (name = 'Notes') => viewOf(name).state.doc.toString()
const caret = (name = 'Notes') => viewOf(name).state.selection.main.head
const keys = (text: string) => act(async () => userEvent.keyboard(text))
const focusAt = (position: number, name = 'Notes') =>
  act(async () => {
    viewOf(name).focus()
    viewOf(name).dispatch({ selection: { anchor: position } })
  })

function openText(content: string) {
  const { handle, current } = createFakeSpace().text('note')
  current.get().yText.insert(0, content)
  return { handle, current, yText: current.get().yText }
}

/** The text in a new document, as it is made of blocks. */
function rebuild(yText: Y.Text): Y.Text {
  const doc = new Y.Doc({ gc: false })
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(yText.doc!))
  return doc.getText('text')
}

function Editor(props: Partial<MarkdownEditorViewProps>) {
  return <MarkdownEditorView text={undefined} label="Notes" {...props} />
}

describe('what is typed', () => {
  it('goes into the text, and what a peer writes before it leaves the caret at its letter', async () => {
    const { handle, yText, current } = openText('hello')
    const { unmount } = render(
      <StrictMode>
        <Editor text={handle} />
      </StrictMode>,
    )
    expect(shown()).toBe('hello')
    await focusAt(2)
    await keys('XY')
    act(() => yText.insert(0, '>> '))
    await keys('Z')
    expect([yText.toString(), shown(), caret()]).toEqual(['>> heXYZllo', '>> heXYZllo', 8])
    await keys('{Backspace}{Delete}')
    expect(yText.toString()).toBe('>> heXYlo')
    unmount()
    expect(current.listeners()).toBe(0)
  })

  it('never parts the two halves of a character', async () => {
    const { handle, yText } = openText('a😀b')
    render(<Editor text={handle} />)
    // As an editor takes one emoji in the place of another: by the half in which they differ.
    act(() => viewOf().dispatch({ changes: { from: 2, to: 3, insert: '😁'[1]! } }))
    expect([yText.toString(), shown()]).toEqual(['a😁b', 'a😁b'])
    act(() => viewOf().dispatch({ changes: { from: 2, to: 3 } }))
    expect([yText.toString(), shown()]).toEqual(['a\uFFFDb', 'a\uFFFDb'])
    act(() => viewOf().dispatch({ changes: { from: 0, insert: '\uD83D' } }))
    expect([yText.toString(), shown()]).toEqual(['\uFFFDa\uFFFDb', '\uFFFDa\uFFFDb'])
  })

  it('leaves the editor with Tab, and a read-only one too', async () => {
    const { handle } = openText('hello')
    const { rerender } = render(
      <>
        <Editor text={handle} toolbar={false} />
        <button type="button">after</button>
      </>,
    )
    await focusAt(0)
    await keys('{Tab}')
    expect(document.activeElement).toBe(screen.getByText('after'))
    const view = viewOf()
    rerender(
      <>
        <Editor text={{ ...handle, readOnly: true }} toolbar={false} />
        <button type="button">after</button>
      </>,
    )
    expect(viewOf()).toBe(view)
    expect([box().getAttribute('aria-readonly'), box().contentEditable]).toEqual(['true', 'false'])
    await keys('{Shift>}{Tab}{/Shift}')
    expect(document.activeElement).toBe(box())
    await keys('X')
    expect(shown()).toBe('hello')
    await keys('{Tab}')
    expect(document.activeElement).toBe(screen.getByText('after'))
  })

  it('is refused whole where it would become too long, with a message, and what others write is not', async () => {
    const { handle, yText } = openText('12345')
    render(<Editor text={handle} maxLength={6} />)
    await focusAt(5)
    await keys('67')
    expect(yText.toString()).toBe('123456')
    expect(screen.getByRole('status').textContent).toBe(
      'There is room for 6 characters. With what you entered it would be 7, so it was left out.',
    )
    act(() => yText.insert(0, 'more than fits '))
    expect(shown()).toBe('more than fits 123456')
    await keys('{Backspace}')
    expect(yText.toString()).toBe('more than fits 12345')
    expect(screen.getByRole('status').textContent).toBe('')
  })

  it('by an input method is taken as it is composed, while a peer writes', async () => {
    const { handle, yText } = openText('ab')
    render(<Editor text={handle} />)
    await focusAt(1)
    const session = cdp() as unknown as InputMethod
    await act(() => session.send('Input.imeSetComposition', { text: 'か', selectionStart: 1, selectionEnd: 1 }))
    act(() => yText.insert(yText.length, '!'))
    await act(() => session.send('Input.insertText', { text: '漢' }))
    expect([yText.toString(), shown(), caret()]).toEqual(['a漢b!', 'a漢b!', 2])
  })
})

describe('a rebuilt text', () => {
  it('is bound to by a new view, which keeps focus and caret, and nothing typed is lost', async () => {
    const { handle, current, yText } = openText('one')
    render(<Editor text={handle} />)
    await focusAt(3)
    const before = viewOf()
    const rebuilt = rebuild(yText)
    rebuilt.insert(0, 'zero ')
    act(() => current.set({ generation: 1, yText: rebuilt }))
    expect(viewOf()).not.toBe(before)
    expect(document.querySelectorAll('.cm-editor')).toHaveLength(1)
    await keys('{Enter}two')
    expect([rebuilt.toString(), yText.toString()]).toEqual(['zero one\ntwo', 'one'])
  })

  it('leaves the caret behind what stands of what was typed there', async () => {
    const { handle, current, yText } = openText('before after')
    const other = rebuild(yText)
    other.insert(7, 'THEIRS')
    Y.applyUpdate(yText.doc!, Y.encodeStateAsUpdate(other.doc!))
    const rebuilt = rebuild(yText)
    other.insert(13, 'GONE')
    other.insert(0, 'GONE')
    Y.applyUpdate(yText.doc!, Y.encodeStateAsUpdate(other.doc!))
    render(<Editor text={handle} />)
    await focusAt(11)
    await keys('mine')
    expect(shown()).toBe('GONEbefore mineTHEIRSGONEafter')
    act(() => current.set({ generation: 1, yText: rebuilt }))
    await keys('x')
    expect(rebuilt.toString()).toBe('before xTHEIRSafter')
  })

  it('waits for what is being composed', async () => {
    const { handle, current, yText } = openText('ab')
    render(<Editor text={handle} />)
    await focusAt(1)
    const session = cdp() as unknown as InputMethod
    await act(() => session.send('Input.imeSetComposition', { text: 'か', selectionStart: 1, selectionEnd: 1 }))
    const before = viewOf()
    const rebuilt = new Y.Doc().getText('text')
    rebuilt.insert(0, yText.toString())
    // As the client does: what is typed into the former text is carried over.
    yText.observe(({ delta }) => rebuilt.applyDelta(delta))
    act(() => current.set({ generation: 1, yText: rebuilt }))
    expect(viewOf()).toBe(before)
    await act(() => session.send('Input.insertText', { text: '漢' }))
    await act(async () => {
      await expect.poll(viewOf).not.toBe(before)
    })
    await keys('!')
    expect([shown(), rebuilt.toString()]).toEqual(['a漢!b', 'a漢!b'])
  })
})

describe('what a peer may write', () => {
  it.each([
    ['right-to-left override', 'safe \u202Etxt.exe'],
    ['zalgo', `Z${'\u0351\u036B\u0343\u036A\u0302'.repeat(200)}algo`],
    ['ten thousand characters in a line', 'x'.repeat(10_000)],
    ['script', '<img src=x onerror=alert(1)><script>alert(1)</script>'],
    ['other line ends', 'one\r\ntwo\rthree\u2028four\u0085'],
    ['nulls', 'a\u0000b\u0007'],
  ])('is kept letter by letter: %s', async (_name, hostile) => {
    const { handle, yText } = openText('start ')
    render(
      <div style={{ inlineSize: 320 }}>
        <Editor text={handle} />
      </div>,
    )
    act(() => yText.insert(6, hostile))
    expect(shown()).toBe(`start ${hostile}`)
    await focusAt(6 + hostile.length)
    await keys('!')
    act(() => yText.insert(0, hostile))
    expect([shown(), yText.toString()]).toEqual([`${hostile}start ${hostile}!`, `${hostile}start ${hostile}!`])
    expect(box().closest('.echo-editor')!.scrollWidth).toBeLessThanOrEqual(320)
    expect(box().querySelector('img:not(.cm-widgetBuffer), script')).toBe(null)
  })

  it('may be no text at all: what is embedded has a place, and typing behind it goes where it should', async () => {
    const { handle, yText } = openText('ab')
    yText.insertEmbed(1, { image: 'x' })
    render(<Editor text={handle} />)
    act(() => yText.insertEmbed(0, { image: 'y' }))
    expect(shown()).toBe('\uFFFCa\uFFFCb')
    await focusAt(4)
    await keys('c')
    expect(yText.toString()).toBe('abc')
  })
})

describe('the toolbar', () => {
  it('puts marks around the selection and takes them away', async () => {
    const { handle, yText } = openText('water the beans')
    render(<Editor text={handle} />)
    const press = (name: string) => act(async () => screen.getByRole('button', { name }).click())
    act(() => viewOf().dispatch({ selection: { anchor: 6, head: 9 } }))
    await press('Bold')
    expect(yText.toString()).toBe('water **the** beans')
    expect(screen.getByRole('button', { name: 'Bold' }).getAttribute('aria-pressed')).toBe('true')
    await press('Italic')
    expect(yText.toString()).toBe('water ***the*** beans')
    await press('Italic')
    await press('Bold')
    expect(yText.toString()).toBe('water the beans')
    await press('Code')
    await press('Code')
    await press('Link')
    expect(yText.toString()).toBe('water [the](https://) beans')
    await press('Link')
    await press('Heading')
    expect(yText.toString()).toBe('## water the beans')
    await press('List')
    expect(yText.toString()).toBe('- water the beans')
    await press('Task list')
    expect(yText.toString()).toBe('- [ ] water the beans')
    await act(async () => viewOf().dispatch({ selection: { anchor: yText.length } }))
    await keys('{Enter}and peas{Enter}{Enter}')
    expect(yText.toString()).toBe('- [ ] water the beans\n- [ ] and peas\n')
    await press('Task list')
    await press('Task list')
    expect(yText.toString()).toBe('- [ ] water the beans\n- [ ] and peas\n')
  })

  it('is one stop of the Tab key, and arrow keys go along it', async () => {
    const { handle } = openText('')
    render(<Editor text={handle} />)
    await keys('{Tab}')
    const focused = () => document.activeElement?.getAttribute('aria-label')
    expect(focused()).toBe('Bold')
    await keys('{ArrowLeft}')
    expect(focused()).toBe('Task list')
    await keys('{ArrowRight}{ArrowRight}')
    expect(focused()).toBe('Italic')
    await keys('{Tab}')
    expect(document.activeElement).toBe(box())
    await keys('{Shift>}{Tab}{/Shift}')
    expect(focused()).toBe('Italic')
  })
})

describe('the editor in React', () => {
  it('shows what came while Activity hid it, and what is selected stays at its letters', async () => {
    const { handle, yText } = openText('one')
    const page = (mode: 'visible' | 'hidden') => (
      <StrictMode>
        <Activity mode={mode}>
          <Editor text={handle} />
        </Activity>
      </StrictMode>
    )
    const { rerender } = render(page('visible'))
    await focusAt(1)
    await keys('{Shift>}{ArrowRight}{/Shift}')
    rerender(page('hidden'))
    act(() => yText.insert(3, ' two'))
    act(() => yText.insert(0, '> '))
    rerender(page('visible'))
    expect(shown()).toBe('> one two')
    act(() => box().focus())
    await keys('N')
    expect([yText.toString(), caret()]).toEqual(['> oNe two', 4])
  })

  it('is empty and read-only without a text, and fills when it opens', () => {
    const { handle } = openText('late')
    const { rerender } = render(<Editor />)
    expect([box().hasAttribute('readonly'), (box() as HTMLTextAreaElement).value]).toEqual([true, ''])
    rerender(<Editor text={handle} placeholder="Write" />)
    expect(shown()).toBe('late')
  })
})

interface InputMethod {
  send(method: 'Input.imeSetComposition', parameters: { text: string; selectionStart: number; selectionEnd: number }): Promise<void>
  send(method: 'Input.insertText', parameters: { text: string }): Promise<void>
}
