import { defaultKeymap } from '@codemirror/commands'
import { Compartment, EditorSelection, EditorState, type Extension } from '@codemirror/state'
import { EditorView, highlightSpecialChars, keymap, placeholder, type Command, type ViewUpdate } from '@codemirror/view'
import { unitsOf } from '../../components/editing/textDisplay.ts'
import type { UndoCommands } from '../../database/undo/undoStack.ts'
import { indexInRebuilt } from '../../documents/verdicts/placeInRebuilt.ts'
import { indexOfPlace, placeAt, type TextPlace } from '../../documents/texts/textPlaces.ts'
import type { TextHandle } from '../../documents/texts/textHandle.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import { bindEditor } from './bindEditor.ts'
import type { TextAwareness } from '../textAwareness.ts'
import { shareCaret } from './shareCaret.ts'
import { editorTheme } from './editorTheme.ts'
import { fromText } from './fromText.ts'
import { limitLength, tooLong } from './limitLength.ts'
import { lineDirection } from './lineDirection.ts'
import { activeMarks, continueList, toggleMark, type Mark } from './markCommands.ts'
import { markdownLanguage } from './markdownLanguage.ts'
import { remoteCarets } from './remoteCarets.ts'
import { wholeCharacters } from './wholeCharacters.ts'

/** What can change while the editor stays. */
export interface EditorSettings {
  readonly readOnly: boolean
  readonly placeholder: string | undefined
  /** Most UTF-16 units that typing may bring the text to. */
  readonly maxLength: number | undefined
  /** Of the element that is edited. */
  readonly attributes: Readonly<Record<string, string>>
  /** Names a character that cannot be seen, by its code point. */
  readonly nameCharacter: (code: number) => string
}

/** A selection that stays at its letters while there is no editor. */
export interface LeftSelection {
  readonly anchor: TextPlace
  readonly head: TextPlace
}

export interface MarkdownEditorOptions {
  readonly parent: HTMLElement
  readonly current: TextHandle['current']
  readonly settings: EditorSettings
  readonly undo: Pick<UndoCommands, 'undo' | 'redo'> | undefined
  /** Where the carets of a generation of the text are shared. */
  readonly openAwareness: ((yText: YText) => TextAwareness) | undefined
  /** For the styles that the editor puts into the page. */
  readonly nonce: string | undefined
  /** What a former editor of the text left; one of another text has no place in this one. */
  readonly left: LeftSelection | undefined
}

/** An editor in the page. */
export interface MarkdownEditorHandle {
  configure(settings: EditorSettings): void
  /** The marks that the selection is in. */
  readonly active: Readable<ReadonlySet<Mark>>
  /** How long the text would have been, where the last thing typed was refused for its length. */
  readonly refused: Readable<number | undefined>
  toggle(mark: Mark): void
  /** @returns where the selection was */
  dispose(): LeftSelection
}

