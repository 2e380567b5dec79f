import type { MarkType, NodeType, Schema } from '@tiptap/pm/model'
import * as Y from 'yjs'
import { fitsAttribute } from './attributeRules.ts'

/** What a document holds that the schema has no place for. */
export interface Misfit {
  readonly kind: 'node' | 'mark' | 'attribute' | 'structure' | 'size'
  /** Of the node, mark or attribute; for anything else of the node around it. */
  readonly name: string
}

/** Deeper or larger than this, only a program writes. */
const maxDepth = 100
const maxNodes = 50_000

/** y-tiptap adds a hash to the names of marks of which one text may have several. */
const hashedMark = /--[a-zA-Z0-9+/=]{8}$/

/**
 * Tells whether a tree fits a schema, before an editor binds to it and before each change is shown: y-tiptap deletes from the document, for everyone, what it
 * cannot make a node of, and that is all of a newer app's content that this one does not know.
 *
 * Without text, a known node that does not fit is no misfit: such are left over where two people edit the same list at once, and to delete them is
 * right. Who may not write cannot, so there they are.
 * @param mayDelete whether leftovers may be deleted
 */
export function createSchemaGuard(schema: Schema, tree: Y.XmlFragment, mayDelete: () => boolean) {
  /** Looked at, fitting, and not changed since. */
  let fitting = new WeakSet<Y.XmlElement>()
  let nodesLeft = 0

  /** Whether `node` has a place here, once what is left over in it is gone. */
  function check(element: Y.XmlElement, depth: number): Verdict {
    if (fitting.has(element)) return 'fits'
    const type = schema.nodes[element.nodeName]
    if (type === undefined || type.isText || type === schema.topNodeType) return { kind: 'node', name: element.nodeName }
    if (depth > maxDepth) return { kind: 'size', name: element.nodeName }
    const misfit = checkAttributes(type, element.getAttributes())
    if (misfit !== undefined) return misfit
    const verdict = checkChildren(element, type, depth)
    if (verdict === 'fits') fitting.add(element)
    return verdict
  }

  function checkChildren(parent: Y.XmlFragment, type: NodeType, depth: number): Verdict {
    const misplaced: Verdict = { kind: 'structure', name: type.name }
    let match: NodeType['contentMatch'] | null = type.contentMatch
    let isWhole = true
    for (const child of parent.toArray() as readonly unknown[]) {
      if (nodesLeft-- <= 0) return { kind: 'size', name: type.name }
      let childType: NodeType | undefined
      if (child instanceof Y.XmlElement) {
        const verdict = check(child, depth + 1)
        if (typeof verdict === 'object') return verdict
        if (verdict === 'leftover') continue
        childType = schema.nodes[child.nodeName]
      } else if (child instanceof Y.XmlText) {
        const misfit = checkText(child, type)
        if (misfit !== undefined) return misfit
        if (child.length === 0) continue
        childType = schema.nodes['text']
      } else return misplaced
      match = childType === undefined || match === null ? null : match.matchType(childType)
      isWhole &&= match !== null
    }
    // A document without anything is shown with an empty paragraph.
    if (isWhole && (parent === tree || match?.validEnd === true)) return 'fits'
    return parent === tree || !mayDelete() || hasTextIn(parent) ? misplaced : 'leftover'
  }

  function checkText(text: Y.XmlText, parent: NodeType): Misfit | undefined {
    for (const { insert, attributes } of text.toDelta() as readonly { readonly insert: unknown; readonly attributes?: object }[]) {
      if (typeof insert !== 'string') return { kind: 'node', name: parent.name }
      for (const [key, value] of Object.entries(attributes ?? {})) {
        const name = key.replace(hashedMark, '')
        const mark = schema.marks[name]
        if (mark === undefined || !parent.allowsMarkType(mark)) return { kind: 'mark', name }
        const misfit = checkAttributes(mark, Object(value) as object)
        if (misfit !== undefined) return misfit
      }
    }
    return undefined
  }

  return {
    /** The first thing that does not fit. Never throws. */
    check(): Misfit | undefined {
      nodesLeft = maxNodes
      const verdict = checkChildren(tree, schema.topNodeType, 0)
      return typeof verdict === 'object' ? verdict : undefined
    },
    /** Notes what a transaction changed. @returns whether any of it is in the tree */
    note(transaction: Y.Transaction): boolean {
      let isInside = false
      for (const changed of transaction.changed.keys()) {
        const path: unknown[] = []
        for (let type: AnyType | null = changed; type !== null; type = type.parent) path.push(type)
        if (path.at(-1) !== tree) continue
        isInside = true
        for (const type of path) if (type instanceof Y.XmlElement) fitting.delete(type)
      }
      return isInside
    },
    /** Forgets what was looked at: whether leftovers may be deleted has changed. */
    reset(): void {
      fitting = new WeakSet()
    },
  }
}

export type SchemaGuard = ReturnType<typeof createSchemaGuard>

type Verdict = 'fits' | 'leftover' | Misfit

// oxlint-disable-next-line typescript/no-explicit-any -- as Yjs itself names any of its types
type AnyType = Y.AbstractType<any>

function checkAttributes(type: NodeType | MarkType, attributes: object): Misfit | undefined {
  const found = Object.entries(attributes).find(([name, value]) => !fitsAttribute(type, name, value))
  return found && { kind: 'attribute', name: found[0] }
}

/** Only asked of what was looked through, and so is neither too deep nor too large. */
function hasTextIn(parent: Y.XmlFragment): boolean {
  return (parent.toArray() as readonly unknown[]).some((child) =>
    child instanceof Y.XmlElement ? hasTextIn(child) : child instanceof Y.XmlText && child.length > 0,
  )
}
