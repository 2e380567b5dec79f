import { EchoError } from '../shared/echoError.ts'
import { systemClock, systemRandom } from '../shared/ports.ts'
import { loadCpace } from '../crypto/loadCpace.ts'
import { createWebCrypto } from '../crypto/webCrypto.ts'
import { createIndexedDbStorage } from '../storage/indexeddb/indexedDbStorage.ts'
import { loadLocking } from '../storage/passphrase/loadLocking.ts'
import { createLockableStorage, type StorageLock } from '../storage/passphrase/lockableStorage.ts'
import type { Disk } from '../storage/storage.ts'
import type { EstimateStorage } from '../storage/storageUsage.ts'
import { createTabsNetwork } from '../network/tabs/tabsNetwork.ts'
import { createWebrtcNetwork } from '../network/webrtc/webrtcNetwork.ts'
import { loadPhrases } from '../identity/loadPhrases.ts'
import type { EchoConfig, EchoPorts } from './echo.ts'
import { rowsLeftOpen, storedSpaces } from './devices/eraseDevice.ts'

/** Whether the user has switched the network on; it is read before anything is unlocked. */
export const enabledKey = 'network/enabled'

/** An Echo's ports, some of them given, with a storage that can be locked; `crypto` is there once `ready` has resolved. */
export function createPorts(
  { app, signaling = [], iceServers = [], ports: given = {} }: EchoConfig,
  restartOthers: () => Promise<void>,
): {
  readonly ports: EchoPorts & { ready(): Promise<void> }
  /** The storage as it lies on the disk, whatever is locked of it. */
  readonly disk: Disk
  readonly lock: StorageLock
} {
  const clock = given.clock ?? systemClock
  const random = given.random ?? systemRandom
  const disk = given.storage ?? createIndexedDbStorage(`echo/${app}`)
  let crypto = given.crypto
  const { storage, lock } = createLockableStorage(disk, {
    crypto: () => ports.crypto,
    open: [enabledKey, ...rowsLeftOpen],
    cachedSpaces: () => storedSpaces(disk),
    loadLocking: () => ports.loadLocking(),
    restartOthers,
  })
  const ports: ReturnType<typeof createPorts>['ports'] = {
    clock,
    random,
    storage,
    // A storage that was given may lie anywhere.
    estimateStorage: given.estimateStorage ?? (given.storage === undefined ? estimateOfBrowser() : undefined),
    network: given.network ?? createWebrtcNetwork({ signaling, iceServers, clock, random }),
    tabs: given.tabs ?? createTabsNetwork({ app, clock, random }),
    loadPhrases: given.loadPhrases ?? loadPhrases,
    loadCpace: given.loadCpace ?? loadCpace,
    loadLocking: given.loadLocking ?? loadLocking,
    bundling: given.bundling,
    halo: given.halo ?? true,
    page: given.page ?? (typeof document === 'undefined' ? undefined : { document, window }),
    reload: given.reload ?? reloadPage,
    get crypto() {
      if (crypto === undefined) throw new EchoError('bad-config', 'This Echo is still opening. Await echo.opened before using it.')
      return crypto
    },
    async ready() {
      crypto ??= await createWebCrypto()
    },
  }
  return { ports, disk, lock }
}

function estimateOfBrowser(): EstimateStorage | undefined {
  const storage = globalThis.navigator?.storage as StorageManager | undefined
  return storage?.estimate === undefined ? undefined : () => storage.estimate()
}

function reloadPage(): void {
  globalThis.location?.reload()
}
