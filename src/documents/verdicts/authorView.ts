import * as Y from 'yjs'
import { Cursor } from '../../feed/guard/cursor.ts'
import { contentRef, contentRefBits, hasParentSub, type StructView } from '../../feed/guard/structs.ts'

/*
 * A document's lists (texts, arrays, and the successive values of one map key) as the author of an update saw them: the content of the update's past, and the
 * update's own structs, which are linked in one after the other.
 *
 * Invariant: what is answered is a function of the update and its past alone. Clocks are counted, never items, because how items are merged differs from peer
 * to peer; what is not of the past is stepped over, wherever it lies; and the update's structs are taken from its bytes, whether or not the document holds them.
 *
 * What an attacker can do: have concurrent content stepped over. A long run of it is stepped over once an update, so an update costs no more than the document holds.
 */
export interface AuthorView {
  /**
   * Links in the update's next struct, which begins at `clock`.
   * @param most where counting ends
   * @returns how many clocks lie between its origins: 0 where its author inserted it between neighbours; up to the list's end where its right origin is not right of its origin
   */
  insert(struct: StructView, clock: number, most: number): number
  /** How many types lie around what the struct last inserted holds, if that is a type; 1 directly in a root type. */
  nesting(): number
}

export interface AuthorViewOptions {
  readonly client: number
  /** The clock at which the update begins. */
  readonly from: number
  /** The exclusive limit of a clientID's clocks in the update's past; not asked for `client`. All of the past must be in the document. */
  readonly limits: (client: number) => number
}

type AnyType = NonNullable<ReturnType<Y.Doc['share']['get']>>

/** One list: the children of a type, or the values of one key. */
interface List {
  /** The type; a number is the clock of one that the update itself makes, a text the name of a root type that the document has not. */
  readonly parent: AnyType | number | string
  readonly key: string | undefined
  /** The update's own clock that stands before all older content. */
  firstOwn: number | undefined
  /** The first item of the past; undefined = not asked yet. */
  first: Y.Item | null | undefined
}

/** A clock of the past. */
interface Older {
  readonly item: Y.Item
  readonly clock: number
}

/** What comes next in a list: an own clock; or the older content behind a clock, or from the start of a list. */
type Next = number | Older | List

/** Where a struct belongs: to the list of an older item, or to a list; undefined where Yjs drops it with its neighbour and keeps its clocks only. */
type Home = Y.Item | List | undefined

/** Runs of concurrent items longer than this are remembered. */
const longRun = 16

const decoder = new TextDecoder()

