import { sha256 } from '@noble/hashes/sha2.js'
import type { EchoError } from '../shared/echoError.ts'
import { concatBytes, utf8 } from '../shared/bytes.ts'
import type { Clock, Random } from '../shared/ports.ts'
import { ok } from '../shared/result.ts'
import * as cpace from '../crypto/cpace.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import type { LoadCpace } from '../crypto/loadCpace.ts'
import * as rowCipher from '../crypto/rowCipher.ts'
import { createMemoryDisk, type MemoryDisk } from '../storage/memory/memoryDisk.ts'
import { createMemoryStorage } from '../storage/memory/memoryStorage.ts'
import type { LoadLocking } from '../storage/passphrase/loadLocking.ts'
import { createLocking } from '../storage/passphrase/locking.ts'
import type { MemoryPeer } from '../network/memory/memoryPeer.ts'
import { createMemorySwarm, type MemorySwarm } from '../network/memory/memorySwarm.ts'
import type { LoadPhrases } from '../identity/loadPhrases.ts'
import { formatPhrase, parsePhrase } from '../identity/phrase.ts'
import type { BundleSizes } from '../feed/bundles/createBundler.ts'
import type { AnyItemType } from '../database/types/defineType.ts'
import { createEcho } from '../client/createEcho.ts'
import type { Echo } from '../client/echo.ts'
import { createSimulatedPage, type SimulatedPage } from './simulatedPage.ts'
import { createMemoryCacheDisk, createMemoryDocumentCaches, type MemoryCacheDisk } from './memoryDocumentCaches.ts'

/** How the apps of a test's peers are made; everything has a default. */
export interface PeerOptions {
  /** What the app knows; by the name of a peer, where one has another version of it. */
  readonly types?: readonly AnyItemType[] | ((peer: string) => readonly AnyItemType[])
  /** The cryptography of each peer. Default: the real one; under a simulated clock the simulated one, which takes no time that the clock does not know. */
  readonly crypto?: (random: Random) => CryptoPort | Promise<CryptoPort>
  /** After how many blocks each peer bundles what it stores; the app's own sizes by default. */
  readonly bundling?: BundleSizes
  /** False: peers begin without an identity. Default: each is named after itself. */
  readonly identities?: boolean
  /** True: each peer opens the private space of its person's devices, as an app does. Off by default: it adds a space to each. */
  readonly halo?: boolean
  /** Called with what a peer reports in the background; by default it is thrown, so that a test fails. */
  readonly onError?: (error: EchoError, peer: string) => void
}

/** One person with a device in a test. */
export interface TestPeer {
  readonly name: string
  /** The first tab; after {@link restart} the new one. */
  readonly echo: Echo
  /** The network of `echo`. */
  readonly network: MemoryPeer
  /** The page of `echo`: hide it, show it, use it. */
  readonly page: SimulatedPage
  /** The time by which it lives. */
  readonly clock: Clock
  readonly disk: MemoryDisk
  /** The caches of open documents on that device. */
  readonly cached: MemoryCacheDisk
  /** Takes the device off the network, as a pulled plug does: links end, `network.state` is `unreachable`. Its own tabs still reach each other. */
  goOffline(): void
  /** Puts it back: links come within milliseconds. */
  goOnline(): void
  /** Opens a further tab on the same device. */
  openTab(): Promise<Echo>
  /** Closes all tabs and opens one anew on the same disk. */
  restart(): Promise<Echo>
  /** Ends every tab as a crash does: nothing is cut, flushed or said. */
  crash(): Promise<void>
}

/** Where a peer lives. */
export interface PeerWorld {
  readonly swarm: MemorySwarm
  readonly clock: Clock
  readonly random: Random
  createCrypto(): Promise<CryptoPort>
  /** Called with the name that a further tab has in the swarm, before it enters. */
  onTab(peer: string, tab: string): void
}

/** A peer, and the end of all its tabs. */
export interface HostedTestPeer {
  readonly peer: TestPeer
  dispose(): Promise<void>
}

export async function createTestPeer(name: string, world: PeerWorld, options: PeerOptions): Promise<HostedTestPeer> {
  const { swarm, clock, random, createCrypto } = world
  const disk = createMemoryDisk()
  const cached = createMemoryCacheDisk()
  const tabs = createMemorySwarm({ clock, random, sameOrigin: true })
  const open = new Map<Echo, { readonly network: MemoryPeer; readonly tabsPeer: MemoryPeer; readonly page: SimulatedPage }>()
  let tabCount = 0
  let isPlugged = true

  async function openTab(): Promise<Echo> {
    const tab = `${name} ${++tabCount}`
    world.onTab(name, tab)
    if (!isPlugged) swarm.setPlugged(tab, false)
    const network = swarm.peer(tab)
    const tabsPeer = tabs.peer(tab)
    const page = createSimulatedPage()
    const storage = createMemoryStorage({ disk, documentCaches: (locks) => createMemoryDocumentCaches(cached, locks) })
    const echo = createEcho({
      app: 'test',
      types: typeof options.types === 'function' ? options.types(name) : (options.types ?? []),
      inviteUrl: 'https://app.test/',
      onError: (error) => {
        if (options.onError === undefined) throw error
        options.onError(error, name)
      },
      ports: {
        clock,
        random,
        crypto: await createCrypto(),
        storage,
        network,
        tabs: tabsPeer,
        loadPhrases,
        halo: options.halo ?? false,
        loadCpace,
        loadLocking,
        page,
        reload: () => {},
        ...(options.bundling === undefined ? {} : { bundling: options.bundling }),
      },
    })
    open.set(echo, { network, tabsPeer, page })
    await echo.opened
    const state = echo.state.get()
    if (state.status === 'error') throw state.error
    return echo
  }

  function plug(next: boolean): void {
    isPlugged = next
    for (const { network } of open.values()) swarm.setPlugged(network.name, next)
  }

  let first = await openTab()
  if (options.identities !== false) {
    await first.identity.create({ name })
    await first.identity.confirmPhraseSaved()
  }

  const peer: TestPeer = {
    name,
    clock,
    disk,
    cached,
    get echo() {
      return first
    },
    get network() {
      return open.get(first)!.network
    },
    get page() {
      return open.get(first)!.page
    },
    goOffline: () => plug(false),
    goOnline: () => plug(true),
    openTab,
    async restart() {
      await Promise.all([...open.keys()].map((echo) => echo.dispose()))
      open.clear()
      first = await openTab()
      return first
    },
    async crash() {
      disk.crash()
      // A dead tab that the next one could still reach would give it back what the crash lost.
      for (const { network, tabsPeer } of open.values()) await Promise.all([network.dispose(), tabsPeer.dispose()])
      open.clear()
      first = await openTab()
    },
  }
  return {
    peer,
    async dispose() {
      for (const echo of open.keys()) await echo.dispose()
    },
  }
}

// Fetching them takes real time, during which a simulated clock runs on.
const loadPhrases: LoadPhrases = () => Promise.resolve(ok({ formatPhrase, parsePhrase }))

const loadCpace: LoadCpace = () => Promise.resolve(ok(cpace))

/** Deriving a key costs nothing here: what it costs an app protects nothing in memory. */
const quickCipher = {
  ...rowCipher,
  derivePassphraseKey: async (passphrase: string, salt: Uint8Array) => sha256(concatBytes(salt, utf8(passphrase))),
}
const loadLocking: LoadLocking = () => Promise.resolve(ok(createLocking(quickCipher)))
