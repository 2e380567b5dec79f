import type { Reference } from './reference.ts'
import { isPlainObject } from './values.ts'

type OneValue = Date | Uint8Array | Reference | readonly unknown[] | ((...args: never[]) => unknown)

/**
 * The paths to what a type's fields hold, up to four names deep: `'title' | 'address' | 'address.city'`. A list, date, reference or bytes
 * is one value, which no path leads into.
 */
export type PathOf<Input, Depth extends readonly 0[] = readonly []> = 0 extends 1 & Input
  ? string
  : Depth['length'] extends 4
    ? never
    : Input extends OneValue
      ? never
      : Input extends object
        ? {
            [Name in keyof Input & string]-?: Name | `${Name}.${PathOf<Exclude<Input[Name], null | undefined>, readonly [...Depth, 0]>}`
          }[keyof Input & string]
        : never

/** What a path leads to. */
export type ValueAt<Input, Path> = 0 extends 1 & Input
  ? unknown
  : Path extends keyof Input
    ? Input[Path]
    : Path extends `${infer Name}.${infer Rest}`
      ? Input extends object
        ? Name extends keyof Input
          ? ValueAt<Exclude<Input[Name], null | undefined>, Rest>
          : never
        : never
      : never

/** Whether one path leads to or through the other. */
export function isPrefix(shorter: readonly PropertyKey[], longer: readonly PropertyKey[]): boolean {
  return shorter.length <= longer.length && shorter.every((name, i) => String(name) === String(longer[i]))
}

/** What lies at a path; undefined where nothing does. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let at = value
  for (const name of path) {
    if (!isPlainObject(at) || !Object.hasOwn(at, name)) return undefined
    at = at[name]
  }
  return at
}

/**
 * A copy with another value at a path; undefined takes it away. What is no object on the way is replaced by one, but never for the sake of
 * an undefined. What lies beside the path is shared with the given value.
 */
export function withValueAt(value: unknown, path: readonly string[], replacement: unknown): unknown {
  return replaceAt(value, path, replacement, (object) => ({ ...object }))
}

/** As {@link withValueAt}, but changes the given value where it can. */
export function putValueAt(value: unknown, path: readonly string[], replacement: unknown): unknown {
  return replaceAt(value, path, replacement, (object) => object)
}

type Fields = Record<string, unknown>

function replaceAt(value: unknown, path: readonly string[], replacement: unknown, own: (object: Fields) => Fields): unknown {
  const [name, ...rest] = path
  if (name === undefined) return replacement
  const isObject = isPlainObject(value)
  if (replacement === undefined && !(isObject && Object.hasOwn(value, name))) return value
  const object = isObject ? own(value) : {}
  const inner = replaceAt(Object.hasOwn(object, name) ? object[name] : undefined, rest, replacement, own)
  if (inner === undefined) delete object[name]
  else object[name] = inner
  return object
}
