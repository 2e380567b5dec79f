import * as Y from 'yjs'
import { textName, xmlName } from '../createYDoc.ts'
import type { TextModel } from './textHandle.ts'

/** At most so many nodes of a tree are looked at: a peer may have written more than a person ever does. */
const maxNodes = 100_000
/** What an attribute gives to a text at most, in UTF-16 units. */
const maxLabelLength = 1024
/** The attribute that says what an element is, of those that hold no text. */
const labels: ReadonlyMap<string, string> = new Map([
  ['mention', 'name'],
  ['itemLink', 'label'],
  ['image', 'alt'],
])
/** Elements that are a line's end, as editors name them. */
const breaks: ReadonlySet<string> = new Set(['br', 'hardBreak', 'hard_break'])

/**
 * What the document of a text says, without formatting. Never throws, whatever its writers put there.
 * @param maxLength in UTF-16 units; what is behind is cut off, but for no half of a character
 */
export function plainTextOf(doc: Y.Doc, model: TextModel, maxLength = Infinity): string {
  const text = model === 'text' ? doc.getText(textName).toString() : textOfTree(doc.getXmlFragment(xmlName), maxLength)
  return cutText(text, maxLength)
}

/** The first `maxLength` UTF-16 units of a text, or one less where that would part a character. */
export function cutText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text
  return text.slice(0, (text.charCodeAt(maxLength) & 0xfc00) === 0xdc00 ? maxLength - 1 : maxLength)
}

interface Level {
  readonly nodes: readonly unknown[]
  next: number
  /** Whether it has lines of its own: an element among texts has not. */
  readonly isBlock: boolean
  readonly hasText: boolean
}

/** The texts of a tree, those of elements that stand by themselves on lines of their own; empty lines are left out. */
function textOfTree(tree: Y.XmlFragment, maxLength: number): string {
  let text = ''
  let endsLine = false
  let left = maxNodes
  // Not by recursion: how deep a tree is, its writers say.
  const levels: Level[] = [{ nodes: tree.toArray(), next: 0, isBlock: true, hasText: false }]

  function add(more: string): void {
    if (more === '') return
    text += endsLine && text !== '' ? `\n${more}` : more
    endsLine = false
  }

  for (let level = levels.at(-1); level !== undefined && text.length <= maxLength && left > 0; level = levels.at(-1)) {
    if (level.next === level.nodes.length) {
      levels.pop()
      endsLine ||= level.isBlock
      continue
    }
    left--
    const node = level.nodes[level.next++]
    if (node instanceof Y.XmlText) add(Y.Text.prototype.toString.call(node))
    else if (node instanceof Y.XmlElement && breaks.has(node.nodeName)) add('\n')
    else if (labelOf(node) !== undefined) {
      const isBlock = !level.hasText && node instanceof Y.XmlElement && node.nodeName === 'image'
      endsLine ||= isBlock
      add(labelOf(node)!)
      endsLine ||= isBlock
    } else if (node instanceof Y.XmlElement) {
      const nodes: readonly unknown[] = node.toArray()
      const isBlock = !level.hasText
      endsLine ||= isBlock
      levels.push({ nodes, next: 0, isBlock, hasText: nodes.some((child) => child instanceof Y.XmlText) })
    }
  }
  return text
}

/** What stands for an element that holds no text: the name of a mention or a linked item as it was written, the description of a picture. */
function labelOf(node: unknown): string | undefined {
  if (!(node instanceof Y.XmlElement)) return undefined
  const attribute = labels.get(node.nodeName)
  const label: unknown = attribute && node.getAttribute(attribute)
  return typeof label === 'string' ? `${node.nodeName === 'mention' ? '@' : ''}${cutText(label, maxLabelLength)}` : undefined
}
