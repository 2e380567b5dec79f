import { rootDocumentId } from '../../shared/ids.ts'
import type { BlockGraph } from '../../feed/graph/blockGraph.ts'

/** Whether whoever wrote the struct `writer` of the root document had seen the struct `other`; both by (clientID, clock). */
export type HasSeen = (
  writer: { readonly client: number; readonly clock: number },
  other: { readonly client: number; readonly clock: number },
) => boolean

/** Answers from the blocks that the structs came in. What no block holds yet was written here, after all that is in the document. */
export function createPastLookup(options: {
  readonly graph: BlockGraph
  /** The clientID that this tab writes under. */
  readonly ownClient: () => number
}): HasSeen {
  return (writer, other) => {
    if (writer.client === other.client) return other.clock < writer.clock
    const block = options.graph.writerOf(rootDocumentId, writer.client, writer.clock)
    if (block === undefined) return writer.client === options.ownClient()
    return other.clock < options.graph.limits([block.id], rootDocumentId)(other.client)
  }
}
