import type { Attrs, MarkType, Node, NodeType } from '@tiptap/pm/model'
import { safeImageSource } from './imageData.ts'
import { linkedItem } from './itemLinkNode.ts'

type Rule = (value: unknown) => boolean
type Rules = Readonly<Record<string, Readonly<Record<string, Rule>>>>

/** Longest values, in UTF-16 units. A name made plain takes a thousand at most. */
const maxIdLength = 128
const maxNameLength = 1024
const maxTextLength = 8192

const isNumber: Rule = (value) => typeof value === 'number'
const isBoolean: Rule = (value) => typeof value === 'boolean'
const isText: Rule = (value) => typeof value === 'string' && value.length <= maxTextLength
const isTextOrNull: Rule = (value) => value === null || isText(value)
const isName: Rule = (value) => typeof value === 'string' && value.length <= maxNameLength
const isId: Rule = (value) => typeof value === 'string' && value.length <= maxIdLength

/** What an attribute of each node and mark may hold. What is rendered of it looks at the value again. */
const attributeRules: Rules = {
  heading: { level: isNumber },
  orderedList: { start: isNumber, type: isTextOrNull },
  taskItem: { checked: isBoolean },
  codeBlock: { language: isTextOrNull },
  link: { href: isTextOrNull },
  mention: { id: isId, name: isName },
  itemLink: { id: (value) => value === '' || linkedItem(value) !== undefined, label: isName },
  image: { src: (value) => value === null || safeImageSource(value) !== undefined, alt: isText },
}

/** Whether a node or mark has an attribute of this name, and the value may stand there. */
export function fitsAttribute(type: NodeType | MarkType, name: string, value: unknown): boolean {
  if (!Object.hasOwn(type.spec.attrs ?? {}, name)) return false
  const rules = Object.hasOwn(attributeRules, type.name) ? attributeRules[type.name]! : {}
  return Object.hasOwn(rules, name) && rules[name]!(value)
}

/** Tells whether all attributes in a node fit, remembering those that do: so that nothing is written here that would make the text one to read only. */
export function createFitCheck(): (node: Node) => boolean {
  const fitting = new WeakSet<Node>()
  const fits = (type: NodeType | MarkType, attributes: Attrs): boolean =>
    Object.entries(attributes).every(([name, value]) => fitsAttribute(type, name, value))
  return function check(node: Node): boolean {
    if (fitting.has(node)) return true
    const isFitting = fits(node.type, node.attrs) && node.marks.every(({ type, attrs }) => fits(type, attrs)) && node.children.every(check)
    if (isFitting) fitting.add(node)
    return isFitting
  }
}
