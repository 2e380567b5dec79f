import type * as Y from 'yjs'
import type { DeviceId, IdentityId } from '../shared/ids.ts'
import type { HasSeen } from './verdicts/pastLookup.ts'

/** Who wrote something and when by the writer's own clock (advisory). */
export interface Author {
  readonly identity: IdentityId
  readonly device: DeviceId
  readonly timeMs: number
}

/** A space's root document as the database uses it: one flat map. Only documents/ makes, loads and replaces the Y.Doc behind it. */
export interface RootDocument {
  /** The map of the present generation; ask again after `onReplaced`. */
  readonly map: Y.Map<unknown>
  /**
   * Runs local changes as one Yjs transaction; they are written ahead in the same task and cut into blocks afterwards.
   * @throws EchoError read-only, space-closed
   */
  write(change: (map: Y.Map<unknown>) => void): void
  /** Throws what {@link write} would throw, so that a caller can stop before it changes anything of its own. */
  assertWritable(): void
  /** Called once after each splice of remote blocks, in the same task, with the map keys they changed. */
  onRemoteChange(listener: (keys: ReadonlySet<string>) => void): () => void
  /** Called when the document was rebuilt and `map` is another one. */
  onReplaced(listener: () => void): () => void
  /** Who wrote the struct (client, clock); an own edit that is not cut yet counts as written now by this device. */
  authorOf(client: number, clock: number): Author | undefined
  readonly hasSeen: HasSeen
}
