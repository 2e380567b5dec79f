import { EchoError } from '../shared/echoError.ts'
import { toId, type BlockId, type DeviceId, type DocumentId, type IdentityId } from '../shared/ids.ts'
import type { BlockGraph } from '../feed/blockGraph.ts'
import type { LostEdit } from './reissueEdits.ts'

/** What one device wrote that was taken out of the documents. */
export interface Withdrawal {
  readonly identity: IdentityId
  readonly device: DeviceId
  readonly blocks: number
  readonly documents: readonly DocumentId[]
}

/** Tells what was withdrawn since it was last asked. What is withdrawn when it is made is no news. */
export function createWithdrawalReport(graph: BlockGraph): { news(): EchoError | undefined } {
  let told = new Set<BlockId>(graph.withdrawn().map(({ id }) => id))
  return {
    news() {
      const byDevice = new Map<DeviceId, { readonly identity: IdentityId; blocks: number; readonly documents: Set<DocumentId> }>()
      const withdrawn = graph.withdrawn()
      for (const { id, document, header } of withdrawn) {
        if (told.has(id)) continue
        const device = toId<DeviceId>(header.device)
        const entry = byDevice.get(device) ?? { identity: toId<IdentityId>(header.identity), blocks: 0, documents: new Set<DocumentId>() }
        byDevice.set(device, entry)
        entry.blocks++
        entry.documents.add(document)
      }
      told = new Set(withdrawn.map(({ id }) => id))
      if (byDevice.size === 0) return undefined
      const list: Withdrawal[] = [...byDevice].map(([device, entry]) => ({ device, ...entry, documents: [...entry.documents] }))
      return new EchoError(
        'block-forked',
        'A device wrote two histories, and one of them was taken out of the documents: a restored backup, a copied profile or a stolen key. Whose edits they were, or rested on them, writes them again by itself.',
        { details: { withdrawn: list } },
      )
    },
  }
}

export function lostEditsError(document: DocumentId, lost: readonly LostEdit[]): EchoError {
  return new EchoError(
    'block-forked',
    `${lost.length} of your edits stood in something that is gone, so they could not be written again. They are in the details; put back what you still want.`,
    { details: { document, lost } },
  )
}
