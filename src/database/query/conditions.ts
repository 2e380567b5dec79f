import { isBytes, toHex } from '../../shared/bytes.ts'
import { EchoError } from '../../shared/echoError.ts'
import { compareTexts, compareValues, equalValues, kindRank } from '../types/compareValues.ts'
import { isFieldName } from '../types/itemKeys.ts'
import { isPlainObject, readValue, storeValue } from '../types/values.ts'

/** Names of the fields that a query can name. */
export type FieldName<Output> = Output extends unknown ? Exclude<keyof Output & string, 'id' | '$'> : never
type FieldValue<Output, Field> = Output extends unknown ? (Field extends keyof Output ? Exclude<Output[Field], undefined> : never) : never

/**
 * Tests of one field, all of which must hold. `lt` … `gte` hold only between values of one kind (text and text, date and date); `ne` also
 * holds where the field is absent; `exists: false` is the way to ask for "no value". `contains` finds a part of a text or an element of a
 * list; it and `startsWith` tell capitals from small letters.
 */
export interface FieldTests<Value> {
  readonly eq?: Value
  readonly ne?: Value
  readonly lt?: Value
  readonly lte?: Value
  readonly gt?: Value
  readonly gte?: Value
  readonly in?: readonly Value[]
  readonly exists?: boolean
  readonly contains?: PartOf<Value>
  readonly startsWith?: Value extends string ? string : never
}

type PartOf<Value> = Value extends string ? string : Value extends readonly (infer Element)[] ? Element : never

/** A value to equal, or tests. To equal an object that looks like tests, say `{ eq: object }`. */
export type FieldConditions<Output> = {
  readonly [Field in FieldName<Output>]?: FieldValue<Output, Field> | FieldTests<FieldValue<Output, Field>>
}

/** Fields that must all hold, an {@link or}, a {@link not}, or a list of conditions that must all hold. */
export type Condition<Output> = FieldConditions<Output> | Or<Condition<Output>> | Not<Condition<Output>> | readonly Condition<Output>[]

/** Conditions of which one must hold. Made by {@link or}. */
export class Or<Alternative> {
  readonly alternatives: readonly Alternative[]

  constructor(alternatives: readonly Alternative[]) {
    this.alternatives = alternatives
    Object.freeze(this)
  }
}

/**
 * Holds where at least one of the conditions does.
 * @example
 * query(Task).where(or({ owner: me }, { owner: { exists: false } }))
 */
export function or<Alternative>(...alternatives: NoInfer<Alternative>[]): Or<Alternative> {
  return new Or(alternatives)
}

/** A condition that must not hold. Made by {@link not}. */
export class Not<Negated> {
  readonly negated: Negated

  constructor(negated: Negated) {
    this.negated = negated
    Object.freeze(this)
  }
}

/**
 * Holds where the condition does not, so also where a field that it names is absent.
 * @example
 * query(Task).where(not({ title: { startsWith: 'Draft' } }))
 */
export function not<Negated>(condition: NoInfer<Negated>): Not<Negated> {
  return new Not(condition)
}

/** A condition made ready: values copied, operators told from values. */
export type Test =
  | { readonly kind: 'not'; readonly test: Test; readonly key: string }
  | { readonly kind: 'all' | 'any'; readonly tests: readonly Test[]; readonly key: string }
  | {
      readonly kind: 'field'
      readonly field: string
      readonly operator: Operator
      readonly value: unknown
      /** For `in`: the values, to be found without comparing each. */
      readonly values?: ReadonlySet<unknown>
      readonly key: string
    }

export type Operator = 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte' | 'in' | 'exists' | 'contains' | 'startsWith'

