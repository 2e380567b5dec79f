import { fail, ok, type Result } from '../../shared/result.ts'
import { blockCaps, type GuardCaps } from './caps.ts'
import { Cursor } from './cursor.ts'
import { walkDeleteSet } from './deleteSet.ts'
import { refuse, Refused, type GuardRefusal } from './refusal.ts'
import { createStructView, walkStruct, type DocumentKind, type StructContext } from './structs.ts'
import type { NodeBudget } from './values.ts'

export interface GuardContext extends StructContext {
  /** The header's clock range: the update adds exactly the clocks from `from` up to `to`. Equal where it only deletes. */
  readonly from: number
  readonly to: number
  readonly kind: DocumentKind
  /** Whether the update may hold nothing, because its block says something by itself. */
  readonly mayBeEmpty?: boolean
  /** {@link blockCaps} where absent. */
  readonly caps?: GuardCaps
}

/** What an update that may pass holds. */
export interface GuardedUpdate {
  readonly structs: number
  /** Ranges of the delete set. */
  readonly ranges: number
  /** Clocks that it adds. */
  readonly advance: number
}

/**
 * Judges a Yjs V1 update before Yjs sees a byte of it, from the bytes alone: rules G1-G9 (docs/PROTOCOL.md#guard). What passes can be applied to a
 * document that holds its past without throwing, without leaving anything pending, and moves the slot's clock from `from` to exactly `to`.
 *
 * Without it ten bytes delete all that a victim will ever write, fourteen burn its clock, and a hundred thousand freeze the tab.
 * Takes time in proportion to the bytes, never throws, builds no objects (but for JSON of formats and embeds, which is capped).
 */
export function guardUpdate(update: Uint8Array, context: GuardContext): Result<GuardedUpdate, GuardRefusal> {
  try {
    return ok(walkUpdate(update, context))
  } catch (error) {
    if (error instanceof Refused) return fail(error.refusal)
    throw error
  }
}

function walkUpdate(update: Uint8Array, context: GuardContext): GuardedUpdate {
  const { client, from, to, limits, caps = blockCaps } = context
  if (update.length > caps.maxBytes) refuse('g9', 'the update is too long')
  if (to - from > caps.maxAdvance) refuse('g9', 'the update takes too many clocks')
  const cursor = new Cursor(update)
  const sections = cursor.uint()
  if (sections !== (to > from ? 1 : 0)) refuse('g2', 'the update holds another number of client sections than its clock range says')
  const structs = sections === 0 ? 0 : walkSection(cursor, context, caps)
  const ranges = walkDeleteSet(cursor, (of) => (of === client ? to : limits(of)), caps)
  if (cursor.at !== update.length) refuse('g1', 'bytes follow the update')
  if (structs === 0 && ranges === 0 && context.mayBeEmpty !== true) refuse('g1', 'the update is empty')
  return { structs, ranges, advance: to - from }
}

function walkSection(cursor: Cursor, context: GuardContext, caps: GuardCaps): number {
  const count = cursor.uint()
  if (count < 1) refuse('g2', 'a client section without structs')
  if (count > caps.maxStructs) refuse('g9', 'too many structs')
  if (cursor.uint() !== context.client) refuse('g2', "another slot's clientID")
  let clock = cursor.uint()
  if (clock !== context.from) refuse('g2', 'the section does not begin at the expected clock')
  const budget: NodeBudget = { nodes: caps.maxNodes }
  const view = createStructView()
  for (let i = 0; i < count; i++) {
    walkStruct(cursor, clock, context, budget, view)
    clock += view.length
    if (clock > context.to) refuse('g4', 'the structs take more clocks than the header says')
  }
  if (clock !== context.to) refuse('g4', 'the structs take fewer clocks than the header says')
  return count
}
