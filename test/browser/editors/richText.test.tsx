import { act, cleanup, render, screen } from '@testing-library/react'
import { Activity, StrictMode, type ReactNode } from 'react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import * as Y from 'yjs'
import { z } from 'zod'
import { defineType } from '../../../src/database/types/defineType.ts'
import { RichTextEditor } from '../../../src/editors/rich-text/RichTextEditor.tsx'
import { setup } from '../../../src/testing/setup.ts'
import { createText, createTree, element, remotely } from './richTextTrees.ts'

const keys = (text: string) => act(async () => userEvent.keyboard(text))
const editor = (name = 'Page') => screen.getByRole('textbox', { name })

const eventually = (check: () => void) => act(async () => vi.waitFor(check, { timeout: 5000 }))

afterEach(() => cleanup())

const state = () => document.querySelector('[data-slot="rich-text-editor"]')?.getAttribute('data-state')

describe('RichTextEditor', () => {
  it('is a named text box, writes into the tree what is typed, and shows what others write, also in StrictMode', async () => {
    const yXml = createTree('Sow')
    const text = createText(yXml)
    render(
      <StrictMode>
        <RichTextEditor label="Page" text={text} />
      </StrictMode>,
    )
    expect(editor().getAttribute('aria-multiline')).toBe('true')
    expect(document.querySelectorAll('.tiptap')).toHaveLength(1)
    await userEvent.click(editor())
    await keys('{End} beans{Enter}# Then{Enter}**bold** ')
    act(() => remotely(yXml, (tree) => (tree.get(0) as Y.XmlElement).insert(0, [new Y.XmlText('> ')])))
    expect(yXml.toString()).toContain('Sow beans')
    expect(editor().querySelector('h1')?.textContent).toBe('Then')
    expect(editor().querySelector('strong')?.textContent).toBe('bold')
    expect(editor().textContent).toContain('> Sow beans')
  })

  it('writes nothing into an empty tree by being shown, and shows a placeholder until something is written', async () => {
    const yXml = createTree()
    render(<RichTextEditor label="Page" text={createText(yXml)} placeholder="Write something" />)
    expect(yXml.length).toBe(0)
    expect(editor().getAttribute('data-placeholder')).toBe('Write something')
    await userEvent.click(editor())
    await keys('a')
    expect(editor().hasAttribute('data-placeholder')).toBe(false)
    expect(yXml.toString()).toBe('<paragraph>a</paragraph>')
  })

  it('cannot be written into where the person may only read, or by its prop, and can as soon as that changes', async () => {
    const yXml = createTree('Sow')
    const text = createText(yXml)
    const { rerender } = render(<RichTextEditor label="Page" text={createText(yXml, true)} />)
    expect(state()).toBe('read-only')
    rerender(<RichTextEditor label="Page" text={text} readOnly />)
    expect(editor().getAttribute('aria-readonly')).toBe('true')
    expect(editor().getAttribute('contenteditable')).toBe('false')
    expect(screen.queryByRole('toolbar')).toBeNull()
    await userEvent.click(editor())
    await keys('no')
    expect(yXml.toString()).toBe('<paragraph>Sow</paragraph>')
    rerender(<RichTextEditor label="Page" text={text} />)
    await userEvent.click(editor())
    await keys('{End}!')
    expect(yXml.toString()).toBe('<paragraph>Sow!</paragraph>')
  })

  const foreign: readonly (readonly [string, (tree: Y.XmlFragment) => void])[] = [
    ['a node', (tree) => tree.push([element('drawing', 'secret', { of: 'a cat' })])],
    ['a node within a known one', (tree) => (tree.get(0) as Y.XmlElement).push([element('sticker', '')])],
    ['a mark', (tree) => ((tree.get(0) as Y.XmlElement).get(0) as Y.XmlText).format(0, 2, { highlight: { of: 'all' } })],
    ['an attribute of a node', (tree) => (tree.get(0) as Y.XmlElement).setAttribute('align', 'end')],
    ['an attribute of a mark', (tree) => ((tree.get(0) as Y.XmlElement).get(0) as Y.XmlText).format(0, 2, { bold: { weight: 5 } })],
    ['something embedded', (tree) => ((tree.get(0) as Y.XmlElement).get(0) as Y.XmlText).insertEmbed(1, { image: 'x' })],
    ['text beside blocks', (tree) => tree.push([new Y.XmlText('loose')])],
    ['a known node where none may be', (tree) => (tree.get(0) as Y.XmlElement).push([element('heading', 'inside')])],
    ['a hook', (tree) => (tree as Y.XmlFragment).push([new Y.XmlHook('old') as unknown as Y.XmlElement])],
  ]
  for (const [name, add] of foreign) {
    it(`keeps ${name} that it does not know, and lets the text only be read`, () => {
      const yXml = createTree('known text', 'more')
      add(yXml)
      const before = yXml.toString()
      render(<RichTextEditor label="Page" text={createText(yXml)} />)
      expect(state()).toBe('newer')
      expect(screen.getByText('the plain text')).toBeTruthy()
      expect(screen.getByText('You can only read this text here')).toBeTruthy()
      expect(document.querySelector('[contenteditable="true"]')).toBeNull()
      expect(yXml.toString()).toBe(before)
    })

    it(`keeps ${name} that it does not know and that comes while one writes, and takes input again when it is gone`, async () => {
      const yXml = createTree('known text', 'more')
      const updates: unknown[] = []
      render(<RichTextEditor label="Page" text={createText(yXml)} />)
      expect(state()).toBe('editing')
      await userEvent.click(editor())
      yXml.doc!.on('update', (_update, origin) => updates.push(origin))
      act(() => remotely(yXml, add))
      expect(state()).toBe('newer')
      expect(
        updates.every((origin) => origin === 'remote'),
        'nothing was written here',
      ).toBe(true)
      const after = createTree('known text', 'more')
      add(after)
      expect(yXml.toString()).toBe(after.toString())
      await keys('lost')
      expect(yXml.toString()).toBe(after.toString())
      act(() =>
        remotely(yXml, (tree) => {
          tree.delete(0, tree.length)
          tree.push([element('paragraph', 'clean')])
        }),
      )
      expect(state()).toBe('editing')
      expect(editor().textContent).toBe('clean')
    })
  }

  it('deletes an empty list that two people left over, for whoever may write, and lets others only read', () => {
    const yXml = createTree('known text')
    yXml.push([element('bulletList', '')])
    const { unmount } = render(<RichTextEditor label="Page" text={createText(yXml, true)} />)
    expect([state(), yXml.length]).toEqual(['newer', 2])
    unmount()
    render(<RichTextEditor label="Page" text={createText(yXml)} />)
    expect([state(), yXml.length]).toEqual(['editing', 1])
    expect(document.querySelectorAll('.tiptap')).toHaveLength(1)
  })

  it('makes one text of two that lie beside each other, once', () => {
    const yXml = createTree('one, ')
    ;(yXml.get(0) as Y.XmlElement).push([new Y.XmlText('two')])
    render(<RichTextEditor label="Page" text={createText(yXml)} />)
    expect(document.querySelectorAll('.tiptap')).toHaveLength(1)
    expect(editor().textContent).toBe('one, two')
    expect(yXml.toString()).toBe('<paragraph>one, two</paragraph>')
  })

  it('binds to a rebuilt document, goes on where the caret was, and leaves the former one alone', async () => {
    const yXml = createTree('one')
    const text = createText(yXml)
    render(<RichTextEditor label="Page" text={text} />)
    await userEvent.click(editor())
    await keys('{End}!')
    const rebuilt = createTree('one!', 'two')
    act(() => text.current.set({ generation: 2, yXml: rebuilt }))
    await keys('?')
    expect(rebuilt.toString()).toBe('<paragraph>one!?</paragraph><paragraph>two</paragraph>')
    expect(yXml.toString()).toBe('<paragraph>one!</paragraph>')
    expect(document.querySelectorAll('.tiptap')).toHaveLength(1)
  })

  it('leaves the caret behind what stands of what was typed there when the document is rebuilt', async () => {
    const copy = (yXml: Y.XmlFragment): Y.XmlFragment => {
      const doc = new Y.Doc({ gc: false })
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(yXml.doc!))
      return doc.getXmlFragment('xml')
    }
    const wordsOf = (yXml: Y.XmlFragment, at = 1) => (yXml.get(at) as Y.XmlElement).get(0) as Y.XmlText
    const yXml = createTree('title', 'before after')
    const other = copy(yXml)
    wordsOf(other).insert(7, 'THEIRS')
    Y.applyUpdate(yXml.doc!, Y.encodeStateAsUpdate(other.doc!))
    const rebuilt = copy(yXml)
    wordsOf(other).insert(13, 'GONE')
    wordsOf(other, 0).insert(0, 'GONE')
    Y.applyUpdate(yXml.doc!, Y.encodeStateAsUpdate(other.doc!))
    const text = createText(yXml)
    render(<RichTextEditor label="Page" text={text} />)
    await userEvent.click(editor())
    await keys('{Control>}{Home}{/Control}{End}{ArrowRight}')
    for (let i = 0; i < 7; i++) await keys('{ArrowRight}')
    await keys('mine')
    expect(wordsOf(yXml).toString()).toBe('before mineTHEIRSGONEafter')
    act(() => text.current.set({ generation: 2, yXml: rebuilt }))
    await keys('x')
    expect(rebuilt.toString()).toBe('<paragraph>title</paragraph><paragraph>before xTHEIRSafter</paragraph>')
  })

  it('lets go while an Activity hides it, and shows what came meanwhile', async () => {
    const yXml = createTree('one')
    const text = createText(yXml)
    const page = (mode: 'visible' | 'hidden'): ReactNode => (
      <Activity mode={mode}>
        <RichTextEditor label="Page" text={text} />
      </Activity>
    )
    const { rerender } = render(page('visible'))
    rerender(page('hidden'))
    await act(async () => Promise.resolve())
    expect(document.querySelectorAll('.tiptap')).toHaveLength(0)
    act(() => remotely(yXml, (tree) => tree.push([element('paragraph', 'two')])))
    rerender(page('visible'))
    await userEvent.click(editor())
    await keys('{Control>}{End}{/Control}!')
    expect(yXml.toString()).toBe('<paragraph>one</paragraph><paragraph>two!</paragraph>')
  })

  it('takes no more than it may hold, says so, and takes less again', async () => {
    const yXml = createTree('12345')
    render(<RichTextEditor label="Page" text={createText(yXml)} maxLength={9} />)
    await userEvent.click(editor())
    await keys('{End}67890')
    expect(yXml.toString()).toBe('<paragraph>1234567</paragraph>')
    expect(document.querySelector('[data-slot="full"]')?.textContent).toContain('as long as it may be')
    await keys('{Backspace}')
    expect(document.querySelector('[data-slot="full"]')).toBeNull()
    act(() => remotely(yXml, (tree) => tree.push([element('paragraph', 'others may')])))
    expect(editor().textContent).toContain('others may')
  })

  const table =
    '<p>before</p><table><caption>Beds</caption><thead><tr><th>Bed</th><th>Seed</th></tr></thead><tbody><tr><td><b>One</b></td><td><p>Peas</p><p>Beans</p></td></tr><tr><td colspan="2"></td></tr></tbody></table><p>after</p>'
  const pastedTables: readonly (readonly [string, string, string])[] = [
    [
      'a table',
      table,
      ['before', 'Beds', 'Bed', 'Seed', '<bold>One</bold>', 'Peas', 'Beans', 'after']
        .map((text) => `<paragraph>${text}</paragraph>`)
        .join(''),
    ],
    [
      'cells alone',
      '<tr><td>x</td><td>y <a href="https://garden.example">z</a></td></tr>',
      '<paragraph>x</paragraph><paragraph>y <link href="https://garden.example">z</link></paragraph>',
    ],
    [
      'a table in a list',
      '<ul><li>item <table><tr><td>x<td>y</table></li></ul>',
      '<bulletlist><listitem><paragraph>item</paragraph><paragraph>x</paragraph><paragraph>y</paragraph></listitem></bulletlist>',
    ],
  ]
  for (const [name, html, written] of pastedTables) {
    it(`keeps what is written in ${name} that is pasted, a paragraph for each cell`, async () => {
      const yXml = createTree('')
      render(<RichTextEditor label="Page" text={createText(yXml)} />)
      await userEvent.click(editor())
      const data = new DataTransfer()
      data.setData('text/html', html)
      act(() => void editor().dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })))
      expect(yXml.toString()).toBe(written)
      expect(state()).toBe('editing')
    })
  }

  it('opens a link in a page that cannot reach back, and says so where the browser blocks it', async () => {
    const yXml = createTree('read on')
    const words = (yXml.get(0) as Y.XmlElement).get(0) as Y.XmlText
    words.format(0, 7, { link: { href: 'https://example.org/' } })
    render(<RichTextEditor label="Page" text={createText(yXml)} />)
    const press = () => act(async () => userEvent.click(editor().querySelector('a')!, { modifiers: ['Control'] }))
    const page = { opener: window as unknown, location: { href: 'about:blank' } }
    const open = vi.spyOn(window, 'open').mockReturnValue(page as unknown as Window)
    try {
      await press()
      expect(page).toEqual({ opener: null, location: { href: 'https://example.org/' } })
      expect(document.querySelector('[data-slot="refused"]')).toBeNull()
      open.mockReturnValue(null)
      await press()
      expect(document.querySelector('[data-slot="refused"]')?.textContent).toMatch(/did not open the page/)
    } finally {
      open.mockRestore()
    }
  })

  it('lets a link lead to the web and to mail only, whatever a peer put there', async () => {
    const yXml = createTree('click me')
    const words = (yXml.get(0) as Y.XmlElement).get(0) as Y.XmlText
    words.format(0, 5, { link: { href: 'javascript:alert(1)' } })
    words.format(6, 2, { link: { href: 'https://example.org/' } })
    render(<RichTextEditor label="Page" text={createText(yXml)} />)
    const links = [...editor().querySelectorAll('a')]
    expect(links.map((link) => link.getAttribute('href'))).toEqual([null, 'https://example.org/'])
    await userEvent.click(editor())
    await keys('{Control>}a{/Control}')
    await userEvent.click(screen.getByRole('button', { name: 'Link' }))
    await keys('{Control>}a{/Control}javascript:alert(1){Enter}')
    expect(screen.getByRole('alert').textContent).toContain('Only addresses')
    await keys('{Control>}a{/Control}example.com{Enter}')
    expect(words.toDelta()).toEqual([{ insert: 'click me', attributes: { link: { href: 'https://example.com/' } } }])
  })

  it('has a toolbar of one stop, with arrows between its buttons, that shows what is on', async () => {
    const yXml = createTree('word')
    render(<RichTextEditor label="Page" text={createText(yXml)} />)
    await userEvent.click(editor())
    await keys('{Control>}a{/Control}')
    const bold = screen.getByRole('button', { name: 'Bold' })
    expect(bold.getAttribute('aria-pressed')).toBe('false')
    await userEvent.click(bold)
    expect(bold.getAttribute('aria-pressed')).toBe('true')
    expect(document.activeElement, 'the caret stays in the text').toBe(editor())
    expect(yXml.toString()).toBe('<paragraph><bold>word</bold></paragraph>')
    expect(document.querySelectorAll('[role="toolbar"] [tabindex="0"]')).toHaveLength(1)
    act(() => bold.focus())
    await keys('{ArrowRight}{ArrowRight}{ArrowLeft}')
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Italic')
    await keys('{Home}{ArrowLeft}')
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Describe picture')
  })
})