/** Puts an editor of a live text into the page, and a new one in its place whenever the text's document is rebuilt. */
export function createMarkdownEditor({
  parent,
  current,
  undo,
  openAwareness,
  nonce,
  left,
  ...options
}: MarkdownEditorOptions): MarkdownEditorHandle {
  let { settings } = options
  const active = createWritable<ReadonlySet<Mark>>(new Set())
  const refused = createWritable<number | undefined>(undefined)
  const compartment = new Compartment()
  let open = openView(left && selectionAt(left, current.get().yText))
  let waits = false
  let isOpen = true

  function openView(selection: EditorSelection | undefined): { readonly view: EditorView; readonly yText: YText; close(): void } {
    const { yText } = current.get()
    const step =
      (direction: 'undo' | 'redo'): Command =>
      () => {
        if (!settings.readOnly && undo !== undefined) binding.follow(() => undo[direction]())
        return true
      }
    const view = new EditorView({
      parent,
      dispatchTransactions(transactions, into) {
        into.update(transactions)
        for (const transaction of transactions) {
          if (transaction.docChanged && transaction.annotation(fromText) !== true) binding.write(transaction)
        }
        caret?.share()
      },
      state: EditorState.create({
        doc: unitsOf(yText),
        ...(selection !== undefined && { selection }),
        extensions: [
          // Line ends other than this one are characters of the text, each at its own place.
          EditorState.lineSeparator.of('\n'),
          EditorView.clipboardInputFilter.of((text) => text.replace(/\r\n?/g, '\n')),
          compartment.of(extensionsOf(settings)),
          limitLength(() => settings.maxLength),
          wholeCharacters,
          keymap.of([
            { key: 'Mod-z', run: step('undo'), shift: step('redo'), preventDefault: true },
            { key: 'Ctrl-y', run: step('redo'), preventDefault: true },
            { key: 'Mod-b', run: toggleMark('bold'), preventDefault: true },
            { key: 'Mod-i', run: toggleMark('italic'), preventDefault: true },
            { key: 'Mod-e', run: toggleMark('code'), preventDefault: true },
            { key: 'Mod-k', run: toggleMark('link'), preventDefault: true },
            { key: 'Enter', run: continueList },
            ...defaultKeymap,
          ]),
          EditorView.domEventHandlers({
            beforeinput(event, of) {
              const isStep = event.inputType === 'historyUndo' || event.inputType === 'historyRedo'
              if (!isStep) return false
              event.preventDefault()
              return step(event.inputType === 'historyUndo' ? 'undo' : 'redo')(of)
            },
            compositionend() {
              // The editor takes what was composed a moment after this event.
              if (waits) setTimeout(() => isOpen && swap(), 50)
              return false
            },
          }),
          markdownLanguage,
          lineDirection,
          EditorView.lineWrapping,
          remoteCarets,
          editorTheme,
          ...(nonce === undefined ? [] : [EditorView.cspNonce.of(nonce)]),
          EditorView.updateListener.of(noteUpdate),
        ],
      }),
    })
    const binding = bindEditor(view, yText, () => caret?.show())
    const shared = openAwareness?.(yText)
    const caret = shared && shareCaret(view, yText, shared.awareness)
    caret?.show()
    return {
      view,
      yText,
      close() {
        caret?.dispose()
        shared?.dispose()
        binding.dispose()
        view.destroy()
      },
    }
  }

  function noteUpdate({ state, docChanged, selectionSet, transactions }: ViewUpdate): void {
    const refusal = transactions.flatMap(({ effects }) => effects).find((effect) => effect.is(tooLong))
    if (refusal !== undefined) refused.set(refusal.value)
    if (!docChanged && !selectionSet) return
    const marks = activeMarks(state)
    if ([...marks].join() !== [...active.get()].join()) active.set(marks)
    if (transactions.some((transaction) => transaction.docChanged && transaction.annotation(fromText) !== true)) refused.set(undefined)
  }

  function swap(): void {
    // What is typed into the former text is carried over, so composing may end there.
    waits = open.view.composing
    const { yText } = current.get()
    if (waits || yText === open.yText) return
    const { state, hasFocus, scrollDOM } = open.view
    const { ranges, mainIndex } = state.selection
    const placeOf = (index: number): number => indexInRebuilt(open.yText, index, yText)
    const moved = EditorSelection.create(
      ranges.map(({ anchor, head }) => EditorSelection.range(placeOf(anchor), placeOf(head))),
      mainIndex,
    )
    const top = scrollDOM.scrollTop
    open.close()
    open = openView(moved)
    if (hasFocus) open.view.focus()
    open.view.scrollDOM.scrollTop = top
  }

  const stop = current.subscribe(swap)
  return {
    active,
    refused,
    configure(next) {
      if (next === settings) return
      settings = next
      open.view.dispatch({ effects: compartment.reconfigure(extensionsOf(settings)) })
    },
    toggle(mark) {
      toggleMark(mark)(open.view)
      open.view.focus()
    },
    dispose() {
      isOpen = false
      stop()
      const { anchor, head } = open.view.state.selection.main
      open.close()
      return { anchor: placeAt(open.yText, anchor), head: placeAt(open.yText, head) }
    },
  }
}

function selectionAt(left: LeftSelection, yText: YText): EditorSelection | undefined {
  const [anchor, head] = [indexOfPlace(yText, left.anchor), indexOfPlace(yText, left.head)]
  return anchor === undefined || head === undefined ? undefined : EditorSelection.single(anchor, head)
}

/** What an editor is bound to. */
export type YText = ReturnType<TextHandle['current']['get']>['yText']

function extensionsOf({ readOnly, placeholder: words, attributes, nameCharacter }: EditorSettings): Extension {
  return [
    EditorState.readOnly.of(readOnly),
    // Not editable at all, or a phone would show its keyboard for a text that takes nothing; still reached by Tab, to be read.
    EditorView.editable.of(!readOnly),
    EditorView.contentAttributes.of({ ...attributes, tabindex: '0' }),
    ...(words === undefined ? [] : [placeholder(words)]),
    highlightSpecialChars({ render: (code, _description, sign) => specialCharacter(sign, nameCharacter(code)) }),
  ]
}

function specialCharacter(sign: string, name: string): HTMLElement {
  const shown = document.createElement('span')
  shown.className = 'cm-specialChar'
  shown.textContent = sign
  shown.title = name
  shown.role = 'img'
  shown.ariaLabel = name
  return shown
}
