import type { StandardSchemaV1 } from '@standard-schema/spec'

/** What a schema says of a value; `late` where it answers with a Promise, which nobody waits for. */
export type SchemaAnswer<T> =
  | { readonly status: 'fits'; readonly value: T }
  | { readonly status: 'refused'; readonly issues: readonly StandardSchemaV1.Issue[] }
  | { readonly status: 'threw'; readonly error: unknown }
  | { readonly status: 'late' }

/** Asks a schema of the app's about a value, which may be anybody's. Never throws. */
export function askSchema<T>(schema: StandardSchemaV1<unknown, T>, value: unknown): SchemaAnswer<T> {
  try {
    const result = schema['~standard'].validate(value)
    if (isThenable(result)) {
      // zod tries again asynchronously what threw at once: nobody waits for that, so its end must not be an unhandled rejection.
      result.then(undefined, () => undefined)
      return { status: 'late' }
    }
    return result.issues === undefined ? { status: 'fits', value: result.value } : { status: 'refused', issues: result.issues }
  } catch (error) {
    // Such as a check that runs out of stack at what somebody nested thousands of levels deep.
    return { status: 'threw', error }
  }
}

function isThenable(value: object): value is Promise<unknown> {
  return typeof (value as { readonly then?: unknown }).then === 'function'
}
