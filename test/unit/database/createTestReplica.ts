import * as Y from 'yjs'
import type { RootDocument } from '../../../src/documents/rootDocument.ts'
import { createDatabase, type Database, type DatabaseOptions } from '../../../src/database/database.ts'
import type { AnyItemType } from '../../../src/database/types/defineType.ts'
import { EchoError, type EchoErrorCode } from '../../../src/shared/echoError.ts'
import { toId, type DeviceId, type IdentityId } from '../../../src/shared/ids.ts'
import type { Clock, Random } from '../../../src/shared/ports.ts'

/** A clock that moves only when told. */
export interface ManualClock extends Clock {
  advance(ms: number): void
}

export function createManualClock(): ManualClock {
  let nowMs = 1_000_000
  const timers = new Map<number, { readonly atMs: number; readonly callback: () => void }>()
  let last = 0
  return {
    now: () => nowMs,
    after(delayMs, callback) {
      timers.set(++last, { atMs: nowMs + delayMs, callback })
      return last
    },
    clear: (timer) => void timers.delete(timer as number),
    advance(ms) {
      nowMs += ms
      for (const [timer, { atMs, callback }] of [...timers]) {
        if (atMs <= nowMs && timers.delete(timer)) callback()
      }
    },
  }
}

/** Reproducible bytes. */
export function createSeededRandom(seed: number): Random {
  let state = seed >>> 0
  return {
    bytes(length) {
      return Uint8Array.from({ length }, () => {
        state = (state + 0x6d2b79f5) >>> 0
        let mixed = Math.imul(state ^ (state >>> 15), state | 1)
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
        return (mixed ^ (mixed >>> 14)) & 255
      })
    },
  }
}

/** One device with a root document on a bare Y.Doc; everything it writes is under `map`. */
export interface TestReplica {
  readonly db: Database
  readonly map: Y.Map<unknown>
  readonly clock: ManualClock
  readonly errors: unknown[]
  /** What each client had seen at each of its writes. */
  readonly seen: ReadonlyMap<number, { readonly end: number; readonly vector: Map<number, number> }[]>
  /** Transactions of the document so far that wrote something. */
  readonly writes: () => number
  /** Takes over what another replica has, as one splice. */
  pull(other: TestReplica): void
  /** Writes past the database, as a hostile peer's program would, and takes it over as remote. */
  plant(entries: Readonly<Record<string, unknown>>): void
  unplant(keys: readonly string[]): void
  /** Rebuilds the document from its own content with some keys left out, and swaps it. */
  swap(without?: readonly string[]): void
  setWritable(writable: boolean): void
  /** A database over the same document, loaded anew. */
  fresh(types?: readonly AnyItemType[]): Database
}

/** @param texts what reads texts; without it nothing is known of them */
export function createTestReplica(
  seed: number,
  types: readonly AnyItemType[],
  load?: TestReplica,
  texts?: DatabaseOptions['texts'],
): TestReplica {
  const clock = createManualClock()
  const errors: unknown[] = []
  const remoteListeners = new Set<(keys: ReadonlySet<string>) => void>()
  const replaceListeners = new Set<() => void>()
  let doc = makeDoc()
  let writable = true
  let writes = 0
  /** What each client had seen when it wrote, by the end of what it wrote then. */
  const seen = new Map<number, { readonly end: number; readonly vector: Map<number, number> }[]>([[seed, []]])

  function makeDoc(): Y.Doc {
    const made = new Y.Doc({ gc: false })
    made.clientID = seed
    return made
  }

  function splice(change: (target: Y.Doc) => void): void {
    const keys = new Set<string>()
    const collect = (event: Y.YMapEvent<unknown>): void => event.keysChanged.forEach((key) => keys.add(key))
    const map = doc.getMap<unknown>('items')
    map.observe(collect)
    change(doc)
    map.unobserve(collect)
    if (keys.size > 0) for (const listener of remoteListeners) listener(keys)
  }

  function assertWritable(): void {
    if (!writable) throw new EchoError('read-only', 'This device may only read here.')
  }

  const root: RootDocument = {
    get map() {
      return doc.getMap<unknown>('items')
    },
    write(change) {
      assertWritable()
      writes += 1
      const vector = Y.decodeStateVector(Y.encodeStateVector(doc))
      doc.transact(() => change(doc.getMap<unknown>('items')))
      seen.get(seed)!.push({ end: Y.getState(doc.store, seed), vector })
    },
    assertWritable,
    onRemoteChange(listener) {
      remoteListeners.add(listener)
      return () => remoteListeners.delete(listener)
    },
    onReplaced(listener) {
      replaceListeners.add(listener)
      return () => replaceListeners.delete(listener)
    },
    authorOf: (client, structClock) => ({
      identity: toId<IdentityId>(new Uint8Array(32).fill(client)),
      device: toId<DeviceId>(new Uint8Array(32).fill(client)),
      timeMs: structClock,
    }),
    hasSeen(writer, other) {
      if (writer.client === other.client) return other.clock < writer.clock
      const write = seen.get(writer.client)?.find(({ end }) => writer.clock < end)
      return other.clock < (write?.vector.get(other.client) ?? 0)
    },
  }

  if (load !== undefined) Y.applyUpdate(doc, Y.encodeStateAsUpdate(load.map.doc!))
  const open = (known: readonly AnyItemType[]): Database =>
    createDatabase({
      root,
      ...(texts && { texts }),
      types: known,
      clock,
      random: createSeededRandom(seed),
      authorTag: `t${String(seed).padStart(3, '0')}`,
      onError: (error) => errors.push(error),
    })
  const db = open(types)
  return {
    db,
    get map() {
      return root.map
    },
    clock,
    errors,
    writes: () => writes,
    seen,
    pull(other) {
      for (const [client, writesOf] of other.seen) if (client !== seed) seen.set(client, writesOf)
      splice((target) => Y.applyUpdate(target, Y.encodeStateAsUpdate(other.map.doc!, Y.encodeStateVector(target))))
    },
    plant(entries) {
      splice((target) => target.transact(() => Object.entries(entries).forEach(([key, value]) => target.getMap('items').set(key, value))))
    },
    unplant(keys) {
      splice((target) => target.transact(() => keys.forEach((key) => target.getMap('items').delete(key))))
    },
    swap(without = []) {
      const before = root.map
      doc = makeDoc()
      doc.transact(() => {
        before.forEach((value, key) => {
          if (!without.includes(key)) root.map.set(key, value)
        })
      })
      for (const listener of replaceListeners) listener()
    },
    setWritable(value) {
      writable = value
    },
    fresh: (known = types) => open(known),
  }
}

/** The code of what a call throws, undefined where it does not. */
export function codeOf(call: () => unknown): EchoErrorCode | undefined {
  try {
    call()
  } catch (error) {
    return (error as { code?: EchoErrorCode }).code
  }
  return undefined
}

/** All know the same afterwards, by way of the first. */
export function syncAll(replicas: readonly TestReplica[]): void {
  for (const other of replicas.slice(1)) replicas[0]!.pull(other)
  for (const other of replicas.slice(1)) other.pull(replicas[0]!)
}
