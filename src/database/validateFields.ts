import type { StandardSchemaV1 } from '@standard-schema/spec'
import { EchoError } from '../shared/echoError.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import { equalValues } from './compareValues.ts'
import type { AnyItemType } from './defineType.ts'
import type { ItemIssue } from './item.ts'
import { isPlainObject } from './values.ts'

export type Fields = Record<string, unknown>

/**
 * What a type's schema makes of an item's fields. A schema that throws or answers late refuses the item: this also runs over what peers
 * wrote. Never throws.
 */
export function validateFields(type: AnyItemType, raw: Fields): Result<Fields, readonly ItemIssue[]> {
  let answer: StandardSchemaV1.Result<unknown> | Promise<StandardSchemaV1.Result<unknown>>
  try {
    answer = type.schema['~standard'].validate(raw)
  } catch (error) {
    return fail([{ message: `the schema threw: ${error instanceof Error ? error.message : String(error)}`, path: [] }])
  }
  if (isThenable(answer)) return fail([asynchronous])
  if (answer.issues !== undefined) return fail(answer.issues.map(toIssue))
  return isPlainObject(answer.value) ? ok(answer.value) : fail([{ message: 'the schema returns no plain object', path: [] }])
}

const asynchronous: ItemIssue = { message: 'the schema is asynchronous', path: [] }

/**
 * Refuses a write whose result does not fit, but only for faults under `patched` fields: what a peer broke elsewhere must not lock the
 * item. A fault of the item as a whole counts unless it was there `before`.
 * @returns what the schema makes of the fields; undefined where only faults are left that do not count
 * @throws EchoError bad-value with details.issues; bad-schema where the schema answers late or transforms
 */
export function assertWriteFits(
  type: AnyItemType,
  merged: Fields,
  patched: ReadonlySet<string> | undefined,
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
  const ours = result.error.filter(({ path }) => path.length === 0 || patched === undefined || patched.has(String(path[0])))
  const known = before === undefined ? new Set<string>() : rootFaults(type, before)
  const issues = ours.filter(({ path, message }) => path.length > 0 || !known.has(message))
  if (issues.length === 0) return undefined
  throw new EchoError('bad-value', `This "${type.name}" would not fit its type: ${describeIssue(issues[0])}. Nothing was written.`, {
    details: { type: type.name, issues },
  })
}

function rootFaults(type: AnyItemType, fields: Fields): Set<string> {
  const result = validateFields(type, fields)
  return new Set(result.ok ? [] : result.error.filter(({ path }) => path.length === 0).map(({ message }) => message))
}

function describeIssue(issue: ItemIssue | undefined): string {
  if (issue === undefined) return 'unknown fault'
  return issue.path.length === 0 ? issue.message : `"${issue.path.map(String).join('.')}": ${issue.message}`
}

function toIssue(issue: StandardSchemaV1.Issue): ItemIssue {
  const path = (issue.path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment))
  return Object.freeze({ message: issue.message, path: Object.freeze(path) })
}

function isThenable(value: unknown): value is Promise<unknown> {
  return typeof (value as { readonly then?: unknown } | undefined)?.then === 'function'
}