const operators: ReadonlySet<string> = new Set<Operator>(['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'in', 'exists', 'contains', 'startsWith'])

/** Whether a name is one of an operator. */
export function isOperator(name: unknown): name is Operator {
  return typeof name === 'string' && operators.has(name)
}

/** Checks and copies a condition. @throws EchoError bad-query */
export function compileCondition(condition: unknown): Test {
  if (condition instanceof Or) return group('any', condition.alternatives.map(compileCondition))
  if (condition instanceof Not) return negate(compileCondition(condition.negated))
  if (Array.isArray(condition)) return group('all', condition.map(compileCondition))
  if (!isPlainObject(condition))
    throw new EchoError('bad-query', 'A condition is an object of fields, or(…), not(…) or a list of conditions.')
  return group(
    'all',
    Object.entries(condition).flatMap(([field, expected]) => compileField(field, expected)),
  )
}

/** Conditions that must all hold, with a key that does not depend on their order. */
export function group(kind: 'all' | 'any', tests: readonly Test[]): Test {
  const flat = tests.flatMap((test) => (test.kind === kind ? test.tests : [test]))
  const sorted = [...new Map(flat.map((test) => [test.key, test])).values()].sort((a, b) => compareTexts(a.key, b.key))
  if (sorted.length === 1) return sorted[0]!
  return { kind, tests: sorted, key: `${kind}(${sorted.map((test) => test.key).join()})` }
}

/** The opposite of a test. */
export function negate(test: Test): Test {
  return test.kind === 'not' ? test.test : { kind: 'not', test, key: `not(${test.key})` }
}

/** Whether the fields of an item pass. Never throws. */
export function passes(fields: Readonly<Record<string, unknown>>, test: Test): boolean {
  switch (test.kind) {
    case 'all':
      return test.tests.every((part) => passes(fields, part))
    case 'any':
      return test.tests.some((part) => passes(fields, part))
    case 'not':
      return !passes(fields, test.test)
    case 'field':
      return passesField(Object.hasOwn(fields, test.field) ? fields[test.field] : undefined, test)
  }
}

/** The fields that a test looks at. */
export function fieldsOf(test: Test): string[] {
  if (test.kind === 'field') return [test.field]
  return test.kind === 'not' ? fieldsOf(test.test) : test.tests.flatMap(fieldsOf)
}

/** @throws EchoError bad-query where no field can have this name */
export function assertQueryField(field: unknown): asserts field is string {
  if (typeof field !== 'string' || !isFieldName(field)) throw new EchoError('bad-query', `A query cannot name a field "${String(field)}".`)
}

/** What a query can be sorted by beside fields: when an item was made, and when it was last changed, by the clocks of who did. */
export type StampField = '$.createdAt' | '$.updatedAt'

export function isStampField(field: unknown): field is StampField {
  return field === '$.createdAt' || field === '$.updatedAt'
}

/** @throws EchoError bad-query where a query cannot be sorted by this */
export function assertOrderField(field: unknown): asserts field is string {
  if (!isStampField(field)) assertQueryField(field)
}

function compileField(field: string, expected: unknown): Test[] {
  assertQueryField(field)
  const named = isPlainObject(expected) ? Object.keys(expected).filter(isOperator) : []
  if (!isPlainObject(expected) || named.length === 0) return [fieldTest(field, 'eq', expected)]
  if (named.length < Object.keys(expected).length) {
    throw new EchoError(
      'bad-query',
      `The condition on "${field}" mixes operators with other keys. For equality with an object say { eq: … }.`,
    )
  }
  return named.map((name) => fieldTest(field, name, expected[name]))
}

/** A test of one field. @throws EchoError bad-query */
export function fieldTest(field: string, operator: Operator, expected: unknown): Test {
  if (operator === 'exists') {
    if (typeof expected !== 'boolean') throw new EchoError('bad-query', `"${field}": exists is true or false.`)
    return { kind: 'field', field, operator, value: expected, key: `${JSON.stringify(field)}exists${expected}` }
  }
  if (operator === 'startsWith' && typeof expected !== 'string') throw new EchoError('bad-query', `"${field}": startsWith needs a text.`)
  if (operator === 'in' && !Array.isArray(expected)) throw new EchoError('bad-query', `"${field}": in needs a list of values.`)
  if (expected === undefined) {
    throw new EchoError(
      'bad-query',
      `"${field}" is compared with undefined. For "no value" ask { exists: false }; to skip the query, pass undefined for it.`,
    )
  }
  let stored: unknown
  try {
    stored = storeValue(expected, field)
  } catch (error) {
    if (!(error instanceof EchoError)) throw error
    throw new EchoError('bad-query', `A query cannot compare with this value: ${error.message}`, { cause: error })
  }
  const value = readValue(stored)
  return {
    kind: 'field',
    field,
    operator,
    value,
    ...(operator === 'in' && { values: new Set(value as readonly unknown[]) }),
    key: `${JSON.stringify(field)}${operator}${canonicalText(stored)}`,
  }
}

function passesField(value: unknown, { operator, value: expected, values }: Extract<Test, { readonly kind: 'field' }>): boolean {
  switch (operator) {
    case 'exists':
      return (value !== undefined) === expected
    case 'eq':
      return equalValues(value, expected)
    case 'ne':
      return !equalValues(value, expected)
    case 'in':
      if (typeof value !== 'object' || value === null) return values!.has(value)
      return (expected as readonly unknown[]).some((one) => equalValues(value, one))
    case 'contains':
      if (typeof value === 'string') return typeof expected === 'string' && value.includes(expected)
      return Array.isArray(value) && value.some((one) => equalValues(one, expected))
    case 'startsWith':
      return typeof value === 'string' && value.startsWith(expected as string)
    default:
      return kindRank(value) === kindRank(expected) && holds(compareValues(value, expected), operator)
  }
}

function holds(difference: number, operator: 'lt' | 'lte' | 'gt' | 'gte'): boolean {
  switch (operator) {
    case 'lt':
      return difference < 0
    case 'lte':
      return difference <= 0
    case 'gt':
      return difference > 0
    case 'gte':
      return difference >= 0
  }
}

/** One text for each stored value: keys sorted, and unlike JSON with bytes, NaN and infinities told apart. */
export function canonicalText(stored: unknown): string {
  if (typeof stored === 'number') return String(stored)
  if (typeof stored !== 'object' || stored === null) return JSON.stringify(stored)
  if (isBytes(stored)) return `bytes:${toHex(stored)}`
  if (Array.isArray(stored)) return `[${stored.map(canonicalText).join()}]`
  const entries = Object.entries(stored).sort(([a], [b]) => compareTexts(a, b))
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${canonicalText(value)}`).join()}}`
}
