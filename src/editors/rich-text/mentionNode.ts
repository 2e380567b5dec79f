import { Node, type NodeViewRenderer } from '@tiptap/core'
import { bareName } from '../../components/basics/plainName.ts'
import type { Profile } from '../../identity/profileRecord.ts'
import type { Readable } from '../../shared/readable.ts'
import { showAtom } from './showAtom.ts'

/** Somebody who can be mentioned. Members of a space are. */
export interface MentionablePerson extends Profile {
  readonly id: string
  readonly isMe?: boolean
  /** Of the person's colour, as members of one space have it; by the id alone where it is left out. */
  readonly hue?: number
}

/** Who can be mentioned, by id. */
export type People = Readable<ReadonlyMap<string, MentionablePerson>>

/**
 * A person in a text: the id, and the name at the time of writing, for those who are no members any more. Shown is the present name, as plain text: both
 * are the words of a peer.
 */
export function createMentionNode(people: People, unnamed: string): Node {
  const nameOf = (id: unknown, written: unknown): string => {
    const person = people.get().get(String(id))
    return bareName(person?.name ?? String(written)) || unnamed
  }

  const view: NodeViewRenderer = ({ node }) => {
    const dom = document.createElement('span')
    const name = document.createElement('bdi')
    dom.className = 'echo-mention'
    dom.append('@', name)
    const shown = showAtom(node, dom, ({ attrs }) => {
      const { id, name: written } = attrs as { readonly id: unknown; readonly name: unknown }
      const person = people.get().get(String(id))
      dom.dataset['state'] = person === undefined ? 'unknown' : person.isMe === true ? 'me' : 'member'
      name.textContent = nameOf(id, written)
    })
    return { ...shown, destroy: people.subscribe(shown.refresh) }
  }

  return Node.create({
    name: 'mention',
    group: 'inline',
    inline: true,
    atom: true,
    selectable: false,
    addAttributes: () => ({
      id: { default: '', parseHTML: (element) => element.getAttribute('data-mention') },
      name: { default: '', parseHTML: (element) => bareName(element.getAttribute('data-name') ?? '') },
    }),
    parseHTML: () => [{ tag: 'span[data-mention]' }],
    renderHTML: ({ node }) => [
      'span',
      { 'data-mention': String(node.attrs['id']), 'data-name': bareName(String(node.attrs['name'])) },
      textOfMention(nameOf(node.attrs['id'], node.attrs['name'])),
    ],
    renderText: ({ node }) => textOfMention(nameOf(node.attrs['id'], node.attrs['name'])),
    addNodeView: () => view,
  })
}

/** A mention as plain text. */
export function textOfMention(name: string): string {
  return `@${name}`
}
