import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import * as Y from 'yjs'
import { RichTextEditor, type MentionablePerson } from '../../../src/editors/rich-text/index.ts'
import { plainTextOf } from '../../../src/documents/texts/plainText.ts'
import { createWritable } from '../../../src/shared/readable.ts'
import { createText, createTree, element, remotely } from './richTextTrees.ts'

const keys = (text: string) => act(async () => userEvent.keyboard(text))
const box = () => document.querySelector<HTMLElement>('.tiptap')!
const options = () => screen.queryAllByRole('option').map((option) => option.textContent)
const state = () => document.querySelector('[data-slot="rich-text-editor"]')?.getAttribute('data-state')

const people: readonly MentionablePerson[] = [
  { id: 'ann', name: 'Ann Weber', isMe: true },
  { id: 'bob', name: 'Bob' },
  { id: 'bea', name: 'Béa Noir' },
]

const mention = (id: string, name: string) => element('mention', '', { id, name })

function open(yXml: Y.XmlFragment, all: readonly MentionablePerson[] = people) {
  return render(<RichTextEditor label="Page" text={createText(yXml)} people={all} />)
}

beforeAll(() => {
  // As the kit's style sheet has it: a browser would else drop a space at the end.
  const style = document.createElement('style')
  style.textContent = '.tiptap { white-space: break-spaces }'
  document.head.append(style)
})
afterEach(() => cleanup())

