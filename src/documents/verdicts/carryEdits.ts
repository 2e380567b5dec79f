import * as Y from 'yjs'
import { textName, xmlName } from '../createYDoc.ts'

/** The clientID of documents that were replaced: what is written there goes nowhere but into the one in its place. */
const replacedClient = 0

/**
 * Types what an editor still types into a replaced document into the one in its place, at the same place: it may bind anew a moment late. What is changed in
 * an element that is not there any more goes with it.
 */
export function carryEdits(former: Y.Doc, present: () => Y.Doc): void {
  // Under the slot's own id, two documents would give one clock two contents.
  former.clientID = replacedClient
  follow(former.getText(textName), (doc) => doc.getText(textName))
  follow(former.getXmlFragment(xmlName), (doc) => doc.getXmlFragment(xmlName))

  function follow(type: Y.Text | Y.XmlFragment, inDocument: (doc: Y.Doc) => AnyType): void {
    type.observeDeep((events: readonly Y.YEvent<AnyType>[], transaction: Y.Transaction) => {
      if (!transaction.local) return
      const doc = present()
      doc.transact(() => {
        for (const event of events) doAgain(event, nodeAt(inDocument(doc), event.path))
      })
    })
  }
}

// oxlint-disable-next-line typescript/no-explicit-any -- as Yjs itself names any of its types
type AnyType = Y.AbstractType<any>

/** The node at the end of a path that was walked in another document, if there is one. */
function nodeAt(root: AnyType, path: Y.YEvent<AnyType>['path']): AnyType | undefined {
  let node: unknown = root
  for (const step of path) node = node instanceof Y.XmlFragment && typeof step === 'number' ? node.get(step) : undefined
  return node instanceof Y.AbstractType ? node : undefined
}

function doAgain(event: Y.YEvent<AnyType>, node: AnyType | undefined): void {
  const { target } = event
  if (node?.constructor !== target.constructor) return
  if (node instanceof Y.Text) return node.applyDelta(withinLength(event.delta as Y.YTextEvent['delta'], node.length))
  if (!(node instanceof Y.XmlFragment)) return
  changeNodes(node, event)
  if (!(node instanceof Y.XmlElement) || !(target instanceof Y.XmlElement)) return
  for (const [name] of event.changes.keys) {
    const value = target.getAttribute(name)
    if (value === undefined) node.removeAttribute(name)
    else node.setAttribute(name, value)
  }
}

function changeNodes(parent: Y.XmlFragment, event: Y.YEvent<AnyType>): void {
  let at = 0
  for (const step of event.changes.delta) {
    if (step.retain !== undefined) at = Math.min(at + step.retain, parent.length)
    else if (step.delete !== undefined) parent.delete(at, Math.min(step.delete, parent.length - at))
    else {
      const nodes = (step.insert as readonly unknown[]).flatMap((node) =>
        node instanceof Y.XmlElement || node instanceof Y.XmlText ? [node.clone() as Y.XmlElement | Y.XmlText] : [],
      )
      parent.insert(at, nodes)
      at += nodes.length
    }
  }
}

/** A delta whose positions do not pass the end of a text of `length`. */
function withinLength(delta: Y.YTextEvent['delta'], length: number): Y.YTextEvent['delta'] {
  let left = length
  return delta.map((step) => {
    if (step.retain !== undefined) {
      const retain = Math.min(step.retain, left)
      left -= retain
      return { ...step, retain }
    }
    if (step.delete !== undefined) {
      const deleted = Math.min(step.delete, left)
      left -= deleted
      return { ...step, delete: deleted }
    }
    return step
  })
}
