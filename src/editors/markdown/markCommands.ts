import { syntaxTree } from '@codemirror/language'
import { EditorSelection, type ChangeSpec, type EditorState, type StateCommand, type Text, type TransactionSpec } from '@codemirror/state'

/** What the toolbar and its keys do to the text that is selected. */
export type Mark = 'bold' | 'italic' | 'code' | 'link' | 'heading' | 'list' | 'task'

const inline = {
  bold: { node: 'StrongEmphasis', mark: '**' },
  italic: { node: 'Emphasis', mark: '*' },
  code: { node: 'InlineCode', mark: '`' },
} as const

const lines = {
  heading: { put: '## ', has: /^ {0,3}#{1,6}(?: |$)/ },
  list: { put: '- ', has: /^\s*[-*+] (?!\[[ xX]\] )/ },
  task: { put: '- [ ] ', has: /^\s*[-*+] \[[ xX]\] / },
} as const

/** Puts a mark around the selection or before its lines, or takes it away where it is. */
export function toggleMark(mark: Mark): StateCommand {
  return ({ state, dispatch }) => {
    if (state.readOnly) return false
    dispatch(state.update({ ...specOf(state, mark), userEvent: 'input', scrollIntoView: true }))
    return true
  }
}

function specOf(state: EditorState, mark: Mark): TransactionSpec {
  if (mark in lines) return toggleLines(state, lines[mark as keyof typeof lines])
  return mark === 'link' ? toggleLink(state) : toggleInline(state, inline[mark as keyof typeof inline])
}

/** The marks that the selection is in. */
export function activeMarks(state: EditorState): ReadonlySet<Mark> {
  const { from, to } = state.selection.main
  const found = new Set<Mark>()
  for (const [mark, { node }] of Object.entries(inline)) if (around(state, node, from, to)) found.add(mark as Mark)
  if (around(state, 'Link', from, to)) found.add('link')
  const line = state.doc.lineAt(from).text
  for (const [mark, { has }] of Object.entries(lines)) if (has.test(line)) found.add(mark as Mark)
  return found
}

/** The innermost part of this kind that holds the whole range. */
function around(state: EditorState, name: string, from: number, to: number) {
  for (const side of [-1, 1] as const) {
    let node: ReturnType<ReturnType<typeof syntaxTree>['resolveInner']> | null = syntaxTree(state).resolveInner(from, side)
    for (; node !== null; node = node.parent) if (node.name === name && node.from <= from && node.to >= to) return node
  }
  return undefined
}

function toggleInline(state: EditorState, { node: name, mark }: { readonly node: string; readonly mark: string }): TransactionSpec {
  return state.changeByRange((range) => {
    const node = around(state, name, range.from, range.to)
    if (node !== undefined) {
      const [open, close] = [node.firstChild!, node.lastChild!]
      const changes = state.changes([
        { from: open.from, to: open.to },
        { from: close.from, to: close.to },
      ])
      return { changes, range: EditorSelection.range(changes.mapPos(range.anchor), changes.mapPos(range.head)) }
    }
    const [from, to] = withoutSpace(state.doc, range.from, range.to)
    const changes = [
      { from, insert: mark },
      { from: to, insert: mark },
    ]
    return { changes, range: EditorSelection.range(from + mark.length, to + mark.length) }
  })
}

/** Marks that touch a space are none. */
function withoutSpace(doc: Text, from: number, to: number): readonly [number, number] {
  const text = doc.sliceString(from, to)
  const inner = text.trim()
  if (inner === '') return [from, to]
  const start = from + text.indexOf(inner)
  return [start, start + inner.length]
}

function toggleLink(state: EditorState): TransactionSpec {
  return state.changeByRange((range) => {
    const node = around(state, 'Link', range.from, range.to)
    if (node !== undefined) {
      const marks = node.getChildren('LinkMark')
      const words = state.sliceDoc(marks[0]!.to, marks[1]!.from)
      const end = node.from + words.length
      return { changes: { from: node.from, to: node.to, insert: words }, range: EditorSelection.range(node.from, end) }
    }
    const address = 'https://'
    const words = state.sliceDoc(range.from, range.to)
    const at = range.from + words.length + '[]('.length
    const insert = `[${words}](${address})`
    // What is missing is selected: the words, or else the address.
    const selected = words === '' ? EditorSelection.cursor(range.from + 1) : EditorSelection.range(at, at + address.length)
    return { changes: { from: range.from, to: range.to, insert }, range: selected }
  })
}

function toggleLines(state: EditorState, { put, has }: { readonly put: string; readonly has: RegExp }): TransactionSpec {
  const touched = new Map<number, string>()
  for (const { from, to } of state.selection.ranges) {
    for (let at = from; at <= to;) {
      const line = state.doc.lineAt(at)
      touched.set(line.from, line.text)
      at = line.to + 1
    }
  }
  const isOn = [...touched.values()].every((text) => has.test(text))
  const changes: ChangeSpec[] = []
  for (const [from, text] of touched) {
    const present = anyMark.exec(text)?.[0] ?? ''
    const indent = /^\s*/.exec(present)?.[0] ?? ''
    changes.push({ from, to: from + present.length, insert: isOn ? indent : indent + put })
  }
  const set = state.changes(changes)
  return { changes: set, selection: state.selection.map(set, 1) }
}

/** What may stand before a line already. */
const anyMark = /^(?:\s*[-*+] \[[ xX]\] |\s*[-*+] | {0,3}#{1,6}(?: |$))/

/** Enter in a list begins its next item, and ends the list in an empty one. */
export const continueList: StateCommand = ({ state, dispatch }) => {
  const { main, ranges } = state.selection
  const line = state.doc.lineAt(main.head)
  const [start, indent, bullet, task = ''] = /^(\s*)([-*+]|\d{1,9}[.)]) (\[[ xX]\] )?/.exec(line.text) ?? []
  if (state.readOnly || start === undefined || ranges.length > 1 || !main.empty || main.head < line.from + start.length) return false
  if (line.text.length === start.length) {
    dispatch(state.update({ changes: { from: line.from, to: line.to }, userEvent: 'input' }))
    return true
  }
  const next = bullet!.replace(/\d+/, (number) => String(Number(number) + 1))
  const insert = `\n${indent}${next} ${task === '' ? '' : '[ ] '}`
  dispatch(state.update(state.replaceSelection(insert), { userEvent: 'input', scrollIntoView: true }))
  return true
}
