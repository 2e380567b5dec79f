import { Extension } from '@tiptap/core'
import { Plugin, PluginKey, type EditorState, type Transaction } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import type { MentionablePerson } from './mentionNode.ts'
import { isFromTree } from './syncExtension.ts'

/** Something to choose while one types. */
export interface Suggestion {
  readonly id: string
  /** Shown and read out, plain. */
  readonly label: string
  /** Whose picture stands beside it. */
  readonly person?: MentionablePerson
}

export type SuggestionKind = 'mention' | 'itemLink'

/** What opens a list of suggestions, what is in it, and what the chosen one becomes. */
export interface SuggestionSource {
  readonly kind: SuggestionKind
  readonly trigger: string
  /** Behind it there is nothing to choose any more. */
  readonly end?: string
  /** Undefined while there is nothing to choose from at all. The signal is aborted when the answer is of no use any more. */
  readonly find: ((query: string, signal: AbortSignal) => readonly Suggestion[] | Promise<readonly Suggestion[]>) | undefined
  /** Attributes of the node, which is named as the kind. */
  readonly toAttributes: (chosen: Suggestion) => Readonly<Record<string, unknown>>
  /** Told of what this person has put in. */
  readonly onChosen?: (chosen: Suggestion) => void
}

interface Match {
  readonly source: SuggestionSource
  /** Where the trigger begins; it ends with what is searched for at the caret. */
  readonly from: number
  readonly to: number
  readonly query: string
}

interface Search {
  readonly answer: Promise<readonly Suggestion[]>
  readonly abort: AbortController
}

/** What is being typed for which there may be suggestions. */
export interface SuggestionState extends Match {
  readonly options: readonly Suggestion[]
  /** Place of the option that Enter takes. */
  readonly active: number
  readonly pending: Search | undefined
  /** Nothing could be looked for. */
  readonly hasFailed: boolean
  readonly isDismissed: boolean
}

/** What a search came to. */
type Outcome = Pick<SuggestionState, 'options' | 'active' | 'pending' | 'hasFailed'>

/** Longest text that is searched for, in UTF-16 units, and of how many words. */
const maxQueryLength = 40
const query = /^(?:\S+(?: \S*){0,3})?$/u
/** In the place of what is no text. */
const noText = '\uFFFC'
/** Most that are shown. */
export const maxSuggestions = 8

type Change = (state: SuggestionState | undefined) => SuggestionState | undefined
const suggestionKey = new PluginKey<SuggestionState | undefined>('suggestion')

/** The list that is open in an editor. */
export function openSuggestion(state: EditorState): SuggestionState | undefined {
  const suggestion = suggestionKey.getState(state)
  if (suggestion === undefined || suggestion.isDismissed) return undefined
  // Where a text merely goes on behind a sign there is nothing to say.
  return suggestion.options.length > 0 || suggestion.hasFailed || !suggestion.query.includes(' ') ? suggestion : undefined
}

/** Makes another option the active one. */
export function activateSuggestion(view: EditorView, active: number): void {
  change(view, (state) => state && { ...state, active })
}

/** Puts an option into the text. */
export function chooseSuggestion(view: EditorView, { source, from, to }: Match, chosen: Suggestion): void {
  const { state } = view
  const type = state.schema.nodes[source.kind]
  if (type === undefined) return
  const isBeforeSpace = /^\s/u.test(state.doc.textBetween(to, Math.min(to + 1, state.doc.resolve(to).end())))
  const content = [type.create(source.toAttributes(chosen)), ...(isBeforeSpace ? [] : [state.schema.text(' ')])]
  view.dispatch(
    state.tr
      .replaceWith(from, to, content)
      .setMeta(suggestionKey, () => undefined)
      .scrollIntoView(),
  )
  view.focus()
  source.onChosen?.(chosen)
}