describe('mentions', () => {
  it('are chosen with the keys from a list that says what is active, and stand in the text by id and name', async () => {
    const yXml = createTree('Ask')
    open(yXml)
    await userEvent.click(box())
    await keys('{End} @')
    expect(options()).toEqual(['AWAnn Weber', 'BBob', 'BNBéa Noir'].map((text) => expect.stringContaining(text.slice(-4))))
    const list = screen.getByRole('listbox', { name: 'People to mention' })
    const combobox = screen.getByRole('combobox', { name: 'Page' })
    expect(combobox.getAttribute('aria-expanded')).toBe('true')
    expect(combobox.getAttribute('aria-controls')).toBe(list.id)
    const active = () => document.getElementById(box().getAttribute('aria-activedescendant')!)?.textContent
    expect(active()).toContain('Ann')
    await keys('{ArrowDown}')
    expect(active()).toContain('Bob')
    await keys('{ArrowUp}{ArrowUp}')
    expect(active()).toContain('Béa')
    await keys('be')
    expect(options()).toEqual([expect.stringContaining('Béa Noir')])
    await keys('{Enter}')
    expect(screen.queryByRole('listbox')).toBeNull()
    expect(screen.getByRole('textbox', { name: 'Page' }).getAttribute('aria-multiline')).toBe('true')
    await keys('twice')
    expect(yXml.toString()).toBe('<paragraph>Ask <mention id="bea" name="Béa Noir"></mention> twice</paragraph>')
    expect(box().textContent).toBe('Ask @Béa Noir twice')
    expect(plainTextOf(yXml.doc!, 'rich-text')).toBe('Ask @Béa Noir twice')
  })

  it('are taken by Tab and by a click, and are one step for Backspace', async () => {
    const yXml = createTree('')
    open(yXml)
    await userEvent.click(box())
    await keys('@no{Tab}@b')
    await userEvent.click(screen.getByRole('option', { name: 'Bob' }))
    expect(document.activeElement).toBe(box())
    expect(box().textContent).toBe('@Béa Noir @Bob ')
    await keys('{Backspace}{Backspace}')
    expect(box().textContent).toBe('@Béa Noir ')
  })

  it('are offered by a button too', async () => {
    const yXml = createTree('to')
    const { rerender } = open(yXml)
    await userEvent.click(box())
    await keys('{End}')
    await userEvent.click(screen.getByRole('button', { name: 'Mention someone' }))
    await keys('{Enter}')
    expect(box().textContent).toBe('to @Ann Weber ')
    rerender(<RichTextEditor label="Page" text={createText(yXml)} />)
    expect(screen.queryByRole('button', { name: 'Mention someone' })).toBeNull()
  })

  it('leave the list closed after Escape, a blur, in code, within a word, and for what another types', async () => {
    const yXml = createTree('')
    open(yXml)
    await userEvent.click(box())
    await keys('@')
    expect(options()).toHaveLength(3)
    await keys('{Escape}')
    expect(options()).toHaveLength(0)
    await keys('b')
    expect(options()).toHaveLength(0)
    await keys(' @')
    expect(options()).toHaveLength(3)
    act(() => box().blur())
    expect(options()).toHaveLength(0)
    act(() => box().focus())
    await keys('{Enter}mail me@')
    expect(options()).toHaveLength(0)
    await keys('{Enter}``` @')
    expect(options()).toHaveLength(0)
    act(() => remotely(yXml, (tree) => (tree.get(0) as Y.XmlElement).insert(0, [new Y.XmlText('@a')])))
    expect(options()).toHaveLength(0)
    await keys('{Control>}{Home}{/Control}{ArrowRight}')
    expect(options(), 'a caret that comes by').toHaveLength(0)
  })

  it('open no list for what another writes at the own caret, and leave an open one open and a closed one closed', async () => {
    const yXml = createTree('to b')
    const wordsOf = (tree: Y.XmlFragment) => (tree.get(0) as Y.XmlElement).get(0) as Y.XmlText
    open(yXml)
    await userEvent.click(box())
    await keys('{End}')
    act(() => remotely(yXml, (tree) => wordsOf(tree).insert(3, '@')))
    expect(box().textContent).toBe('to @b')
    expect(options()).toHaveLength(0)
    await keys(' and @b')
    expect(options()).toHaveLength(2)
    await keys('{ArrowDown}')
    act(() => remotely(yXml, (tree) => wordsOf(tree).insert(0, 'Hello ')))
    expect(options()).toHaveLength(2)
    expect(screen.getByRole('option', { selected: true }).textContent).toContain('Béa')
    await keys('{Escape}')
    act(() => remotely(yXml, (tree) => wordsOf(tree).insert(0, 'Oh, ')))
    expect(options()).toHaveLength(0)
    await keys('e')
    expect(options()).toHaveLength(0)
  })

  it('say that nobody is called so, and let Enter be Enter then', async () => {
    const yXml = createTree('')
    open(yXml)
    await userEvent.click(box())
    await keys('@zz')
    expect(screen.getByText('Nobody here has such a name.')).toBeTruthy()
    await keys(' top')
    expect(screen.queryByText('Nobody here has such a name.')).toBeNull()
    await keys('{Enter}x')
    expect(yXml.toString()).toBe('<paragraph>@zz top</paragraph><paragraph>x</paragraph>')
  })

  it('show the present name, and the one that was written where nobody has the id any more', async () => {
    const yXml = createTree('')
    ;(yXml.get(0) as Y.XmlElement).push([mention('bob', 'Robert'), mention('gone', 'Gone Girl'), mention('ann', 'Ann')])
    const text = createText(yXml)
    const shown = () =>
      [...document.querySelectorAll<HTMLElement>('.echo-mention')].map((each) => [each.textContent, each.dataset['state']])
    const { rerender } = render(<RichTextEditor label="Page" text={text} people={people} />)
    expect(shown()).toEqual([
      ['@Bob', 'member'],
      ['@Gone Girl', 'unknown'],
      ['@Ann Weber', 'me'],
    ])
    rerender(<RichTextEditor label="Page" text={text} people={[{ id: 'bob', name: 'Bobby' }]} />)
    expect(shown()).toEqual([
      ['@Bobby', 'member'],
      ['@Gone Girl', 'unknown'],
      ['@Ann', 'unknown'],
    ])
    expect(yXml.toString(), 'nothing was written').toContain('name="Robert"')
  })

  it('are the members of the space where nobody else is named', async () => {
    const members = createWritable(people)
    const space = { presence: { others: () => createWritable([]), share() {} }, undo: { state: createWritable({}) }, members }
    render(<RichTextEditor label="Page" text={createText(createTree(''))} space={space as never} />)
    await userEvent.click(box())
    await keys('@bob')
    expect(options()).toEqual([expect.stringContaining('Bob')])
  })

  it('come along when they are cut and pasted, and are names in plain text', async () => {
    const yXml = createTree('see ')
    ;(yXml.get(0) as Y.XmlElement).push([mention('bob', 'Robert')])
    open(yXml)
    await userEvent.click(box())
    await keys('{Control>}a{/Control}')
    const data = new DataTransfer()
    box().dispatchEvent(new ClipboardEvent('cut', { clipboardData: data, bubbles: true, cancelable: true }))
    expect(data.getData('text/plain')).toBe('see @Bob')
    expect(yXml.toString()).toBe('<paragraph></paragraph>')
    act(() => void box().dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })))
    expect(yXml.toString()).toBe('<paragraph>see <mention id="bob" name="Robert"></mention></paragraph>')
  })

  it('isolate names of any direction and keep them on their line and length', () => {
    const yXml = createTree('before ')
    const names = ['\u202Etxt.exe\u202C', '<img src=x onerror=alert(1)>', 'x'.repeat(1000), 'a\nb', '']
    ;(yXml.get(0) as Y.XmlElement).push(names.map((name, index) => mention(`p${index}`, name)))
    open(yXml)
    const shown = [...document.querySelectorAll('.echo-mention bdi')].map((each) => each.textContent!)
    expect(shown[0]).toBe('txt.exe')
    expect(shown[1]).toBe('<img src=x onerror=alert(1)>')
    expect(shown[2]!.length).toBeLessThan(100)
    expect(shown[3]).toBe('a b')
    expect(shown[4]).toBe('Someone without a name')
  })

  const misfits: readonly (readonly [string, Record<string, unknown>])[] = [
    ['a name of 10,000 characters', { id: 'bob', name: 'x'.repeat(10_000) }],
    ['a name that is no text', { id: 'bob', name: { first: 'Bob' } }],
    ['an id that is none', { id: 7, name: 'Bob' }],
    ['an id without end', { id: 'x'.repeat(1000), name: 'Bob' }],
    ['more than id and name', { id: 'bob', name: 'Bob', onclick: 'alert(1)' }],
  ]
  for (const [name, attributes] of misfits) {
    it(`of ${name} make a text one that is only read, and stay in it`, async () => {
      const yXml = createTree('known')
      open(yXml)
      expect(state()).toBe('editing')
      act(() => remotely(yXml, (tree) => (tree.get(0) as Y.XmlElement).push([element('mention', '', attributes)])))
      await vi.waitFor(() => expect(state()).toBe('newer'))
      expect(yXml.toString()).toContain('<mention')
    })
  }
})