const Page = defineType('page', z.object({ title: z.string() }), { model: 'rich-text' })

describe('RichTextEditor between two people', () => {
  it('merges what both type into one paragraph, names carets, undoes only the own, and keeps it over a remount', async () => {
    const world = await setup('alice', 'bob', { types: [Page] })
    const hers = await world.alice.echo.spaces.create({ name: 'Garden' })
    const { id } = hers.create(Page, { title: 'Plan' })
    const his = await world.join(hers, world.bob)
    await eventually(() => expect(his.get(Page, id)).toBeDefined())
    const [herText, hisText] = [await hers.openText(id, 'rich-text'), await his.openText(id, 'rich-text')]
    const both = (showsHers = true): ReactNode => (
      <StrictMode>
        {showsHers && <RichTextEditor label="Alice" text={herText} space={hers} />}
        <RichTextEditor label="Bob" text={hisText} space={his} />
      </StrictMode>
    )
    const { rerender, unmount } = render(both())
    const trees = () => [herText, hisText].map((text) => text.current.get().yXml.toString())
    await userEvent.click(editor('Alice'))
    await keys('Beans')
    await eventually(() => expect(trees()[1]).toBe('<paragraph>Beans</paragraph>'))
    await eventually(() => expect(editor('Bob').querySelector('.echo-caret')?.textContent).toContain('alice'))
    const caret = editor('Bob').querySelector('.echo-caret')!
    expect(caret.getAttribute('aria-hidden')).toBe('true')

    await userEvent.click(editor('Bob'))
    await eventually(() => expect(editor('Bob').querySelector('.echo-caret')).toBeNull())
    await keys('{Home}HIS ')
    await userEvent.click(editor('Alice'))
    await keys('{End} and peas')
    await eventually(() =>
      expect(trees()).toEqual(['<paragraph>HIS Beans and peas</paragraph>', '<paragraph>HIS Beans and peas</paragraph>']),
    )

    rerender(both(false))
    rerender(both())
    await userEvent.click(editor('Alice'))
    for (let i = 0; i < 5; i++) await keys('{Control>}z{/Control}')
    await eventually(() => expect(trees().join()).not.toContain('Beans'))
    expect(trees()[0]).toContain('HIS ')
    for (let i = 0; i < 5; i++) await keys('{Control>}{Shift>}z{/Shift}{/Control}')
    await eventually(() =>
      expect(trees()).toEqual(['<paragraph>HIS Beans and peas</paragraph>', '<paragraph>HIS Beans and peas</paragraph>']),
    )
    unmount()
    await world.dispose()
  })
})
