import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import type * as Y from 'yjs'
import { z } from 'zod'
import { defineType } from '../../../src/database/types/defineType.ts'
import { plainTextOf } from '../../../src/documents/texts/plainText.ts'
import { RichTextEditor, type LinkableItem, type RichTextEditorProps } from '../../../src/editors/rich-text/index.ts'
import { setup } from '../../../src/testing/setup.ts'
import { createText, createTree, element, remotely } from './richTextTrees.ts'

const keys = (text: string) => act(async () => userEvent.keyboard(text))
const box = () => document.querySelector<HTMLElement>('.tiptap')!
const options = () => screen.queryAllByRole('option').map((option) => option.textContent)
const state = () => document.querySelector('[data-slot="rich-text-editor"]')?.getAttribute('data-state')
const links = () => [...document.querySelectorAll<HTMLElement>('.echo-item-link')]
const shown = () => links().map((link) => [link.querySelector('bdi')!.textContent, link.dataset['state']])

const [plan, beans, shed] = ['A', 'B', 'C'].map((letter) => `${letter.repeat(21)}A`) as [string, string, string]
const all: readonly LinkableItem[] = [
  { id: plan, label: 'Plan of the beds' },
  { id: beans, label: 'Beans' },
  { id: shed, label: '' },
]
const findItems = (typed: string) => all.filter(({ label }) => label.toLowerCase().startsWith(typed.toLowerCase()))
const itemLabel = (id: string) => all.find((item) => item.id === id)?.label
const link = (id: string, label: string) => element('itemLink', '', { id, label })

/** A paragraph that ends with links. */
function withLinks(text: string, ...ends: readonly Y.XmlElement[]): Y.XmlFragment {
  const yXml = createTree(text)
  ;(yXml.get(0) as Y.XmlElement).push([...ends])
  return yXml
}

function open(yXml: Y.XmlFragment, props: Partial<RichTextEditorProps> = {}) {
  return render(<RichTextEditor label="Page" text={createText(yXml)} findItems={findItems} itemLabel={itemLabel} {...props} />)
}

function paste(data: DataTransfer): void {
  act(() => void box().dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })))
}

beforeAll(() => {
  // As the kit's style sheet has it: a browser would else drop a space at the end.
  const style = document.createElement('style')
  style.textContent = '.tiptap { white-space: break-spaces }'
  document.head.append(style)
})
afterEach(() => cleanup())

