import { EchoError } from '../../shared/echoError.ts'
import { equalValues } from './compareValues.ts'
import { isFieldName } from './itemKeys.ts'
import { storeValue, type Value } from './values.ts'

/**
 * How one field of a version follows from the version before, both ways, so that apps of both versions can share a space. Without
 * functions it is a rename. `back(forward(old))` must give `old` again wherever the old app may tell the difference.
 *
 * A rename keeps its storage key. A changed value has a key of its own, and a write writes the keys of all versions; where the older key
 * disagrees with what `back` makes of the newer one, an older app wrote last, and what `forward` makes of it counts.
 */
export interface FieldLens {
  /** Its name in the version before; the same by default. */
  readonly from?: string
  // oxlint-disable-next-line typescript/no-explicit-any -- the values of two schemas, one of which is gone
  readonly forward?: (old: any) => unknown
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  readonly back?: (now: any) => unknown
}

/** For each version that there was before, how the fields of the next one follow from it; fields that stayed as they were are left out. */
export type Lenses = { readonly [version: number]: { readonly [field: string]: FieldLens } }

/** Where a field that went through lenses is kept. */
export interface FieldStorage {
  /** The name of its first version. */
  readonly base: string
  /** What its value became, oldest first. */
  readonly steps: readonly { readonly key: string; readonly forward: (old: unknown) => unknown; readonly back: (now: unknown) => unknown }[]
}

/** Where the fields of a type that went through lenses are kept, by their names now. */
export type FieldStorages = ReadonlyMap<string, FieldStorage>

const versionedPattern = /@[0-9]+$/

/** Whether a name is taken for the values of one version: `priority@2`. */
export function isVersionedName(name: string): boolean {
  return versionedPattern.test(name)
}

/** The field that a key belongs to. */
export function fieldOfKey(storages: FieldStorages, name: string): string {
  for (const [field, { base, steps }] of storages) if (base === name || steps.some(({ key }) => key === name)) return field
  return name
}

/**
 * Makes lenses ready.
 * @param type the name of the type, for messages. @throws EchoError bad-schema */
export function compileLenses(type: string, version: number, lenses: Lenses): FieldStorages {
  if (!Number.isSafeInteger(version) || version < 1) throw new EchoError('bad-schema', `The version of "${type}" is a whole number from 1.`)
  for (const from of Object.keys(lenses)) {
    if (String(Math.trunc(Number(from))) !== from || Number(from) < 1 || Number(from) >= version) {
      throw new EchoError(
        'bad-schema',
        `The type "${type}" has a lens from version ${from}, but is version ${version}: lenses lead from 1 … ${version - 1}.`,
      )
    }
  }
  const lensOf = (from: number, field: string): FieldLens | undefined => {
    const fields = lenses[from] ?? {}
    return Object.hasOwn(fields, field) ? fields[field] : undefined
  }
  const seen = new Set<string>()
  const storages = new Map<string, FieldStorage>()
  const bases = new Set<string>()
  for (let since = version - 1; since >= 1; since--) {
    for (const field of Object.keys(lenses[since] ?? {})) {
      if (seen.has(`${since}/${field}`)) continue
      const steps: FieldStorage['steps'][number][] = []
      let name = field
      for (let from = since; from >= 1; from--) {
        const lens = lensOf(from, name)
        if (lens === undefined) continue
        seen.add(`${from}/${name}`)
        const { forward, back } = lens
        if ((forward === undefined) !== (back === undefined)) {
          throw new EchoError(
            'bad-schema',
            `The lens of "${name}" in "${type}" leads one way only: give both forward and back, or neither for a rename.`,
          )
        }
        if (forward !== undefined && back !== undefined) steps.unshift({ key: `${name}@${from + 1}`, forward, back })
        name = lens.from ?? name
      }
      if (!isFieldName(name) || isVersionedName(name) || bases.has(name)) {
        throw new EchoError(
          'bad-schema',
          `The type "${type}" takes two fields, or one that cannot be, from "${name}". Give each lens a field of its own.`,
        )
      }
      bases.add(name)
      storages.set(field, { base: name, steps })
    }
  }
  return storages
}

/** The keys at which a field, or what lies at a path inside one, is kept. */
export function keysOfPath(storages: FieldStorages, path: string): readonly string[] {
  const [field = ''] = path.split('.', 1)
  const storage = storages.get(field)
  if (storage === undefined) return [path]
  return [storage.base, ...storage.steps.map(({ key }) => key)].map((key) => key + path.slice(field.length))
}

/** What a key and a value that it had are in the version now; undefined where a lens cannot take the value, or no field is kept there. */
export function keptAt(
  storages: FieldStorages,
  path: string,
  value: Value | undefined,
): { readonly path: string; readonly value: Value | undefined } | undefined {
  const [name = ''] = path.split('.', 1)
  const field = fieldOfKey(storages, name)
  const storage = storages.get(field)
  if (storage === undefined) return { path, value }
  const step = storage.steps.findIndex(({ key }) => key === name)
  if (step < 0 && storage.base !== name) return undefined
  let present = value
  for (const { forward } of storage.steps.slice(step + 1)) {
    if (present === undefined) break
    present = attempt(forward, present)
    if (present === undefined) return undefined
  }
  return { path: field + path.slice(name.length), value: present }
}

/** Turns fields as they are kept into those of the version now. */
export function readThroughLenses(fields: Record<string, Value>, storages: FieldStorages): void {
  const values = [...storages].map(([field, storage]) => [field, readField(fields, storage)] as const)
  for (const { base } of storages.values()) delete fields[base]
  for (const name of Object.keys(fields)) if (isVersionedName(name)) delete fields[name]
  for (const [field, value] of values) if (value !== undefined) fields[field] = value
}

function readField(fields: Readonly<Record<string, Value>>, { base, steps }: FieldStorage): Value | undefined {
  let value = fields[base]
  for (const { key, forward, back } of steps) {
    const newer = fields[key]
    // What no lens can take is shown as it is, and does not fit.
    if (newer === undefined || !equalValues(attempt(back, newer), value))
      value = value === undefined ? value : (attempt(forward, value) ?? value)
    else value = newer
  }
  return value
}

function attempt(convert: (value: unknown) => unknown, value: Value): Value | undefined {
  try {
    return convert(value) as Value | undefined
  } catch {
    return undefined
  }
}

/** The keys that a value is kept at and their values in stored form, undefined where it is unset. @throws EchoError bad-schema where a lens throws, bad-value */
export function writeThroughLenses(
  field: string,
  { base, steps }: FieldStorage,
  stored: unknown,
  value: unknown,
): (readonly [string, unknown])[] {
  const entries: (readonly [string, unknown])[] = []
  let [lower, lowerStored] = [value, stored]
  for (const { key, back } of [...steps].reverse()) {
    entries.push([key, lowerStored])
    if (lower === undefined) continue
    try {
      lower = back(lower)
    } catch (cause) {
      throw new EchoError(
        'bad-schema',
        `The lens of "${field}" threw at a value of its own version. Let back take every value that fits.`,
        { cause },
      )
    }
    lowerStored = lower === undefined ? undefined : storeValue(lower, field)
  }
  entries.push([base, lowerStored])
  return entries
}
