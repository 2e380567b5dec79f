import type { EditorView } from '@codemirror/view'
import type { Awareness } from 'y-protocols/awareness'
import type { Text } from 'yjs'
import { bareName } from '../../components/basics/plainName.ts'
import { indexOfPlace, placeAt } from '../../documents/texts/textPlaces.ts'
import { setRemoteCarets, type RemoteCaret } from './remoteCarets.ts'

/** Most carets that are drawn. */
const maxCarets = 50

/**
 * Shows the carets of others in an editor, and to them this one while it has the focus. That a page can be seen, the awareness minds.
 * @returns what is called after each change here, after each change by others, and at the end
 */
export function shareCaret(view: EditorView, yText: Text, awareness: Awareness) {
  let shared = 'null'

  function share(): void {
    const { anchor, head } = view.state.selection.main
    const cursor = view.hasFocus ? { anchor: placeAt(yText, anchor), head: placeAt(yText, head) } : null
    const next = JSON.stringify(cursor)
    if (next === shared) return
    shared = next
    awareness.setLocalStateField('cursor', cursor)
  }

  function show(): void {
    const carets: RemoteCaret[] = []
    for (const [client, { user, cursor }] of awareness.getStates() as ReadonlyMap<number, Readonly<Record<string, unknown>>>) {
      if (client === awareness.clientID || carets.length === maxCarets) continue
      const caret = caretOf(user, cursor)
      if (caret !== undefined) carets.push(caret)
    }
    view.dispatch({ effects: setRemoteCarets.of(carets) })
  }

  function caretOf(user: unknown, cursor: unknown): RemoteCaret | undefined {
    const { name, color } = (user ?? {}) as Readonly<Record<string, unknown>>
    const places = (cursor ?? {}) as Readonly<Record<string, unknown>>
    const [anchor, head] = [indexOfPlace(yText, places['anchor']), indexOfPlace(yText, places['head'])]
    if (anchor === undefined || head === undefined || typeof name !== 'string') return undefined
    const colour = typeof color === 'string' && /^#[0-9a-f]{6}$/i.test(color) ? color : '#5b6470'
    return { name: bareName(name), colour, anchor, head }
  }

  function onFocusChange(): void {
    // The editor learns of it by the same event.
    queueMicrotask(share)
  }

  awareness.on('change', show)
  view.contentDOM.addEventListener('focus', onFocusChange)
  view.contentDOM.addEventListener('blur', onFocusChange)
  return {
    share,
    show,
    dispose() {
      awareness.off('change', show)
      view.contentDOM.removeEventListener('focus', onFocusChange)
      view.contentDOM.removeEventListener('blur', onFocusChange)
      if (shared !== 'null') awareness.setLocalStateField('cursor', null)
      shared = 'null'
    },
  }
}
