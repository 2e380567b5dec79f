import type { Clock, Timer } from '../../shared/ports.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import type { NetworkState } from '../../network/network.ts'
import { noCopies } from '../../replication/blocks/copyExchange.ts'
import type { StorageState } from '../../storage/storage.ts'
import type { OpenSpace } from './openSpace.ts'
import type { SavedState, SyncStatus } from '../states.ts'

const sendingShownAfterMs = 1_000

/** How far a space's data has travelled, from storage, network and links. */
export function createSpaceSync(
  open: OpenSpace,
  network: Readable<NetworkState>,
  storage: Readable<StorageState>,
  clock: Clock,
): { readonly status: Readable<SyncStatus>; dispose(): void } {
  let total = 0
  let unshared = 0
  let waiting = 0
  /** An edit is on its way for a moment all the time; only what stays so is worth a word. */
  let sending = false
  let sendingTimer: Timer | undefined
  const status = createWritable(derive())
  const stops = [open.replication.state, open.documents.unsaved, open.documents.unshared, network, storage].map((source) =>
    source.subscribe(() => update()),
  )

  function derive(): SyncStatus {
    const saved = deriveSaved()
    const stored = storage.get()
    if ('error' in stored) return { status: 'error', error: stored.error, ...saved }
    const { peers, lacking, newer } = open.replication.state.get()
    const net = network.get()
    if (peers === 0) {
      if (net.status === 'off') return { status: 'offline', ...saved }
      if (net.status === 'unsupported' || net.status === 'unreachable') return { status: 'offline', ...saved, error: net.error }
      return { status: net.status === 'online' ? 'alone' : 'connecting', ...saved }
    }
    // What cannot be read is lacking for ever.
    if (newer) return { status: 'newer-version', peers, ...saved }
    total = lacking === 0 ? 0 : Math.max(total, lacking)
    return lacking > 0 || sending
      ? { status: 'syncing', peers, received: total - lacking, total, ...saved }
      : { status: 'up-to-date', peers, ...saved }
  }

  function deriveSaved(): SavedState {
    const before = unshared
    unshared = open.documents.unshared.get()
    waiting += Math.max(0, unshared - before)
    const copies = unshared > 0 ? noCopies : open.replication.state.get().copies
    if (copies.own + copies.others > 0) waiting = 0
    return { unsaved: open.documents.unsaved.get(), copies, waiting }
  }

  function update(): void {
    const { delivered, peers } = open.replication.state.get()
    if (delivered || peers === 0) {
      clock.clear(sendingTimer)
      sendingTimer = undefined
      sending = false
    } else {
      sendingTimer ??= clock.after(sendingShownAfterMs, () => {
        sending = true
        publish()
      })
    }
    publish()
  }

  function publish(): void {
    const next = derive()
    if (!isSame(next, status.get())) status.set(next)
  }

  return {
    status,
    dispose() {
      clock.clear(sendingTimer)
      for (const stop of stops) stop()
    },
  }
}

/** Asked twice an edit, so without a detour over JSON. */
function isSame(a: SyncStatus, b: SyncStatus): boolean {
  const [first, second] = [a, b] as unknown as readonly Record<string, unknown>[]
  const keys = Object.keys(first!)
  return keys.length === Object.keys(second!).length && keys.every((key) => Object.is(first![key], second![key]))
}