describe('links to items', () => {
  it('tell the app of what this person linked, and of nothing that others did', async () => {
    const yXml = createTree('See')
    const onLinkItem = vi.fn<(id: string) => void>()
    open(yXml, { onLinkItem })
    await userEvent.click(box())
    await keys('{End} [[[[be{Enter}')
    expect(onLinkItem.mock.calls).toEqual([[beans]])
    act(() => remotely(yXml, (tree) => (tree.get(0) as Y.XmlElement).push([link(plan, 'Plan')])))
    expect(links()).toHaveLength(2)
    expect(onLinkItem).toHaveBeenCalledTimes(1)
  })

  it('are chosen with the keys from a list, and stand in the text by id and label', async () => {
    const yXml = createTree('See')
    open(yXml)
    await userEvent.click(box())
    await keys('{End} [[[[')
    expect(screen.getByRole('listbox', { name: 'Items to link to' })).toBeTruthy()
    expect(options()).toEqual(['Plan of the beds', 'Beans', 'Without a title'])
    await keys('pl')
    expect(options()).toEqual(['Plan of the beds'])
    await keys('{Enter}')
    expect(screen.queryByRole('listbox')).toBeNull()
    await keys('soon')
    expect(yXml.toString()).toBe(`<paragraph>See <itemlink id="${plan}" label="Plan of the beds"></itemlink> soon</paragraph>`)
    expect(plainTextOf(yXml.doc!, 'rich-text')).toBe('See Plan of the beds soon')
    await keys(' [[[[zz')
    expect(screen.getByText('Nothing here is called so.')).toBeTruthy()
    await keys(']]x')
    expect(screen.queryByText('Nothing here is called so.')).toBeNull()
    expect(box().textContent).toBe('See Plan of the beds soon [[zz]]x')
  })

  it('are offered by a button too, and only where items can be found', async () => {
    const yXml = createTree('to')
    const { rerender } = open(yXml)
    await userEvent.click(box())
    await keys('{End}')
    await userEvent.click(screen.getByRole('button', { name: 'Link to an item' }))
    await keys('{ArrowDown}{ArrowDown}{Tab}')
    expect(yXml.toString()).toContain(`to <itemlink id="${shed}" label=""></itemlink> `)
    expect(shown()).toEqual([['Without a title', 'known']])
    rerender(<RichTextEditor label="Page" text={createText(yXml)} />)
    expect(screen.queryByRole('button', { name: 'Link to an item' })).toBeNull()
    await userEvent.click(box())
    await keys('{Control>}{End}{/Control}[[[[')
    expect(options()).toEqual([])
    expect(shown(), 'those that are there stay').toEqual([['Without a title', 'known']])
  })

  it('come from a search that takes time: the last one counts, former ones are told to stop, and Enter takes nothing that is out of date', async () => {
    const searches: { typed: string; signal: AbortSignal; answer: (items: readonly LinkableItem[]) => void; fail: (why: Error) => void }[] =
      []
    const find = (typed: string, signal: AbortSignal) =>
      new Promise<readonly LinkableItem[]>((answer, fail) => void searches.push({ typed, signal, answer, fail }))
    const yXml = createTree('')
    const { unmount } = open(yXml, { findItems: find })
    await userEvent.click(box())
    await keys('[[[[')
    expect(screen.getByText('Searching…', { selector: 'p' })).toBeTruthy()
    await act(async () => searches[0]!.answer([{ id: beans, label: 'Beans' }]))
    expect(options()).toEqual(['Beans'])
    await keys('p')
    await keys('l{Enter}')
    expect(searches.map(({ typed, signal }) => [typed, signal.aborted])).toEqual([
      ['', true],
      ['p', true],
      ['pl', false],
    ])
    expect(yXml.toString()).toBe('<paragraph>[[pl</paragraph>')
    await act(async () =>
      searches[2]!.answer([...all, ...Array.from({ length: 50 }, (_, index) => ({ id: `${index}`, label: `${index}` }))]),
    )
    await act(async () => searches[1]!.answer([{ id: beans, label: 'Late' }]))
    expect(options()).toHaveLength(8)
    expect(options()[0]).toBe('Plan of the beds')
    await keys('a')
    await act(async () => searches[3]!.fail(new Error('no search today')))
    expect(screen.getByText('The search failed. Type on to try again.', { selector: 'p' })).toBeTruthy()
    expect(options()).toEqual([])
    await keys('n')
    unmount()
    expect(searches[4]!.signal.aborted).toBe(true)
  })

  it('say that a search failed at once, and leave what is typed in the text', async () => {
    const yXml = createTree('')
    open(yXml, {
      findItems() {
        throw new Error('closed')
      },
    })
    await userEvent.click(box())
    await keys('[[[[be')
    expect(screen.getByText('The search failed. Type on to try again.', { selector: 'p' })).toBeTruthy()
    expect(yXml.toString()).toBe('<paragraph>[[be</paragraph>')
  })

  it('show the present label, and of an item that is not there the written one, and that it is gone', () => {
    const yXml = withLinks('', link(plan, 'Old plan'), link(beans, 'Peas'), link(shed, 'Shed'))
    const text = createText(yXml)
    const before = yXml.toString()
    const page = (label?: (id: string) => string | undefined) => (
      <RichTextEditor label="Page" text={text} itemLabel={label} onOpenItem={() => {}} />
    )
    const { rerender } = render(page((id) => ({ [plan]: 'Plan', [shed]: '' })[id]))
    expect(shown()).toEqual([
      ['Plan', 'known'],
      ['Peas', 'gone'],
      ['Without a title', 'known'],
    ])
    expect(links()[1]!.textContent).toBe('Peas (not there any more)')
    expect(links().map((each) => each.getAttribute('aria-disabled'))).toEqual([null, 'true', null])
    rerender(page((id) => ({ [plan]: 'New plan', [beans]: 'Beans' })[id]))
    expect(shown()).toEqual([
      ['New plan', 'known'],
      ['Beans', 'known'],
      ['Shed', 'gone'],
    ])
    rerender(page())
    expect(shown().map(([label]) => label)).toEqual(['Old plan', 'Peas', 'Shed'])
    expect(yXml.toString(), 'nothing was written').toBe(before)
  })

  it('open their item by Tab and Enter, by the arrows and Enter, and by a click, and a gone one never', async () => {
    const yXml = withLinks('to ', link(beans, 'Beans'), link('D'.repeat(21) + 'A', 'Gone'))
    const onOpenItem = vi.fn<(id: string) => void>()
    const text = createText(yXml)
    const page = (readOnly: boolean, onOpen?: typeof onOpenItem) => (
      <RichTextEditor label="Page" text={text} itemLabel={itemLabel} onOpenItem={onOpen} readOnly={readOnly} />
    )
    const { rerender } = render(page(false, onOpenItem))
    act(() => box().focus())
    for (const key of ['{Home}', '{ArrowRight}', '{ArrowRight}', '{ArrowRight}', '{ArrowRight}', '{Enter}']) await keys(key)
    expect(onOpenItem.mock.calls).toEqual([[beans]])
    for (const key of ['{ArrowRight}', '{ArrowRight}', '{Enter}']) await keys(key)
    expect(onOpenItem).toHaveBeenCalledTimes(1)
    await keys('{Home}')
    await keys('{Tab}')
    expect(document.activeElement).toBe(links()[0])
    await keys('{Enter}x{Backspace}')
    expect(onOpenItem).toHaveBeenCalledTimes(2)
    await userEvent.click(links()[0]!)
    expect(onOpenItem).toHaveBeenCalledTimes(3)
    await keys('x')
    await userEvent.click(links()[1]!, { force: true })
    await keys('x')
    rerender(page(true, onOpenItem))
    act(() => box().focus())
    await keys('{Tab}{Enter}{Tab}{Enter}')
    expect(document.activeElement).toBe(links()[1])
    expect(onOpenItem.mock.calls).toEqual([[beans], [beans], [beans], [beans]])
    rerender(page(true))
    expect(screen.queryByRole('link')).toBeNull()
    expect(yXml.toString(), 'nothing was written').toMatch(
      /^<paragraph>to <itemlink [^>]*><\/itemlink><itemlink [^>]*><\/itemlink><\/paragraph>$/,
    )
  })

  it('come along into another text, are labels in plain text, and are one step for Backspace', async () => {
    const yXml = withLinks('see ', link(beans, 'Peas'))
    const { unmount } = open(yXml)
    await userEvent.click(box().querySelector('p')!)
    await keys('{Control>}a{/Control}')
    const data = new DataTransfer()
    box().dispatchEvent(new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true }))
    expect(data.getData('text/plain')).toBe('see Beans')
    unmount()
    const other = createTree('')
    open(other)
    await userEvent.click(box())
    paste(data)
    expect(other.toString()).toBe(`<paragraph>see <itemlink id="${beans}" label="Peas"></itemlink></paragraph>`)
    await keys('{Backspace}')
    expect(other.toString()).toBe('<paragraph>see </paragraph>')
  })

  it('of a page that was made to mislead are pasted as text', async () => {
    const yXml = createTree('')
    open(yXml)
    await userEvent.click(box())
    const data = new DataTransfer()
    data.setData(
      'text/html',
      `<p>a <a data-item="../admin" data-label="x" href="javascript:alert(1)">way</a>, <a data-item="${beans}" data-label="${'x'.repeat(5000)}" onclick="alert(1)">beans</a></p>`,
    )
    paste(data)
    expect(yXml.toString()).toMatch(new RegExp(`^<paragraph>a way, <itemlink id="${beans}" label="x{59}…"></itemlink></paragraph>$`))
    expect(state()).toBe('editing')
  })

  it('isolate labels of any direction and keep them on their line and length', () => {
    const labels = ['\u202Etxt.exe\u202C', '<img src=x onerror=alert(1)>', 'x'.repeat(1000), 'a\nb', '']
    open(withLinks('before ', ...labels.map((label) => link(plan, label))), { itemLabel: undefined })
    expect(shown().map(([label]) => label)).toEqual([
      'txt.exe',
      '<img src=x onerror=alert(1)>',
      `${'x'.repeat(59)}…`,
      'a b',
      'Without a title',
    ])
  })

  const misfits: readonly (readonly [string, Record<string, unknown>])[] = [
    ['a label of 10,000 characters', { id: beans, label: 'x'.repeat(10_000) }],
    ['a label that is no text', { id: beans, label: { first: 'Bob' } }],
    ['an id that is none', { id: 7, label: 'Beans' }],
    ['an id of another shape', { id: '../admin', label: 'Beans' }],
    ['more than id and label', { id: beans, label: 'Beans', href: 'javascript:alert(1)' }],
  ]
  for (const [name, attributes] of misfits) {
    it(`with ${name}, from a peer, make a text one that is only read, and stay in it`, async () => {
      const yXml = createTree('known')
      open(yXml)
      expect(state()).toBe('editing')
      act(() => remotely(yXml, (tree) => (tree.get(0) as Y.XmlElement).push([element('itemLink', '', attributes)])))
      await vi.waitFor(() => expect(state()).toBe('newer'))
      expect(yXml.toString()).toContain('<itemlink')
      expect(links()).toEqual([])
    })
  }

  it('that a peer left without id or label can be written around', async () => {
    const yXml = withLinks('a', element('itemLink', '', {}))
    open(yXml)
    expect(shown()).toEqual([['Without a title', 'gone']])
    act(() => box().focus())
    await keys('{Home}')
    await keys('b')
    expect(yXml.toString()).toContain('ba<itemlink')
  })

  it('are seen by both people, by the label that each has now, and are taken back in one step', async () => {
    const Page = defineType('page', z.object({ title: z.string() }), { model: 'rich-text' })
    const world = await setup('alice', 'bob', { types: [Page] })
    const [hers, his] = await world.shareSpace('Garden', world.alice, world.bob)
    const page = hers.create(Page, { title: 'Plan' })
    const other = hers.create(Page, { title: 'Peas' })
    const eventually = (check: () => void) => act(async () => vi.waitFor(check, { timeout: 5000 }))
    await eventually(() => expect(his.get(Page, other.id)).toBeDefined())
    const texts = [await hers.openText(page.id, 'rich-text'), await his.openText(page.id, 'rich-text')] as const
    const both = () =>
      ([hers, his] as const).map((space, index) => (
        <RichTextEditor
          key={index}
          label={['Alice', 'Bob'][index]!}
          text={texts[index]}
          space={space}
          findItems={() => [{ id: other.id, label: space.get(Page, other.id)!.title }]}
          itemLabel={(id) => space.get(Page, id)?.title}
        />
      ))
    const { rerender, unmount } = render(both())
    await userEvent.click(screen.getByRole('textbox', { name: 'Alice' }))
    await keys('See [[[[p{Enter}')
    await eventually(() => expect(links()).toHaveLength(2))
    expect(texts[1].current.get().yXml.toString()).toBe(`<paragraph>See <itemlink id="${other.id}" label="Peas"></itemlink> </paragraph>`)
    his.update(other, { title: 'Sweet peas' })
    await eventually(() => expect(hers.get(Page, other.id)!.title).toBe('Sweet peas'))
    rerender(both())
    expect(shown()).toEqual([
      ['Sweet peas', 'known'],
      ['Sweet peas', 'known'],
    ])
    await keys('{Control>}z{/Control}')
    await eventually(() => expect(links()).toHaveLength(0))
    expect(texts.map((text) => text.current.get().yXml.toString())).toEqual(Array(2).fill('<paragraph>See [[p</paragraph>'))
    await keys('{Control>}{Shift>}z{/Shift}{/Control}')
    await eventually(() => expect(links()).toHaveLength(2))
    unmount()
    await world.dispose()
  })
})
