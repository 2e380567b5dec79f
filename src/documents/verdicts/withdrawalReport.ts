import { EchoError } from '../../shared/echoError.ts'
import { toId, type BlockId, type DeviceId, type DocumentId, type IdentityId } from '../../shared/ids.ts'
import type { BlockGraph, BlockNode } from '../../feed/graph/blockGraph.ts'
import type { LostEdit } from './reissueEdits.ts'

/** What one device wrote that was taken out of the documents. */
export interface Withdrawal {
  readonly identity: IdentityId
  readonly device: DeviceId
  readonly blocks: number
  readonly documents: readonly DocumentId[]
}

/** Tells what was withdrawn since it was last asked. What is withdrawn when it is made is no news. */
export function createWithdrawalReport(graph: BlockGraph): { news(): readonly EchoError[] } {
  let told = new Set<BlockId>(graph.withdrawn().map(({ id }) => id))
  return {
    news() {
      const withdrawn = graph.withdrawn()
      const news = withdrawn.filter(({ id }) => !told.has(id))
      told = new Set(withdrawn.map(({ id }) => id))
      const ended = byDevice(news.filter(({ id }) => graph.isOutside(id)))
      const forked = byDevice(news.filter(({ id }) => !graph.isOutside(id)))
      return [...(ended.length === 0 ? [] : [endedError(ended)]), ...(forked.length === 0 ? [] : [forkedError(forked)])]
    },
  }
}

function byDevice(blocks: readonly BlockNode[]): readonly Withdrawal[] {
  const devices = new Map<DeviceId, { readonly identity: IdentityId; blocks: number; readonly documents: Set<DocumentId> }>()
  for (const { document, header } of blocks) {
    const device = toId<DeviceId>(header.device)
    const entry = devices.get(device) ?? { identity: toId<IdentityId>(header.identity), blocks: 0, documents: new Set<DocumentId>() }
    devices.set(device, entry)
    entry.blocks++
    entry.documents.add(document)
  }
  return [...devices].map(([device, entry]) => ({ device, ...entry, documents: [...entry.documents] }))
}

function endedError(withdrawn: readonly Withdrawal[]): EchoError {
  return new EchoError(
    'block-withdrawn',
    'A member or device may not write any more, and what it wrote that nobody had built on was taken out of the documents. It is kept: read it with space.readWithdrawn().',
    { details: { withdrawn } },
  )
}

function forkedError(withdrawn: readonly Withdrawal[]): EchoError {
  return new EchoError(
    'block-forked',
    'A device wrote two histories, and one of them was taken out of the documents: a restored backup, a copied profile or a stolen key. Whose edits they were, or rested on them, writes them again by itself.',
    { details: { withdrawn } },
  )
}

export function lostEditsError(document: DocumentId, lost: readonly LostEdit[]): EchoError {
  return new EchoError(
    'block-forked',
    `${lost.length} of your edits stood in something that is gone, so they could not be written again. They are in the details; put back what you still want.`,
    { details: { document, lost } },
  )
}
