import { Extension } from '@tiptap/core'
import { DOMParser, type ParseOptions, type Slice } from '@tiptap/pm/model'
import { Plugin } from '@tiptap/pm/state'

/** Reads what is pasted as the editor does, but each cell of a table as a block of its own: else the words of neighbours would become one. */
class ClipboardParser extends DOMParser {
  override parseSlice(dom: Node, options?: ParseOptions): Slice {
    for (const cell of (dom as ParentNode & Node).querySelectorAll('td, th, caption')) {
      const block = document.createElement('div')
      block.append(...cell.childNodes)
      cell.replaceWith(block)
    }
    return super.parseSlice(dom, options)
  }
}

/** Takes tables apart, which a rich text has not: what is written in them stays, a paragraph for each cell. */
export const PastedTables = Extension.create({
  name: 'pastedTables',
  addProseMirrorPlugins() {
    const { schema } = this.editor
    return [new Plugin({ props: { clipboardParser: new ClipboardParser(schema, DOMParser.fromSchema(schema).rules) } })]
  },
})