/** @param update holds the structs' bytes */
export function createAuthorView(doc: Y.Doc, update: Uint8Array, { client: own, from, limits }: AuthorViewOptions): AuthorView {
  /** The own structs: first clock (ascending), home, and what comes behind the last clock. */
  const clocks: number[] = []
  const homes: Home[] = []
  const nexts: Next[] = []
  let end = from
  /** The own clock that comes behind an own one, where something was inserted inside a struct. */
  const inside = new Map<number, number>()
  /** By client and clock of the past: the own clock that comes behind it. */
  const behind = new Map<number, Map<number, number>>()
  const lists = new Map<List['parent'], Map<string | undefined, List>>()
  const nestings = new Map<number, number>()
  /** From the first item of a run of concurrent ones to the item behind the run. */
  const jumps = new Map<Y.Item, Y.Item | null>()
  let root: { readonly at: number; readonly parent: List['parent'] } | undefined
  const place = new Cursor(update)

  const isOwn = (client: number, clock: number): boolean => client === own && clock >= from
  const isOlder = ({ id }: Y.Item, clock = id.clock): boolean => clock < (id.client === own ? from : limits(id.client))

  /** The item itself if it is of the past, else the next one that is. */
  function skipConcurrent(start: Y.Item | null): Y.Item | null {
    let item = start
    for (let steps = 0; item !== null && !isOlder(item); steps++) {
      if (steps === longRun) {
        const known = jumps.get(start!)
        if (known !== undefined) return known
        while (item !== null && !isOlder(item)) item = item.right
        jumps.set(start!, item)
        return item
      }
      item = item.right
    }
    return item
  }

  function olderItem(client: number, clock: number): Y.Item | undefined {
    const structs = doc.store.clients.get(client)
    const found = structs?.[Y.findIndexSS(structs, clock)]
    return found instanceof Y.Item ? found : undefined
  }

  /** Where among the own structs a clock lies; most often in the last. */
  function indexOf(clock: number): number {
    let low = clocks.length - 1
    if (clocks[low]! <= clock) return low
    low = 0
    for (let high = clocks.length - 1; low < high;) {
      const middle = (low + high + 1) >>> 1
      if (clocks[middle]! <= clock) low = middle
      else high = middle - 1
    }
    return low
  }

  function nextOfOwn(clock: number, index: number): Next {
    const isLast = clock + 1 === (clocks[index + 1] ?? end)
    return isLast ? nexts[index]! : (inside.get(clock) ?? clock + 1)
  }

  function listOf(parent: List['parent'], key: string | undefined): List {
    let byKey = lists.get(parent)
    if (byKey === undefined) lists.set(parent, (byKey = new Map()))
    let list = byKey.get(key)
    if (list === undefined) byKey.set(key, (list = { parent, key, firstOwn: undefined, first: undefined }))
    return list
  }

  function listOfHome(home: Y.Item | List): List | undefined {
    if (!(home instanceof Y.Item)) return home
    return home.parent instanceof Y.AbstractType ? listOf(home.parent, home.parentSub ?? undefined) : undefined
  }

  function firstOf(list: List): Y.Item | null {
    if (list.first === undefined) {
      const { parent, key } = list
      list.first = parent instanceof Y.AbstractType ? skipConcurrent(startOf(parent, key)) : null
    }
    return list.first
  }

  /** Nearly always it is the one read before, and need not be decoded. */
  function readRoot(): List['parent'] {
    const start = place.at
    const length = place.uint()
    place.skip(length)
    if (root !== undefined && isSame(update, root.at, start, place.at - start)) return root.parent
    place.at = start
    const name = readText(place)
    root = { at: start, parent: doc.share.get(name) ?? name }
    return root.parent
  }

  /** Reads the parent and key of a struct that names no neighbour. */
  function readList({ info, parentAt }: StructView): List | undefined {
    place.at = parentAt
    let parent: List['parent'] | undefined
    if (place.uint() === 1) parent = readRoot()
    else {
      const client = place.uint()
      const clock = place.uint()
      if (isOwn(client, clock)) parent = clock
      else {
        const content = olderItem(client, clock)?.content
        if (content instanceof Y.ContentType) parent = content.type
      }
    }
    return parent === undefined ? undefined : listOf(parent, (info & hasParentSub) === 0 ? undefined : readText(place))
  }

  /** Counts up to the right origin, or to the list's end: none may be named, and where Yjs redoes what lay in a type that was itself redone, it may name one on the left. */
  function count(start: Next, rightClient: number, rightClock: number, most: number): number {
    let next = start
    let counted = 0
    for (;;) {
      for (; typeof next === 'number'; next = nextOfOwn(next, indexOf(next))) {
        if (next === rightClock && rightClient === own) return counted
        if (++counted > most) return counted
      }
      let item: Y.Item | null = 'item' in next ? next.item : firstOf(next)
      let clock = 'item' in next ? next.clock + 1 : (item?.id.clock ?? 0)
      for (;;) {
        if (item !== null && (clock >= item.id.clock + item.length || !isOlder(item, clock))) {
          item = skipConcurrent(item.right)
          clock = item?.id.clock ?? 0
        }
        if (item === null) return counted
        const { client } = item.id
        if (clock === rightClock && client === rightClient) return counted
        if (++counted > most) return counted
        const ownNext = behind.get(client)?.get(clock)
        if (ownNext !== undefined) {
          next = ownNext
          break
        }
        clock++
      }
    }
  }

  function nestingOf(home: Home): number {
    let parent = home?.parent
    if (typeof parent === 'number') return 1 + (nestings.get(parent) ?? 0)
    let depth = 1
    for (; parent instanceof Y.AbstractType && parent._item !== null; parent = parent._item.parent) depth++
    return depth
  }

  function add(clock: number, length: number, home: Home, next: Next): void {
    clocks.push(clock)
    homes.push(home)
    nexts.push(next)
    end = clock + length
  }

  return {
    insert(struct, clock, most) {
      const { info, length, originClient, originClock, rightClient, rightClock } = struct
      const hasOrigin = originClient >= 0
      const isBehindOwn = hasOrigin && isOwn(originClient, originClock)
      const index = isBehindOwn ? indexOf(originClock) : -1
      let home: Home
      if (isBehindOwn) home = homes[index]
      else if (hasOrigin) home = olderItem(originClient, originClock)
      else if (rightClient >= 0) home = isOwn(rightClient, rightClock) ? homes[indexOf(rightClock)] : olderItem(rightClient, rightClock)
      else if (info !== 0) home = readList(struct)
      if ((info & contentRefBits) === contentRef.type) nestings.set(clock, nestingOf(home))
      const list = hasOrigin || home === undefined ? undefined : listOfHome(home)
      if (home === undefined || (!hasOrigin && list === undefined)) {
        add(clock, length, undefined, -1)
        return 0
      }

      let next: Next
      if (list !== undefined) next = list.firstOwn ?? list
      else if (isBehindOwn) next = nextOfOwn(originClock, index)
      else next = behind.get(originClient)?.get(originClock) ?? { item: home as Y.Item, clock: originClock }
      // A value of a map key goes behind all others of the key: Yjs walks over those that follow it, whatever right origin it names.
      const hasKey = home instanceof Y.Item ? home.parentSub !== null : home.key !== undefined
      const counted = hasKey ? count(next, -1, -1, most) : count(next, rightClient, rightClock, most)

      if (list !== undefined) list.firstOwn = clock
      else if (!isBehindOwn) {
        let byClock = behind.get(originClient)
        if (byClock === undefined) behind.set(originClient, (byClock = new Map()))
        byClock.set(originClock, clock)
      } else if (originClock + 1 === (clocks[index + 1] ?? end)) nexts[index] = clock
      else inside.set(originClock, clock)
      add(clock, length, home, next)
      return counted
    },
    nesting: () => nestings.get(clocks.at(-1)!) ?? 1,
  }
}

function startOf(parent: AnyType, key: string | undefined): Y.Item | null {
  if (key === undefined) return parent._start
  let item = parent._map.get(key) ?? null
  while (item !== null && item.left !== null) item = item.left
  return item
}

function isSame(bytes: Uint8Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[a + i] !== bytes[b + i]) return false
  return true
}

function readText(cursor: Cursor): string {
  const length = cursor.uint()
  const start = cursor.at
  cursor.skip(length)
  return decoder.decode(cursor.bytes.subarray(start, cursor.at))
}
