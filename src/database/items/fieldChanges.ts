import { EchoError } from '../../shared/echoError.ts'
import { equalValues } from '../types/compareValues.ts'
import { isPrefix, valueAt } from '../types/fieldPath.ts'
import { storedField, type ItemRecord } from './itemIndex.ts'
import { parsePath } from '../types/itemKeys.ts'
import { isVersionedName, writeThroughLenses, type FieldStorages } from '../types/lenses.ts'
import { isPlainObject, readValue, storeValue } from '../types/values.ts'

/** A write of a field, or of what lies at a path inside one. */
export interface FieldChange {
  /** The keys to write, by path; their older leaves go. */
  readonly keys: readonly (readonly [path: string, stored: unknown])[]
  readonly names: readonly string[]
  /** Undefined unsets. */
  readonly stored: unknown
}

/** What a patch changes; what is so already is left out. @throws EchoError bad-key, bad-value, value-too-large */
export function changesOf(
  record: ItemRecord,
  storages: FieldStorages,
  before: Readonly<Record<string, unknown>>,
  patch: readonly (readonly [string, unknown])[],
): FieldChange[] {
  const changes: FieldChange[] = []
  const given: (readonly string[])[] = []
  for (const [path, value] of patch) {
    const names = parsePath(path)
    if (names === undefined || isVersionedName(names[0]!)) refuseKey(path)
    if (given.some((other) => isPrefix(other, names) || isPrefix(names, other))) {
      throw new EchoError(
        'bad-key',
        `"${path}" and what it lies in, or what lies in it, cannot be written at once. Write the outer one only.`,
      )
    }
    given.push(names)
    const stored = value === undefined ? undefined : storeValue(value, path)
    const storage = storages.get(names[0]!)
    const isDeep = names.length > 1 || storage !== undefined || record.leaves?.has(path) === true
    if (names.length > 1) assertPathOpen(before, names)
    if (names.length > 1 && storage !== undefined && storage.steps.length > 0) {
      throw new EchoError(
        'bad-key',
        `"${path}" leads into a field that older versions keep in another form. Write "${names[0]}" as a whole.`,
      )
    }
    const read = stored === undefined ? undefined : readValue(stored)
    if (isDeep ? equalValues(read, valueAt(before, names)) : equalValues(stored, storedField(record, path))) continue
    const inner = path.slice(names[0]!.length)
    const kept = storage === undefined ? [[names[0]!, stored] as const] : writeThroughLenses(path, storage, stored, read)
    const keys = kept.map(([key, value]) => [key + inner, value] as const)
    if (inner !== '' && parsePath(keys[0]![0]) === undefined) refuseKey(path)
    changes.push({ names, stored, keys })
  }
  return changes
}

/** Refuses a path that leads into what is one value. A text or number on the way is replaced. */
function assertPathOpen(fields: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  for (let length = 1; length < names.length; length++) {
    const at = valueAt(fields, names.slice(0, length))
    if (typeof at === 'object' && at !== null && !isPlainObject(at)) {
      const outer = names.slice(0, length).join('.')
      throw new EchoError(
        'bad-key',
        `"${names.join('.')}" leads into "${outer}", which is one value: a list, date, reference or bytes. Write that as a whole.`,
      )
    }
  }
}

/** What a developer gave as fields. @throws EchoError bad-value */
export function patchEntries(fields: unknown): [string, unknown][] {
  if (!isPlainObject(fields)) throw new EchoError('bad-value', 'The fields of an item are given as a plain object: { title: "…" }.')
  return Object.entries(fields)
}

/** @throws EchoError bad-key */
export function refuseKey(name: string): never {
  throw new EchoError(
    'bad-key',
    `"${name.slice(0, 40)}" cannot name a field: id, $, @, __proto__, names with "/" or white space, that end like "@2", and empty or very long ones are taken, and "." parts the names of a path that an update can have. Rename it.`,
  )
}
