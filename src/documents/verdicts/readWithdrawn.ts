import * as Y from 'yjs'
import { rootDocumentId, toId, type DeviceId, type DocumentId, type IdentityId } from '../../shared/ids.ts'
import type { BlockGraph, BlockNode } from '../../feed/graph/blockGraph.ts'
import { judgePayload } from '../applyPayloads.ts'
import { createYDoc, remoteOrigin, rootMapName } from '../createYDoc.ts'
import { readPayloads, type PayloadSource } from '../documentPayloads.ts'
import type { LiveDocument } from '../liveDocument.ts'
import { plainTextOf } from '../texts/plainText.ts'

/** What one device wrote in one document that does not stand, because it is no writer any more. */
export interface WithdrawnContent {
  readonly identity: IdentityId
  readonly device: DeviceId
  readonly document: DocumentId
  /** When the last of it was written, by that device's clock, in milliseconds since the Unix epoch. */
  readonly writtenAt: number
  /** In the root document, the values that it wrote, by key (`<item>/<field>`; the creation record under `<item>`). */
  readonly values: Readonly<Record<string, unknown>>
  /** In the document of a text, the text as the device had it, without formatting. */
  readonly text?: string
  /** The document as the device had it: a Yjs V1 update for an empty Y.Doc. */
  readonly update: Uint8Array
}

/**
 * Reads what was withdrawn because its authors are no writers any more. A feed's branch, and each document in it, is read on its own.
 * @returns nothing of what cannot be read here
 */
export async function readWithdrawn(graph: BlockGraph, source: PayloadSource): Promise<readonly WithdrawnContent[]> {
  const runs = new Map<string, BlockNode[]>()
  for (const node of graph.withdrawn()) {
    if (!graph.isOutside(node.id)) continue
    const key = `${node.branch} ${node.document}`
    runs.set(key, [...(runs.get(key) ?? []), node])
  }
  const contents: WithdrawnContent[] = []
  for (const run of runs.values()) {
    const content = await readRun(graph, source, run)
    if (content !== undefined) contents.push(content)
  }
  return contents
}

async function readRun(graph: BlockGraph, source: PayloadSource, run: readonly BlockNode[]): Promise<WithdrawnContent | undefined> {
  const { document, header, id } = run.at(-1)!
  const nodes = graph.pastOf([id], document)
  const doc = createYDoc()
  try {
    const read = await readPayloads(source, nodes, (slice) => {
      for (const block of slice) if (judgePayload(doc, graph, block) === undefined) Y.applyUpdate(doc, block.payload, remoteOrigin)
    })
    if (!read.ok) return undefined
    return {
      identity: toId<IdentityId>(header.identity),
      device: toId<DeviceId>(header.device),
      document,
      writtenAt: header.timeMs,
      ...contentOf(document, doc, ({ client, clock }) =>
        run.some((node) => node.client === client && node.header.from <= clock && clock < node.header.to),
      ),
    }
  } finally {
    doc.destroy()
  }
}

/** What this device wrote into an open document and no block holds; read before it is taken back. */
export function readUncut(
  { id, doc, cutClock }: Pick<LiveDocument, 'id' | 'doc' | 'cutClock'>,
  author: Pick<WithdrawnContent, 'identity' | 'device' | 'writtenAt'>,
): WithdrawnContent {
  const isUncut = ({ client, clock }: Y.ID): boolean => client === doc.clientID && clock >= cutClock
  return { ...author, document: id, ...contentOf(id, doc, isUncut) }
}

function contentOf(document: DocumentId, doc: Y.Doc, isOfRun: (id: Y.ID) => boolean): Pick<WithdrawnContent, 'values' | 'text' | 'update'> {
  const update = Y.encodeStateAsUpdate(doc)
  if (document !== rootDocumentId) return { values: {}, text: plainTextOf(doc, 'text') || plainTextOf(doc, 'rich-text'), update }
  const map = doc.getMap(rootMapName)
  const written = [...map.keys()].filter((key) => isOfRun(map._map.get(key)!.id))
  return { values: Object.fromEntries(written.map((key) => [key, map.get(key)])), update }
}
