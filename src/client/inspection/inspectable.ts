import type { Storage } from '../../storage/storage.ts'
import type { Space } from '../echo.ts'
import type { OpenSpace } from '../spaces/openSpace.ts'

/** What of an open space may be looked at: nothing that holds a key. */
export interface InspectableSpace extends Pick<OpenSpace, 'id' | 'log' | 'graph' | 'receiver' | 'documents' | 'database'> {
  readonly storage: Pick<
    Storage,
    'readBlocks' | 'readHeaders' | 'readBundles' | 'readMembership' | 'readPending' | 'readMarks' | 'listKeys'
  >
}

/** By it a handle leads to its parts. A symbol and not a module's map, so that what inspects may be another copy of this package; apps never meet it. */
const inspectable = Symbol.for('echo-react/inspectable')

/** Lets {@link inspectableOf} find the parts of a space by its handle. */
export function letInspect(space: Space, { id, log, graph, receiver, documents, database }: OpenSpace, storage: Storage): void {
  const value: InspectableSpace = { id, log, graph, receiver, documents, database, storage }
  Object.defineProperty(space, inspectable, { value })
}

/** The parts of a space by its handle. */
export function inspectableOf(space: Space): InspectableSpace {
  return (space as unknown as { readonly [inspectable]: InspectableSpace })[inspectable]
}
