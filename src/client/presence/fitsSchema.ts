import type { StandardSchemaV1 } from '@standard-schema/spec'
import { askSchema } from '../../shared/askSchema.ts'

/** What a schema makes of what a peer sent, or undefined where it refuses it, throws or answers late. Never throws. */
export function fitsSchema<T>(schema: StandardSchemaV1<T>, value: unknown): { readonly value: T } | undefined {
  const answer = askSchema(schema, value)
  return answer.status === 'fits' ? { value: answer.value } : undefined
}
