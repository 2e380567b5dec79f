import { StateEffect, StateField, type EditorState, type Range } from '@codemirror/state'
import { Decoration, EditorView, WidgetType, type DecorationSet } from '@codemirror/view'
import { caretElement } from '../caretElement.ts'

/** Where somebody else is in the text, in UTF-16 units from its start. */
export interface RemoteCaret {
  readonly name: string
  /** `#` and 6 hexadecimal digits; white letters have to be legible on it. */
  readonly colour: string
  readonly anchor: number
  readonly head: number
}

/** Replaces all that are shown. */
export const setRemoteCarets = StateEffect.define<readonly RemoteCaret[]>()

/** Draws the carets and selections of others. */
export const remoteCarets = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(shown, transaction) {
    const effect = transaction.effects.findLast((each) => each.is(setRemoteCarets))
    return effect === undefined ? shown.map(transaction.changes) : draw(transaction.state, effect.value as readonly RemoteCaret[])
  },
  provide: (field) => EditorView.decorations.from(field),
})

function draw({ doc }: EditorState, carets: readonly RemoteCaret[]): DecorationSet {
  const drawn: Range<Decoration>[] = []
  for (const { name, colour, ...caret } of carets) {
    const [anchor, head] = [Math.min(caret.anchor, doc.length), Math.min(caret.head, doc.length)]
    const [from, to] = [Math.min(anchor, head), Math.max(anchor, head)]
    if (from < to)
      drawn.push(Decoration.mark({ class: 'echo-selection', attributes: { style: `--echo-person: ${colour}` } }).range(from, to))
    drawn.push(Decoration.widget({ widget: new Caret(name, colour), side: head < anchor ? 1 : -1 }).range(head))
  }
  return Decoration.set(drawn, true)
}

class Caret extends WidgetType {
  readonly name: string
  readonly colour: string

  constructor(name: string, colour: string) {
    super()
    this.name = name
    this.colour = colour
  }

  override eq(other: Caret): boolean {
    return other.name === this.name && other.colour === this.colour
  }

  toDOM(): HTMLElement {
    return caretElement(this.name, this.colour)
  }
}
