import { simpleDiffString, simpleDiffStringWithCursor } from 'lib0/diff'
import type { YTextEvent } from 'yjs'
import { indexInRebuilt } from '../../documents/verdicts/placeInRebuilt.ts'
import type { TextHandle } from '../../documents/texts/textHandle.ts'
import { mapPosition, type TextDelta } from './mapPosition.ts'
import { displayOf, placeholder } from './textDisplay.ts'

/** An element that {@link bindText} can keep. Other kinds of `<input>` have no selection. */
export type TextElement = HTMLInputElement | HTMLTextAreaElement

/**
 * Keeps a plain text element and a live text the same. What the user types goes in as the smallest change at the caret, on whole code points;
 * what others type leaves the selection where it is. While an input method is composing nothing is taken from or put into the element,
 * and what came meanwhile is merged at the end. When the document is rebuilt, the element binds to the new text.
 * @param onShown called with what the element shows, in UTF-16 units, whenever that may have changed
 * @returns the function that lets go of both.
 */
export function bindText(
  element: TextElement,
  text: Pick<TextHandle, 'current'>,
  onShown: (length: number) => void = () => {},
): () => void {
  const origin = { element }
  let { yText } = text.current.get()
  /** What element and text last agreed on. */
  let agreed = ''
  let composing = false
  /** What others did while the user was composing. */
  let missed: TextDelta[] = []
  let rebuilt = false

  const display = (): string => displayOf(yText, element.localName === 'textarea')

  /** Puts the text into the element by its smallest difference: replacing the whole value would lose the selection. */
  function show(): void {
    agreed = display()
    onShown(agreed.length)
    if (element.value === agreed) return
    const { index, remove, insert } = simpleDiffString(element.value, agreed)
    const moved = (at: number): number => (at < index + remove ? Math.min(at, index + insert.length) : at + insert.length - remove)
    const { selectionStart: start, selectionEnd: end } = element
    element.setRangeText(insert, index, index + remove)
    if (element.value !== agreed) element.value = agreed
    // Left to itself, an element selects all that takes the place of what a caret stood in, and the next key would replace it.
    element.setSelectionRange(moved(start ?? 0), moved(end ?? 0))
  }

  function bind(): void {
    yText = text.current.get().yText
    yText.observe(onRemote)
    show()
  }

  function onRemote(event: YTextEvent): void {
    if (event.transaction.origin === origin) return
    const delta = event.delta as TextDelta
    if (composing) {
      missed.push(delta)
      return
    }
    let index = 0
    for (const { retain, delete: removed, insert } of delta) {
      if (retain !== undefined) index += retain
      if (removed !== undefined) element.setRangeText('', index, index + removed, 'preserve')
      if (insert !== undefined) {
        const shown = typeof insert === 'string' ? insert : placeholder
        element.setRangeText(shown, index, index, 'preserve')
        index += shown.length
      }
    }
    // Line breaks that the element takes for others can leave it different.
    show()
  }

  /** Takes what the user typed out of the element. */
  function take(): void {
    const value = element.value
    if (value === agreed) return
    const caret = element.selectionEnd ?? value.length
    const cursor = Math.max(0, Math.min(caret, caret - (value.length - agreed.length)))
    const { index, remove, insert } = simpleDiffStringWithCursor(agreed, value, cursor)
    const kept = insert.replace(/\p{Surrogate}/gu, '\uFFFD')
    const at = mapPosition(index, missed).position
    const merges = missed.length > 0
    const doomed = positionsToRemove(index, remove)
    const write = (): void => {
      for (const position of doomed) yText.delete(position, 1)
      const shift = doomed.filter((position) => position < at).length
      if (kept !== '') yText.insert(at - shift, kept)
    }
    if (yText.doc) yText.doc.transact(write, origin)
    else write()
    missed = []
    show()
    if (merges) {
      const shift = doomed.filter((position) => position < at).length
      const end = at - shift + kept.length
      element.setSelectionRange(end, end)
    }
  }

  /** Where the removed characters are now, last first; those that someone else removed as well are left out. */
  function positionsToRemove(index: number, count: number): number[] {
    const positions: number[] = []
    for (let i = index + count - 1; i >= index; i--) {
      const { position, deleted } = mapPosition(i, missed)
      if (!deleted) positions.push(position)
    }
    return positions
  }

  function onInput(): void {
    if (!composing) take()
  }
  function onCompositionStart(): void {
    composing = true
  }
  function onCompositionEnd(): void {
    composing = false
    if (element.value === agreed) {
      missed = []
      show()
    } else take()
    if (rebuilt) onRebuilt()
  }
  function onRebuilt(): void {
    // What is typed into the former text is carried over, so composing may end there.
    rebuilt = composing
    if (composing || text.current.get().yText === yText) return
    const former = yText
    const [start, end] = [element.selectionStart ?? 0, element.selectionEnd ?? 0]
    former.unobserve(onRemote)
    bind()
    element.setSelectionRange(indexInRebuilt(former, start, yText), indexInRebuilt(former, end, yText))
  }

  bind()
  const stop = text.current.subscribe(onRebuilt)
  element.addEventListener('input', onInput)
  element.addEventListener('compositionstart', onCompositionStart)
  element.addEventListener('compositionend', onCompositionEnd)
  return () => {
    if (composing) onCompositionEnd()
    stop()
    yText.unobserve(onRemote)
    element.removeEventListener('input', onInput)
    element.removeEventListener('compositionstart', onCompositionStart)
    element.removeEventListener('compositionend', onCompositionEnd)
  }
}
