import type * as Y from 'yjs'
import { equalValues } from '../types/compareValues.ts'
import { absent, type KeyState } from './itemIndex.ts'

/** An id of a struct; the client is -1 where no struct ever wrote the key, and -2 where none is known. */
export interface StructPlace {
  client: number
  clock: number
}

/**
 * What a key of the root map said at some time, and by which struct: the last id of the one that won it. (The first id changes when Yjs merges
 * tombstones.) Steps that follow each other share one object for the state between them; where a state is written again, the object names the new
 * struct from then on.
 */
export interface HeldState extends StructPlace {
  readonly state: KeyState
  /** How many steps name it, as the state before or after them. */
  users: number
}

/** A state that no struct stands for yet. */
export function unwritten(state: KeyState): HeldState {
  return { client: -2, clock: 0, state, users: 0 }
}

/** Whether nobody ever wrote a key. */
export function isUntouched(map: Y.Map<unknown>, key: string): boolean {
  return winnerOf(map, key) === undefined
}

/** What a key says now. */
export function holdState(map: Y.Map<unknown>, key: string): HeldState {
  const struct = winnerOf(map, key)
  if (struct === undefined) return { client: -1, clock: 0, state: absent, users: 0 }
  const { client, clock } = struct.lastId
  return { client, clock, state: stateOf(struct), users: 0 }
}

/** Whether a key still says by the same struct what it said then. The value is compared, too: after a fork one place can hold something else. */
export function isHeld(map: Y.Map<unknown>, key: string, held: HeldState): boolean {
  const now = holdState(map, key)
  if (now.client !== held.client || now.clock !== held.clock || now.state.present !== held.state.present) return false
  return !now.state.present || !held.state.present || equalValues(now.state.value, held.state.value)
}

/** Whether the struct of a state is among those of its key, as the winner or not. */
export function isKnown(map: Y.Map<unknown>, key: string, held: HeldState): boolean {
  if (held.client < 0) return true
  let struct = winnerOf(map, key) ?? null
  while (struct !== null && !holds(struct, held)) struct = struct.left
  return struct !== null
}

/**
 * The last struct of a key that a write of it now is behind: the winner, or, where the key says nothing, the last of somebody else. What was written
 * here and taken back again does not stand for a value that others should lose against.
 */
export function lastSeen(map: Y.Map<unknown>, key: string, held: HeldState): StructPlace {
  if (held.state.present) return { client: held.client, clock: held.clock }
  let struct = winnerOf(map, key) ?? null
  while (struct !== null && struct.id.client === map.doc!.clientID) struct = struct.left
  return struct === null ? { client: -1, clock: 0 } : { ...struct.lastId }
}

/**
 * What somebody else wrote to a key without having seen what its winner's author wrote: without that, it would be what the key says.
 * @param seen the last struct of the key before all that the winner's author wrote and is asked about
 */
export function findOvertaken(map: Y.Map<unknown>, key: string, seen: StructPlace): KeyState | undefined {
  const winner = winnerOf(map, key)
  for (let struct = winner ?? null; struct !== null; struct = struct.left) {
    const isSeen = holds(struct, seen)
    const values = struct.content.getContent() as readonly unknown[]
    // Yjs merges tombstones: of one that holds what was seen, a later part may not have been.
    const isNews = !isSeen || struct.lastId.clock > seen.clock
    if (struct.id.client !== winner!.id.client && isNews && values.length > 0) return { present: true, value: values.at(-1) }
    if (isSeen) return undefined
  }
  return undefined
}

/** Yjs has no public way from a key to the struct that won it; a test pins this one. */
function winnerOf(map: Y.Map<unknown>, key: string): Y.Item | undefined {
  return map._map.get(key)
}

function holds(struct: Y.Item, { client, clock }: StructPlace): boolean {
  return struct.id.client === client && struct.id.clock <= clock && clock < struct.id.clock + struct.length
}

function stateOf(struct: Y.Item): KeyState {
  const values = struct.deleted ? [] : (struct.content.getContent() as readonly unknown[])
  return values.length > 0 ? { present: true, value: values.at(-1) } : absent
}
