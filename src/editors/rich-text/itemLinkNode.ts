import { Node, type NodeViewRenderer } from '@tiptap/core'
import { NodeSelection } from '@tiptap/pm/state'
import { bareName } from '../../components/basics/plainName.ts'
import { parseId, type ItemId } from '../../shared/ids.ts'
import type { Readable } from '../../shared/readable.ts'
import { showAtom } from './showAtom.ts'

/** An item that a text can link to. */
export interface LinkableItem {
  readonly id: string
  readonly label: string
}

/** What links are shown by, and where they lead. */
export interface ItemLinks {
  /** The present label of an item, undefined where there is none such (any more). Without it, links have the labels that were written. */
  readonly labelOf: ((id: ItemId) => string | undefined) | undefined
  /** Without it links lead nowhere. */
  readonly open: ((id: ItemId) => void) | undefined
  /** Said of a link to an item that is not there. */
  readonly gone: string
  /** Shown for an item without a label. */
  readonly untitled: string
}

type State = 'known' | 'gone'

/** An item's id from a document, or undefined where it is none. Never throws. */
export function linkedItem(value: unknown): ItemId | undefined {
  return typeof value === 'string' ? parseId<ItemId>(value, 16) : undefined
}

/**
 * A link to an item: its id, and its label at the time of writing, for where the item is gone. Shown is the present label, as plain text: both are the
 * words of a peer. A click opens the item, and so does Enter: on the link, which is a stop of Tab, and where the arrow keys have selected it.
 */
export function createItemLinkNode(links: Readable<ItemLinks>): Node {
  const read = ({ id, label: written }: Readonly<Record<string, unknown>>): { id: ItemId | undefined; label: string; state: State } => {
    const { labelOf, untitled } = links.get()
    const item = linkedItem(id)
    const present = item === undefined ? undefined : labelOf === undefined ? String(written) : labelOf(item)
    return { id: item, label: bareName(present ?? String(written)) || untitled, state: present === undefined ? 'gone' : 'known' }
  }
  const open = (attributes: Readonly<Record<string, unknown>>): void => {
    const { id, state } = read(attributes)
    if (id !== undefined && state === 'known') links.get().open?.(id)
  }

  const view: NodeViewRenderer = ({ node }) => {
    const dom = document.createElement('a')
    const name = document.createElement('bdi')
    const hint = document.createElement('span')
    dom.className = 'echo-item-link'
    hint.className = 'echo-visually-hidden'
    let attributes = node.attrs
    const shown = showAtom(node, dom, ({ attrs }) => {
      attributes = attrs
      const { label, state } = read(attrs)
      const { gone, open: canOpen } = links.get()
      dom.dataset['state'] = state
      name.textContent = label
      hint.textContent = ` (${gone})`
      dom.replaceChildren(name, ...(state === 'gone' ? [hint] : []))
      setAttributes(dom, {
        title: state === 'gone' ? gone : null,
        role: canOpen && 'link',
        tabindex: canOpen && '0',
        'aria-disabled': canOpen && state === 'gone' ? 'true' : null,
      })
    })
    dom.addEventListener('click', () => open(attributes))
    dom.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.isComposing) return
      event.preventDefault()
      open(attributes)
    })
    // What is done on a link that opens is no matter of the text's: that would select it, and what is typed next would take its place.
    const stopEvent = ({ type }: Event): boolean => links.get().open !== undefined && /^(?:key|mouse)/.test(type)
    return { ...shown, destroy: links.subscribe(shown.refresh), stopEvent }
  }

  return Node.create({
    name: 'itemLink',
    group: 'inline',
    inline: true,
    atom: true,
    // Before Enter parts a line.
    priority: 200,
    addAttributes: () => ({
      id: { default: '', parseHTML: (element) => element.getAttribute('data-item') },
      label: { default: '', parseHTML: (element) => bareName(element.getAttribute('data-label') ?? '') },
    }),
    parseHTML: () => [
      { tag: 'a[data-item]', getAttrs: (element) => (linkedItem(element.getAttribute('data-item')) === undefined ? false : null) },
    ],
    renderHTML: ({ node: { attrs } }) => [
      'a',
      { 'data-item': String(attrs['id']), 'data-label': bareName(String(attrs['label'])) },
      read(attrs).label,
    ],
    renderText: ({ node }) => read(node.attrs).label,
    addNodeView: () => view,
    addKeyboardShortcuts: () => ({
      Enter({ editor }) {
        const { selection } = editor.state
        if (!(selection instanceof NodeSelection) || selection.node.type.name !== 'itemLink') return false
        open(selection.node.attrs)
        return true
      },
    }),
  })
}

/** Sets attributes of an element; one that is nothing is taken away. */
function setAttributes(element: HTMLElement, attributes: Readonly<Record<string, string | null | undefined>>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) element.removeAttribute(name)
    else element.setAttribute(name, value)
  }
}