/** Lists of what can be put into a text, opened by what is typed and led by the keys: arrows, Enter and Tab to take, Escape to close. */
export function createSuggestions(sources: () => readonly SuggestionSource[]): Extension {
  let latest: Search | undefined
  const plugin = new Plugin<SuggestionState | undefined>({
    key: suggestionKey,
    state: {
      init: () => undefined,
      apply(transaction, before, _state, state) {
        const make = transaction.getMeta(suggestionKey) as Change | undefined
        if (make !== undefined) return make(before)
        if (!transaction.docChanged && !transaction.selectionSet) return before
        const match = findMatch(state, sources())
        return match && follow(match, before, transaction)
      },
    },
    view: () => ({
      update(view, before) {
        const { pending } = suggestionKey.getState(view.state) ?? {}
        const former = suggestionKey.getState(before)?.pending
        if (pending === former) return
        former?.abort.abort()
        latest = pending
        const show = (outcome: Outcome): void => {
          if (!view.isDestroyed) change(view, (state) => (state && state.pending === pending ? { ...state, ...outcome } : state))
        }
        pending?.answer.then(found).then(show, () => show(failed))
      },
      destroy: () => latest?.abort.abort(),
    }),
    props: {
      handleKeyDown(view, event) {
        const open = openSuggestion(view.state)
        if (open === undefined || view.composing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false
        const { options, active, pending } = open
        if (event.key === 'Escape') {
          change(view, (state) => state && { ...state, isDismissed: true })
          event.stopPropagation()
          return true
        }
        if (options.length === 0) return false
        if (event.key === 'ArrowDown') activateSuggestion(view, (active + 1) % options.length)
        else if (event.key === 'ArrowUp') activateSuggestion(view, (active + options.length - 1) % options.length)
        else if (event.key !== 'Enter' && event.key !== 'Tab') return false
        // What is shown meanwhile was found for what was typed before.
        else if (pending === undefined) chooseSuggestion(view, open, options[active]!)
        return true
      },
      handleDOMEvents: {
        blur(view) {
          if (suggestionKey.getState(view.state) !== undefined) change(view, () => undefined)
          return false
        },
      },
    },
  })
  return Extension.create({
    name: 'suggestions',
    // Before the keys of lists and blocks.
    priority: 900,
    addProseMirrorPlugins: () => [plugin],
  })
}

function change(view: EditorView, make: Change): void {
  view.dispatch(view.state.tr.setMeta(suggestionKey, make))
}

/** What stands before the caret, if it is a trigger and something to search for. */
function findMatch({ selection }: EditorState, sources: readonly SuggestionSource[]): Match | undefined {
  const { $from, empty } = selection
  const { parent, parentOffset, pos } = $from
  if (!empty || !parent.isTextblock || parent.type.spec.code === true) return undefined
  if ($from.marks().some(({ type }) => type.spec.code === true)) return undefined
  const before = parent.textBetween(Math.max(0, parentOffset - maxQueryLength - 3), parentOffset, undefined, noText)
  for (const source of sources) {
    if (source.find === undefined) continue
    const at = before.lastIndexOf(source.trigger)
    if (at === -1 || (at > 0 && /[\p{L}\p{N}_]/u.test(before[at - 1]!))) continue
    const typed = before.slice(at + source.trigger.length)
    if (source.end !== undefined && typed.includes(source.end)) continue
    if (typed.length > maxQueryLength || typed.includes(noText) || !query.test(typed)) continue
    return { source, from: pos - (before.length - at), to: pos, query: typed }
  }
  return undefined
}

/** Opens a list only for what is typed here: not where a caret comes by, nor for what another person types. */
function follow(match: Match, before: SuggestionState | undefined, transaction: Transaction): SuggestionState | undefined {
  const isTheirs = isFromTree(transaction)
  if (before === undefined && (!transaction.docChanged || isTheirs)) return undefined
  const isSame =
    before !== undefined && before.source.kind === match.source.kind && (isTheirs || transaction.mapping.map(before.from) === match.from)
  if (isSame && before.query === match.query) return { ...before, ...match }
  const answer = search(match)
  const isDismissed = isSame && before.isDismissed
  if (!('answer' in answer)) return { ...match, ...answer, isDismissed }
  return { ...match, options: isSame ? before.options : [], active: 0, pending: answer, hasFailed: false, isDismissed }
}

function search({ source, query: typed }: Match): Search | Outcome {
  const abort = new AbortController()
  try {
    const answer = source.find!(typed, abort.signal)
    return 'then' in answer ? { answer, abort } : found(answer)
  } catch {
    // The list says so: what is typed has to get into the text all the same.
    return failed
  }
}

function found(options: readonly Suggestion[]): Outcome {
  return { options: options.slice(0, maxSuggestions), active: 0, pending: undefined, hasFailed: false }
}

const failed: Outcome = { ...found([]), hasFailed: true }
