import type { StandardSchemaV1 } from '@standard-schema/spec'
import { askSchema } from '../../shared/askSchema.ts'
import { EchoError } from '../../shared/echoError.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { equalValues } from './compareValues.ts'
import type { AnyItemType } from './defineType.ts'
import { isPrefix } from './fieldPath.ts'
import type { ItemIssue } from './item.ts'
import { isPlainObject } from './values.ts'

export type Fields = Record<string, unknown>

/**
 * What a type's schema makes of an item's fields. A schema that throws or answers late refuses the item: this also runs over what peers
 * wrote. Never throws.
 */
export function validateFields(type: AnyItemType, raw: Fields): Result<Fields, readonly ItemIssue[]> {
  const answer = askSchema(type.schema, raw)
  switch (answer.status) {
    case 'fits':
      return isPlainObject(answer.value) ? ok(answer.value) : fail([{ message: 'the schema returns no plain object', path: [] }])
    case 'refused':
      return fail(Array.from(answer.issues, toIssue))
    case 'late':
      return fail([asynchronous])
    case 'threw':
      return fail([
        { message: `the schema threw: ${answer.error instanceof Error ? answer.error.message : String(answer.error)}`, path: [] },
      ])
  }
}

const asynchronous: ItemIssue = { message: 'the schema is asynchronous', path: [] }

/**
 * Refuses a write whose result does not fit, but only for faults at or under the `patched` paths: what a peer broke elsewhere must not lock
 * the item. A fault of what lies around a path (the item as a whole above all) counts unless it was there `before`.
 * @returns what the schema makes of the fields; undefined where only faults are left that do not count
 * @throws EchoError bad-value with details.issues; bad-schema where the schema answers late or transforms
 */
export function assertWriteFits(
  type: AnyItemType,
  merged: Fields,
  patched: readonly (readonly string[])[] | undefined,
  before: Fields | undefined,
): Fields | undefined {
  const result = validateFields(type, merged)
  if (result.ok) {
    // What comes back as it was given fits.
    if (equalValues(result.value, merged)) return result.value
    const again = validateFields(type, result.value)
    if (again.ok) return result.value
    throw new EchoError(
      'bad-schema',
      `The schema of "${type.name}" transforms: what it returns does not fit it (${describeIssue(again.error[0])}). Only the input is stored, so use a schema without transforms.`,
    )
  }
  if (result.error.includes(asynchronous)) {
    throw new EchoError(
      'bad-schema',
      `The schema of "${type.name}" answers with a Promise. Writes are synchronous: use a schema without async checks.`,
    )
  }
  const isWithin = ({ path }: ItemIssue): boolean => patched === undefined || patched.some((written) => isPrefix(written, path))
  const isAround = ({ path }: ItemIssue): boolean => path.length === 0 || patched!.some((written) => isPrefix(path, written))
  const known = before === undefined ? new Set<string>() : faults(type, before)
  const issues = result.error.filter((issue) => isWithin(issue) || (isAround(issue) && !known.has(faultKey(issue))))
  if (issues.length === 0) return undefined
  throw new EchoError('bad-value', `This "${type.name}" would not fit its type: ${describeIssue(issues[0])}. Nothing was written.`, {
    details: { type: type.name, issues },
  })
}

function faults(type: AnyItemType, fields: Fields): Set<string> {
  const result = validateFields(type, fields)
  return new Set(result.ok ? [] : result.error.map(faultKey))
}

function faultKey({ path, message }: ItemIssue): string {
  return JSON.stringify([path.map(String), message])
}

function describeIssue(issue: ItemIssue | undefined): string {
  if (issue === undefined) return 'unknown fault'
  return issue.path.length === 0 ? issue.message : `"${issue.path.map(String).join('.')}": ${issue.message}`
}

function toIssue(issue: StandardSchemaV1.Issue): ItemIssue {
  // A library may hand out lists of a class of its own, whose `map` makes such a list again: what is kept is plain.
  const path = Array.from(issue.path ?? [], (segment) => (typeof segment === 'object' ? segment.key : segment))
  return Object.freeze({ message: issue.message, path: Object.freeze(path) })
}
