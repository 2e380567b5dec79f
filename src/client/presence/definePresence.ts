import type { StandardSchemaV1 } from '@standard-schema/spec'
import { EchoError } from '../../shared/echoError.ts'

/** A kind of presence data, such as a cursor; see {@link definePresence}. */
export interface PresenceType<T> {
  readonly name: string
  readonly schema: StandardSchemaV1<T>
}

/**
 * Declares what peers share about themselves while they are here; what a peer sends and does not fit is dropped. Whether they are idle or away, and the
 * item that they type in, every peer says anyway ({@link PresentPeer}).
 * @throws EchoError bad-value for a name that begins with `$`: those are the kit's own
 * @example
 * const Cursor = definePresence('cursor', z.object({ itemId: z.string().optional() }))
 * const { setMe, others } = usePresence(space, Cursor, {})
 */
export function definePresence<T>(name: string, schema: StandardSchemaV1<T>): PresenceType<T> {
  if (name.startsWith('$')) {
    throw new EchoError(
      'bad-value',
      `A presence type cannot be named "${name}": names with $ are taken. Call it "${name.slice(1) || 'cursor'}".`,
    )
  }
  return { name, schema }
}
