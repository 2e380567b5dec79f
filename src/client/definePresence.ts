import type { StandardSchemaV1 } from '@standard-schema/spec'

/** A kind of presence data, such as a cursor; see {@link definePresence}. */
export interface PresenceType<T> {
  readonly name: string
  readonly schema: StandardSchemaV1<T>
}

/**
 * Declares what peers share about themselves while they are here; what a peer sends and does not fit is dropped.
 * @example
 * const Cursor = definePresence('cursor', z.object({ itemId: z.string().optional() }))
 * const { setMe, others } = usePresence(space, Cursor, {})
 */
export function definePresence<T>(name: string, schema: StandardSchemaV1<T>): PresenceType<T> {
  return { name, schema }
}
