import { Extension } from '@tiptap/core'
import { Plugin, type EditorState, type StateField, type Transaction } from '@tiptap/pm/state'
import { DecorationSet } from '@tiptap/pm/view'
import { yCursorPlugin, ySyncPlugin, ySyncPluginKey } from '@tiptap/y-tiptap'
import type { Awareness } from 'y-protocols/awareness'
import type * as Y from 'yjs'
import type { UndoCommands } from '../../database/undo/undoStack.ts'
import { caretElement } from '../caretElement.ts'
import { createFitCheck } from './attributeRules.ts'

interface Person {
  readonly name: string
  readonly color: string
}

/** `full`: the text is as long as it may be. `unfit`: a value has no place in it. */
export type Refusal = 'full' | 'unfit'

export interface SyncOptions {
  readonly yXml: Y.XmlFragment
  readonly awareness: Awareness | undefined
  readonly undo: Pick<UndoCommands, 'undo' | 'redo'> | undefined
  /** Most that a text may hold, in characters and ends of blocks. */
  readonly maxSize: () => number
  /** Called when somebody here wants to write more, or what the guard would refuse. */
  readonly onRefused: (reason: Refusal) => void
}

/** Keeps an editor and a tree the same, shows the carets of others, and leaves undo to the space. */
export function createSyncExtension({ yXml, awareness, undo, maxSize, onRefused }: SyncOptions): Extension {
  const step = (direction: 'undo' | 'redo') => () => {
    undo?.[direction]()
    return true
  }
  const fits = createFitCheck()
  return Extension.create({
    name: 'sync',
    // Before all else: the extensions' plugins see a document that is filled.
    priority: 1000,
    addKeyboardShortcuts: () => ({ 'Mod-z': step('undo'), 'Shift-Mod-z': step('redo'), 'Mod-y': step('redo') }),
    addProseMirrorPlugins: () => [
      ySyncPlugin(yXml) as Plugin,
      ...(awareness === undefined ? [] : [caretPlugin(awareness)]),
      new Plugin({
        filterTransaction(transaction, state) {
          if (!transaction.docChanged || isFromTree(transaction)) return true
          const isOver = transaction.doc.content.size > Math.max(maxSize(), state.doc.content.size)
          if (!isOver && fits(transaction.doc)) return true
          onRefused(isOver ? 'full' : 'unfit')
          return false
        },
      }),
    ],
  })
}

/** Whether a change of the editor is one that came from the tree: another person's, or one that was taken back. */
export function isFromTree(transaction: Transaction): boolean {
  const change = transaction.getMeta(ySyncPluginKey) as { readonly isChangeOrigin?: boolean } | undefined
  return change?.isChangeOrigin === true
}

/** The carets and selections of others. Places that a peer made up may lead anywhere, so what cannot be shown is left out. */
function caretPlugin(awareness: Awareness): Plugin<DecorationSet> {
  const plugin = yCursorPlugin(awareness, {
    cursorBuilder: ({ name, color }: Person) => caretElement(name, color),
    selectionBuilder: buildSelection,
  }) as Plugin<DecorationSet>
  const { init, apply } = plugin.spec.state!
  const state: StateField<DecorationSet> = {
    init: (config, instance) => orNone(() => init.call(plugin, config, instance)),
    apply: (transaction: Transaction, value: DecorationSet, before: EditorState, after: EditorState) =>
      orNone(() => apply.call(plugin, transaction, value, before, after)),
  }
  return new Plugin({ ...plugin.spec, state })
}

function orNone(decorate: () => DecorationSet): DecorationSet {
  try {
    return decorate()
  } catch {
    return DecorationSet.empty
  }
}

function buildSelection({ color }: Person): { readonly class: string; readonly style: string } {
  return { class: 'echo-selection', style: `--echo-person: ${color}` }
}
