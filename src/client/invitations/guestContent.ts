import { toId, type BlockId } from '../../shared/ids.ts'
import type { BlockGraph } from '../../feed/graph/blockGraph.ts'
import type { ContentHead } from '../../replication/joining/joinMessages.ts'

/**
 * The content that a guest is to wait for: all that stands, but for own blocks that a full disk has not taken. These are given to nobody, and gone if the
 * host ends now; a guest that waited for them would wait for ever.
 */
export function guestContent(graph: BlockGraph, isStored: (block: BlockId) => boolean): readonly ContentHead[] {
  return graph.heads().flatMap(({ feed, id }) => {
    let node = graph.node(id)
    while (node !== undefined && !isStored(node.id)) node = graph.node(toId<BlockId>(node.header.previous))
    return node === undefined ? [] : [{ feed, seq: node.header.seq }]
  })
}
