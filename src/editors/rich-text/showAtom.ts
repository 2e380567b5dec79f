import type { Node } from '@tiptap/pm/model'
import type { NodeView } from '@tiptap/pm/view'

/** A node without content in an element of its own: `show` fills it from the node as it is, at once and whenever its attributes change. */
export function showAtom(first: Node, dom: HTMLElement, show: (node: Node) => void): NodeView & { refresh(): void } {
  let node = first
  show(node)
  return {
    dom,
    refresh: () => show(node),
    update(next) {
      if (next.type !== node.type) return false
      node = next
      show(node)
      return true
    },
    ignoreMutation: () => true,
  }
}
