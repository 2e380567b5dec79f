import { append } from '../../shared/append.ts'
import { rootDocumentId, type BlockId, type DocumentId } from '../../shared/ids.ts'
import { cacheRowPrefix } from '../../storage/documentCache.ts'
import type { BlockNode } from '../../feed/graph/blockGraph.ts'
import { encodedSize } from '../../documents/encodedSize.ts'
import { sizesOfBlocks } from './inspectBlocks.ts'
import type { InspectableSpace } from './inspectable.ts'

/** A document of a space: the items, or a text or model of one. */
export interface InspectedDocument {
  readonly id: DocumentId
  readonly isRoot: boolean
  /** What the item is kept as, such as `text`; undefined for the items, and where there is no such item. */
  readonly model: string | undefined
  readonly blocks: number
  /** Bytes of its blocks that have rows of their own. */
  readonly bytesStored: number
  /** How many of its blocks lie in bundles, or are not stored yet; what these take belongs to the whole space. */
  readonly bundled: number
  /** Undefined where it is closed. */
  readonly open:
    | {
        /** Bytes as one Yjs update. */
        readonly bytes: number
        /** Bytes that no block holds yet. */
        readonly uncutBytes: number
        /** How many hold it open: handles, and steps that can be undone in it; undefined for the items, which are always open. */
        readonly users: number | undefined
        /** Grows whenever the document is put together anew; undefined for the items. */
        readonly generation: number | undefined
      }
    | undefined
  /** Whether this device keeps it ready beside its blocks. */
  readonly isCached: boolean
}

/** The documents of a space, those that are open first, then by size. @throws (rejects) EchoError of storage */
export async function inspectDocuments(space: InspectableSpace): Promise<readonly InspectedDocument[]> {
  const { id: spaceId, graph, documents, database, storage } = space
  const nodesByDocument = new Map<DocumentId, BlockNode[]>()
  for (const node of graph.missingFor([])) append(nodesByDocument, node.document, node)
  const sizes = await sizesOfBlocks(space, [...nodesByDocument.values()].flatMap(idsOf))
  const prefix = `${cacheRowPrefix}${spaceId}/`
  const cached = new Set((await storage.listKeys(prefix)).map(({ key }) => key.slice(prefix.length)))
  const open = new Map(documents.openDocuments().map((each) => [each.document.id, each]))
  const ids = new Set([...open.keys(), ...nodesByDocument.keys()])
  return [...ids]
    .map((id): InspectedDocument => {
      const nodes = nodesByDocument.get(id) ?? []
      const stored = nodes.flatMap((node) => sizes.get(node.id) ?? [])
      const live = open.get(id)
      return {
        id,
        isRoot: id === rootDocumentId,
        model: id === rootDocumentId ? undefined : database.modelOf(id),
        blocks: nodes.length,
        bytesStored: stored.reduce((sum, bytes) => sum + bytes, 0),
        bundled: nodes.length - stored.length,
        open: live && {
          bytes: encodedSize(live.document),
          uncutBytes: live.document.uncutBytes,
          users: live.users,
          generation: live.generation,
        },
        isCached: cached.has(id),
      }
    })
    .sort((a, b) => Number(b.open !== undefined) - Number(a.open !== undefined) || b.bytesStored - a.bytesStored)
}

function idsOf(nodes: readonly BlockNode[]): BlockId[] {
  return nodes.map(({ id }) => id)
}
