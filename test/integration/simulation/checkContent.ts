import type * as Y from 'yjs'
import type { Space } from '../../../src/client/echo.ts'
import { query } from '../../../src/database/query/query.ts'
import type { ItemId } from '../../../src/shared/ids.ts'
import type { SimulatedClock } from '../../../src/testing/simulatedClock.ts'
import type { Page } from './device.ts'
import { openText } from './performEdit.ts'
import { Note, seenBy, Task } from './schema.ts'
import type { WriteModel } from './writeModel.ts'

/** All that a page shows of the space, as text; opens every text for it. What is wrong by itself goes to `onFault`. */
export async function viewOf(page: Page, ledger: ItemId, clock: SimulatedClock, onFault: (fault: string) => void): Promise<string> {
  const space = page.space!
  const tasks = space.run(query(Task).deleted('show')).map((item) => ({ ...item, parent: item.$.parentId, deleted: item.$.deleted }))
  const notes = space.run(query(Note)).map((item) => ({ ...item, parent: item.$.parentId }))
  const contents: Record<string, unknown> = {}
  for (const note of notes) {
    const { handle } = await openText(page, note.id, clock)
    const { yText } = handle.current.get()
    const { store } = yText.doc!
    if (store.pendingStructs !== null || store.pendingDs !== null) onFault(`${page.name}: something pends in a text`)
    if (handle.content.get() !== yText.toString()) onFault(`${page.name}: a handle's content lags behind`)
    contents[note.id] = { text: yText.toString(), units: unitsOf(store) }
  }
  const { name, memberCount } = space.info.get()
  return JSON.stringify({ name, memberCount, tasks, notes, contents, seen: Object.entries(seenBy(space, ledger)).sort() })
}

/** What stands at each clock of each client, however Yjs has cut it into structs; a deletion counts. */
function unitsOf(store: Y.Doc['store']): readonly string[] {
  return [...store.clients]
    .sort(([a], [b]) => a - b)
    .map(([client, structs]) => {
      const units = structs.map((struct) => {
        const content = 'content' in struct ? (struct as Y.Item).content.getContent().join('') : ''
        return struct.deleted ? '-'.repeat(struct.length) : content
      })
      return `${client}:${units.join('')}`
    })
}

/**
 * Compares the items of a space with what the model says they must or may be.
 * @param isForked edits may have been written again, and then count as new: any value that somebody wrote may stand, but nothing may be lost
 */
export function checkItems(space: Space, items: WriteModel, isForked: boolean): readonly string[] {
  const faults: string[] = []
  const all = new Map(space.run(query(Task).deleted('show')).map((item) => [item.id as string, item]))
  for (const key of items.keys()) {
    const [id, field] = key.split('/') as [string, string?]
    if (field === '') continue // a system key: looked at below
    const candidates = isForked ? items.values(key) : items.candidates(key)
    const value = key === 'name' ? space.info.get().name : (all.get(id) as Record<string, unknown> | undefined)?.[field!]
    const mayBeGone = isForked && !all.has(id) && key !== 'name'
    if (!candidates.includes(value) && !mayBeGone) faults.push(`${key} is ${String(value)}, not one of: ${candidates.join(', ')}`)
  }
  for (const item of all.values()) {
    const line = [item]
    for (let parent = all.get(item.$.parentId ?? ''); parent !== undefined; parent = all.get(parent.$.parentId ?? '')) {
      if (line.includes(parent)) {
        faults.push(`${item.id} lies in a circle`)
        break
      }
      line.push(parent)
    }
    const flags = line.map((each) => items.candidates(`${each.id}//deleted`))
    const mayBeDeleted = flags.some((candidates) => candidates.includes(true))
    const mustBeDeleted = flags.some((candidates) => candidates.length > 0 && candidates.every((flag) => flag === true))
    if (!isForked && (item.$.deleted ? !mayBeDeleted : mustBeDeleted)) faults.push(`${item.id} is ${item.$.deleted ? '' : 'not '}deleted`)
  }
  faults.push(...comparison('item', all.keys(), items, '/title', isForked))
  faults.push(
    ...comparison(
      'text',
      space.run(query(Note)).map(({ id }) => id),
      items,
      '//note',
      isForked,
    ),
  )
  return faults
}

/** @param ending of a key that is written when such a thing is made */
function comparison(what: string, there: Iterable<string>, items: WriteModel, ending: string, isForked: boolean): readonly string[] {
  const idsOf = (keys: readonly string[]) => new Set(keys.filter((key) => key.endsWith(ending)).map((key) => key.split('/')[0]!))
  const present = new Set(there)
  const made = idsOf(items.keys())
  const unknown = [...present].filter((id) => !made.has(id)).map((id) => `${what} ${id} is there, and nobody made it`)
  const expected = isForked ? idsOf(items.certainKeys()) : made
  const missing = [...expected].filter((id) => !present.has(id)).map((id) => `${what} ${id} is missing`)
  return [...unknown, ...missing]
}

/** Where two views part. */
export function difference(a: string, b: string): string {
  let at = 0
  while (a[at] === b[at]) at++
  return `…${a.slice(Math.max(0, at - 40), at + 60)}… against …${b.slice(Math.max(0, at - 40), at + 60)}…`
}
