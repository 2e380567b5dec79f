import type { EchoError } from '../shared/echoError.ts'
import { systemClock, systemRandom, type Clock, type Random } from '../shared/ports.ts'
import type { Readable } from '../shared/readable.ts'
import { ok } from '../shared/result.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8 } from '../shared/bytes.ts'
import * as cpace from '../crypto/cpace.ts'
import type { LoadCpace } from '../crypto/loadCpace.ts'
import * as rowCipher from '../crypto/rowCipher.ts'
import { createWebCrypto } from '../crypto/webCrypto.ts'
import { createMemoryDisk, type MemoryDisk } from '../storage/memory/memoryDisk.ts'
import type { LoadLocking } from '../storage/passphrase/loadLocking.ts'
import { createLocking } from '../storage/passphrase/locking.ts'
import { createMemoryStorage } from '../storage/memory/memoryStorage.ts'
import type { MemoryPeer } from '../network/memory/memoryPeer.ts'
import { createMemorySwarm, type MemorySwarm } from '../network/memory/memorySwarm.ts'
import type { LoadPhrases } from '../identity/loadPhrases.ts'
import { formatPhrase, parsePhrase } from '../identity/phrase.ts'
import type { BundleSizes } from '../feed/bundles/createBundler.ts'
import type { AnyItemType } from '../database/types/defineType.ts'
import { createEcho } from '../client/createEcho.ts'
import type { Echo, Space } from '../client/echo.ts'
import { createSimulatedPage, type SimulatedPage } from './simulatedPage.ts'
import { createMemoryCacheDisk, createMemoryDocumentCaches, type MemoryCacheDisk } from './memoryDocumentCaches.ts'
import { createSeededRandom } from './seededRandom.ts'

/** What {@link setup} can be told; everything has a default. */
export interface SetupOptions {
  /** What the app knows; by the name of a peer, where one has another version of it. */
  readonly types?: readonly AnyItemType[] | ((peer: string) => readonly AnyItemType[])
  /** A seed makes latencies, faults and ids reproducible. */
  readonly seed?: number
  readonly clock?: Clock
  /** Least and most milliseconds that a frame travels between peers. Default: the swarm's. */
  readonly latencyMs?: readonly [number, number]
  /** The cryptography of each peer; the real one by default. */
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
  readonly disk: MemoryDisk
  /** The caches of open documents on that device. */
  readonly cached: MemoryCacheDisk
  /** Opens a further tab on the same device. */
  openTab(): Promise<Echo>
  /** Closes all tabs and opens one anew on the same disk. */
  restart(): Promise<Echo>
  /** Ends every tab as a crash does: nothing is cut, flushed or said. */
  crash(): Promise<void>
}

/** The world of a test: peers by name, and the network between them. */
export type TestWorld<Name extends string> = { readonly [P in Name]: TestPeer } & {
  readonly swarm: MemorySwarm
  /** `from` makes a space and every other peer named joins it through an invitation. @returns each one's handle, `from` first */
  shareSpace<Others extends readonly TestPeer[]>(
    name: string,
    from: TestPeer,
    ...others: Others
  ): Promise<[Space, ...{ -readonly [Index in keyof Others]: Space }]>
  /** `guest` joins `space` through an invitation made by its handle's owner. */
  join(space: Space, guest: TestPeer, role?: 'admin' | 'editor' | 'reader'): Promise<Space>
  dispose(): Promise<void>
}

/**
 * Live peers in one process, on a network and disks in memory.
 * @example
 * const { alice, bob, shareSpace, dispose } = await setup('alice', 'bob', { types: [Task] })
 * const [hers, his] = await shareSpace('Garden', alice, bob)
 */
export async function setup<const Args extends readonly (string | SetupOptions)[]>(
  ...args: Args
): Promise<TestWorld<Extract<Args[number], string>>> {
  type Name = Extract<Args[number], string>
  const names = args.filter((arg): arg is Name => typeof arg === 'string')
  const options = (args.find((arg) => typeof arg !== 'string') as SetupOptions | undefined) ?? {}
  const clock = options.clock ?? systemClock
  const random = options.seed === undefined ? systemRandom : createSeededRandom(options.seed)
  const swarm = createMemorySwarm({ clock, random, ...(options.latencyMs === undefined ? {} : { latencyMs: options.latencyMs }) })
  const peers = new Map<Name, TestPeer>()
  for (const name of names) peers.set(name, await createTestPeer(name, swarm, clock, random, options))

  async function join(space: Space, guest: TestPeer, role: 'admin' | 'editor' | 'reader' = 'editor'): Promise<Space> {
    const invitation = space.invite()
    invitation.create({ role })
    const waiting = await until(invitation.state, (state) => (state.status === 'waiting' ? state : undefined), clock)
    const joining = guest.echo.join(waiting.url)
    joining.accept()
    const joined = await until(joining.state, (state) => (state.status === 'success' ? state.space : undefined), clock)
    invitation.dispose()
    return guest.echo.spaces.open(joined)
  }

  const world = {
    ...Object.fromEntries(peers),
    swarm,
    join,
    async shareSpace(name: string, from: TestPeer, ...others: readonly TestPeer[]) {
      const space = await from.echo.spaces.create({ name })
      const handles = [space]
      for (const other of others) handles.push(await join(space, other))
      return handles
    },
    async dispose() {
      for (const peer of peers.values()) await peer.echo.dispose()
      await swarm.dispose()
    },
  }
  return world as unknown as TestWorld<Name>
}

async function createTestPeer(name: string, swarm: MemorySwarm, clock: Clock, random: Random, options: SetupOptions): Promise<TestPeer> {
  const disk = createMemoryDisk()
  const cached = createMemoryCacheDisk()
  const tabs = createMemorySwarm({ clock, random, sameOrigin: true })
  const open = new Map<Echo, { readonly network: MemoryPeer; readonly tabsPeer: MemoryPeer; readonly page: SimulatedPage }>()
  let tabCount = 0

  async function openTab(): Promise<Echo> {
    const tab = `${name} ${++tabCount}`
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
        crypto: await (options.crypto ?? (() => createWebCrypto()))(random),
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

  let first = await openTab()
  if (options.identities !== false) {
    await first.identity.create({ name })
    await first.identity.confirmPhraseSaved()
  }

  return {
    name,
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

const defaultPatienceMs = 10_000

/**
 * Waits until `pick` finds something in a live value.
 * @throws Error naming the last value when it takes longer than ten seconds
 * @example
 * await until(space.sync, (sync) => sync.status === 'up-to-date')
 */
export function until<T, Found>(
  readable: Readable<T>,
  pick: (value: T) => Found | undefined | false,
  clock: Clock = systemClock,
): Promise<Found> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(defaultPatienceMs, () => {
      stop()
      reject(new Error(`Waited ten seconds in vain; the last value was ${describeValue(readable.get())}`))
    })
    const look = (): void => {
      const found = pick(readable.get())
      if (found === undefined || found === false) return
      clock.clear(timer)
      stop()
      resolve(found)
    }
    const stop = readable.subscribe(look)
    look()
  })
}

function describeValue(value: unknown): string {
  const text = JSON.stringify(value, (_key, part: unknown) => (part instanceof Error ? `${part.name}: ${part.message}` : part))
  return text === undefined ? String(value) : text.slice(0, 500)
}
