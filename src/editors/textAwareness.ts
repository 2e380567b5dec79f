import type { Awareness } from 'y-protocols/awareness'
import type * as Y from 'yjs'
import type { Space } from '../client/echo.ts'
import { hueIn } from '../client/spaces/memberHues.ts'
import { shareWhereRoom } from '../client/presence/shareWhereRoom.ts'
import type { PresentPeer } from '../client/states.ts'
import { bareName } from '../components/basics/plainName.ts'
import { personColour } from '../components/members/personColour.ts'
import { TextCursor, toTextPlace, type TextPlace, type TextSelection } from './textCursor.ts'

/** Carets of one text, for the bindings of editors to Yjs. */
export interface TextAwareness {
  /** As those bindings take it. */
  readonly awareness: Awareness
  /** Takes the own caret back and lets go. Idempotent. */
  dispose(): void
}

/** What the bindings see of one person. */
interface State {
  readonly user?: { readonly name: string; readonly color: string; readonly colorLight: string }
  readonly cursor: { readonly anchor: TextPlace; readonly head: TextPlace } | null
}

interface Changes {
  readonly added: readonly number[]
  readonly updated: readonly number[]
  readonly removed: readonly number[]
}

type Listener = (changes: Changes, origin: string) => void

/**
 * Shows the bindings of editors a space's presence as the awareness of y-protocols, of which they use the local state, those of others and `change`.
 * Names come from membership and colours from members' ids, never from what a peer says of itself. The own caret is shared while the binding sets one
 * and the page is visible; places are relative, so they hold while others type.
 * @param rootName the root type of the document that the text lies in: a place elsewhere would make Yjs create it
 */
export function createTextAwareness(options: {
  readonly space: Pick<Space, 'presence' | 'members'>
  readonly item: string
  readonly doc: Y.Doc
  readonly rootName: string
}): TextAwareness {
  const { item, doc, rootName } = options
  const { presence, members } = options.space
  const others = presence.others(TextCursor)
  const listeners = new Map<string, Set<Listener>>()
  /** Numbers of peers; below zero, where no clientID is. */
  const numbers = new Map<string, number>()
  const shownPeers = new Map<number, PresentPeer<TextSelection>>()
  let own: Record<string, unknown> = { cursor: null }
  let states = new Map<number, unknown>()
  let shared: string | undefined

  function emit(changes: Changes, origin: string): void {
    for (const name of ['change', 'update']) for (const listener of [...(listeners.get(name) ?? [])]) listener(changes, origin)
  }

  function fits({ tname }: TextPlace): boolean {
    return tname === null || tname === rootName
  }

  function show(): void {
    const now = new Map<number, PresentPeer<TextSelection>>()
    for (const peer of others.get()) {
      if (peer.data?.item !== item || !fits(peer.data.anchor) || !fits(peer.data.head)) continue
      const number = numbers.get(peer.key) ?? -1 - numbers.size
      numbers.set(peer.key, number)
      now.set(number, peer)
    }
    const changes = {
      added: [...now.keys()].filter((number) => !shownPeers.has(number)),
      updated: [...now].filter(([number, peer]) => shownPeers.has(number) && shownPeers.get(number) !== peer).map(([number]) => number),
      removed: [...shownPeers.keys()].filter((number) => !now.has(number)),
    }
    if (Object.values(changes).every((list) => list.length === 0)) return
    for (const number of changes.removed) {
      shownPeers.delete(number)
      states.delete(number)
    }
    for (const number of [...changes.added, ...changes.updated]) {
      const peer = now.get(number)!
      shownPeers.set(number, peer)
      states.set(number, stateOf(peer, hueIn(members.get(), peer.identity)))
    }
    emit(changes, 'remote')
  }

  /** Says where the own caret is, or that it is nowhere. */
  function share(): void {
    const cursor = Object(own['cursor']) as Record<string, unknown>
    const [anchor, head] = [toTextPlace(cursor['anchor']), toTextPlace(cursor['head'])]
    const selection = anchor === undefined || head === undefined || document.hidden ? undefined : { item, anchor, head }
    const text = JSON.stringify(selection)
    if (text === shared) return
    shared = text
    // Nothing thrown here may reach the editor, which is in the middle of an update.
    shareWhereRoom(presence, TextCursor, selection)
  }

  const awareness = {
    doc,
    get clientID() {
      return doc.clientID
    },
    meta: new Map(),
    get states() {
      return awareness.getStates()
    },
    getLocalState: () => own,
    setLocalState(state: Record<string, unknown> | null) {
      own = state ?? { cursor: null }
      share()
      emit({ added: [], updated: [doc.clientID], removed: [] }, 'local')
    },
    setLocalStateField: (field: string, value: unknown) => awareness.setLocalState({ ...own, [field]: value }),
    getStates: () => new Map<number, unknown>(states).set(doc.clientID, own),
    on(name: string, listener: Listener) {
      listeners.set(name, (listeners.get(name) ?? new Set()).add(listener))
    },
    off: (name: string, listener: Listener) => void listeners.get(name)?.delete(listener),
  }

  const stop = others.subscribe(show)
  document.addEventListener('visibilitychange', share)
  show()
  return {
    awareness: awareness as unknown as Awareness,
    dispose() {
      stop()
      document.removeEventListener('visibilitychange', share)
      own = { cursor: null }
      share()
      listeners.clear()
      states = new Map()
    },
  }
}

function stateOf({ name, data }: PresentPeer<TextSelection>, hue: number): State {
  const color = personColour(hue)
  const user = { name: bareName(name), color, colorLight: `${color}33` }
  return { user, cursor: data === undefined ? null : { anchor: data.anchor, head: data.head } }
}
