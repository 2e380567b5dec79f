import { concatBytes } from '../../shared/bytes.ts'
import { Writer } from '../../shared/encoding.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { blockCaps, type GuardCaps } from '../guard/caps.ts'
import { Cursor } from '../guard/cursor.ts'
import { refuse, Refused, type GuardRefusal } from '../guard/refusal.ts'
import { splitDeleteSet } from './splitDeleteSet.ts'
import { splitStructs } from './splitStructs.ts'

/** A piece of an update that is an update itself. */
export interface UpdatePart {
  readonly update: Uint8Array
  /** The clocks that it adds; equal where it only deletes. */
  readonly from: number
  readonly to: number
}

/** Bytes that a part needs besides structs and ranges: counts, clientID and clock at their longest. */
const frameBytes = 40

/**
 * Cuts an update of one slot into parts that each keep the guard's caps: first the structs, between structs where possible and inside a long text
 * or list where not, then the delete set. Applied in this order the parts give the same document as the whole.
 *
 * A deletion may name clocks that the update itself adds, so deletions come after all structs.
 * @param update a Yjs V1 update with at most one client section, of `client`, that begins at clock `from`; its caps aside the guard passes it
 * @returns at least one part (the update itself where it keeps the caps), or why it can have no parts: a single value beyond a cap, or bytes that are no update
 */
export function splitUpdate(
  update: Uint8Array,
  client: number,
  from: number,
  caps: GuardCaps = blockCaps,
): Result<readonly UpdatePart[], GuardRefusal> {
  try {
    return ok(split(update, client, from, caps))
  } catch (error) {
    if (error instanceof Refused) return fail(error.refusal)
    throw error
  }
}

function split(update: Uint8Array, client: number, from: number, caps: GuardCaps): UpdatePart[] {
  const cursor = new Cursor(update)
  const room = { ...caps, maxBytes: caps.maxBytes - frameBytes }
  const sections = cursor.uint()
  if (sections > 1) refuse('g2', 'more than one client section')
  const runs = sections === 0 ? [] : splitStructs(cursor, client, from, room)
  const to = runs.at(-1)?.to ?? from
  const deletes = splitDeleteSet(cursor, room)
  if (cursor.at !== update.length) refuse('g1', 'bytes follow the update')
  if (runs.length <= 1 && deletes.length <= 1 && update.length <= caps.maxBytes) return [{ update, from, to }]

  const nothing = Uint8Array.of(0)
  const parts = runs.map((run): UpdatePart => {
    const head = new Writer().u8(1).uint(run.structs).uint(client).uint(run.from).finish()
    return { update: concatBytes(head, ...run.pieces, nothing), from: run.from, to: run.to }
  })
  return [...parts, ...deletes.map((set): UpdatePart => ({ update: concatBytes(nothing, set), from: to, to }))]
}
