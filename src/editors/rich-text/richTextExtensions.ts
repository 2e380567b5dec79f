import type { Extensions } from '@tiptap/core'
import { Blockquote } from '@tiptap/extension-blockquote'
import { Bold } from '@tiptap/extension-bold'
import { Code } from '@tiptap/extension-code'
import { CodeBlock } from '@tiptap/extension-code-block'
import { Document } from '@tiptap/extension-document'
import { HardBreak } from '@tiptap/extension-hard-break'
import { Heading } from '@tiptap/extension-heading'
import { Italic } from '@tiptap/extension-italic'
import { BulletList, ListItem, ListKeymap, OrderedList, TaskItem, TaskList } from '@tiptap/extension-list'
import { Paragraph } from '@tiptap/extension-paragraph'
import { Strike } from '@tiptap/extension-strike'
import { Text } from '@tiptap/extension-text'
import type { Node } from '@tiptap/pm/model'
import { createImageNode, type ImageSettings } from './imageNode.ts'
import { createItemLinkNode, type ItemLinks } from './itemLinkNode.ts'
import { createLinkMark } from './linkMark.ts'
import { createMentionNode, textOfMention, type People } from './mentionNode.ts'
import { PastedTables } from './pastedTables.ts'
import type { Readable } from '../../shared/readable.ts'

export interface RichTextSettings {
  /** Names the box of a task for screen readers. */
  readonly taskLabel: (text: string) => string
  readonly people: People
  /** Shown for a person without a name. */
  readonly unnamed: string
  readonly itemLinks: Readable<ItemLinks>
  readonly images: ImageSettings
  /** The browser did not open the page that a link leads to. */
  readonly onLinkBlocked: () => void
}

/**
 * The nodes and marks of a rich text, and the keys for them. Their names are what stands in documents: a name that is taken away here makes older
 * documents read-only.
 */
export function richTextExtensions({ taskLabel, people, unnamed, itemLinks, images, onLinkBlocked }: RichTextSettings): Extensions {
  return [
    Document,
    Paragraph,
    Text,
    HardBreak,
    Heading.configure({ levels: [1, 2, 3] }),
    BulletList,
    OrderedList,
    ListItem,
    ListKeymap,
    TaskList,
    TaskItem.configure({ nested: true, a11y: { checkboxLabel: (node) => taskLabel(wordsOf(node).slice(0, 100)) } }),
    Blockquote,
    CodeBlock,
    Bold,
    Italic,
    Strike,
    Code,
    createLinkMark(onLinkBlocked),
    createMentionNode(people, unnamed),
    createItemLinkNode(itemLinks),
    createImageNode(images),
    PastedTables,
  ]
}

function wordsOf(node: Node): string {
  return node.textBetween(0, node.content.size, ' ', ({ type, attrs }) => {
    if (type.name === 'mention') return textOfMention(String(attrs['name']))
    return type.name === 'itemLink' ? String(attrs['label']) : ''
  })
}
