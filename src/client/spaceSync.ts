import { createWritable, type Readable } from '../shared/readable.ts'
import type { NetworkState } from '../network/network.ts'
import type { StorageState } from '../storage/storage.ts'
import type { OpenSpace } from './openSpace.ts'
import type { SyncStatus } from './states.ts'

/** How far a space's data has travelled, from storage, network and links. */
export function createSpaceSync(
  open: OpenSpace,
  network: Readable<NetworkState>,
  storage: Readable<StorageState>,
): { readonly status: Readable<SyncStatus>; dispose(): void } {
  let total = 0
  const status = createWritable(derive())
  const stops = [open.replication.state, open.documents.unsaved, network, storage].map((source) => source.subscribe(() => update()))

  function derive(): SyncStatus {
    const unsaved = open.documents.unsaved.get()
    const stored = storage.get()
    if ('error' in stored) return { status: 'error', error: stored.error, unsaved }
    const { peers, lacking } = open.replication.state.get()
    const net = network.get()
    if (peers === 0) {
      if (net.status === 'off') return { status: 'offline', unsaved }
      if (net.status === 'unsupported' || net.status === 'unreachable') return { status: 'offline', unsaved, error: net.error }
      return { status: net.status === 'online' ? 'alone' : 'connecting', unsaved }
    }
    total = lacking === 0 ? 0 : Math.max(total, lacking)
    return lacking > 0 ? { status: 'syncing', peers, received: total - lacking, total, unsaved } : { status: 'up-to-date', peers, unsaved }
  }

  function update(): void {
    const next = derive()
    if (JSON.stringify(next) !== JSON.stringify(status.get())) status.set(next)
  }

  return {
    status,
    dispose() {
      for (const stop of stops) stop()
    },
  }
}
