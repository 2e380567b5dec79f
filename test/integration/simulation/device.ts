import type * as Y from 'yjs'
import { createEcho } from '../../../src/client/createEcho.ts'
import type { Echo, InviteFlow, JoinFlow, Space } from '../../../src/client/echo.ts'
import type { CryptoPort } from '../../../src/crypto/cryptoPort.ts'
import type { AnyItemType } from '../../../src/database/types/defineType.ts'
import type { TextHandle } from '../../../src/documents/texts/textHandle.ts'
import type { BundleSizes } from '../../../src/feed/bundles/createBundler.ts'
import { formatPhrase, parsePhrase } from '../../../src/identity/phrase.ts'
import type { MemoryPeer } from '../../../src/network/memory/memoryPeer.ts'
import { createMemorySwarm, type MemorySwarm } from '../../../src/network/memory/memorySwarm.ts'
import type { EchoError } from '../../../src/shared/echoError.ts'
import type { Clock } from '../../../src/shared/ports.ts'
import { ok } from '../../../src/shared/result.ts'
import { createMemoryDisk, type DiskBackup, type MemoryDisk } from '../../../src/storage/memory/memoryDisk.ts'
import { createLockManager } from '../../../src/storage/memory/memoryLocks.ts'
import { createMemoryStorage } from '../../../src/storage/memory/memoryStorage.ts'
import type { StorageBatch } from '../../../src/storage/storage.ts'
import type { SeededRandom } from '../../../src/testing/seededRandom.ts'
import type { SimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { drive } from './drive.ts'
import type { Life, Lives, Mark } from './lives.ts'

/** One person's device: a disk, a clock, and the pages open on it. */
export interface Device {
  readonly index: number
  readonly name: string
  readonly disk: MemoryDisk
  readonly pages: Page[]
  /** How far its clock is off. */
  skewMs: number
  /** Without pages until then. */
  offUntilMs: number
  backup: { readonly disk: DiskBackup; readonly held: ReadonlyMap<Life, Mark> } | undefined
  joining: { readonly page: Page; readonly flow: JoinFlow; readonly invitation: InviteFlow } | undefined
  openPage(): Promise<Page>
  /** Ends pages in good order. */
  close(pages: readonly Page[]): Promise<void>
  /** Ends a page in the middle of whatever it does. `silent`: its peers hear nothing of it. */
  kill(page: Page, silent: boolean): Promise<void>
  /** Ends all pages; relaxed writes but the first `kept` are lost. */
  cutPower(kept: number): Promise<void>
}

/** An open tab. */
export interface Page {
  readonly device: Device
  readonly life: Life
  readonly name: string
  readonly echo: Echo
  readonly isDead: boolean
  space: Space | undefined
  isOpening: boolean
  readonly texts: Map<string, OpenedText>
}

export interface OpenedText {
  readonly handle: TextHandle
  undo: { readonly yText: Y.Text; readonly manager: Y.UndoManager } | undefined
}

interface PageParts {
  readonly network: MemoryPeer
  readonly tabs: MemoryPeer
  end(): void
  kill(): void
}

export interface DeviceOptions {
  readonly index: number
  readonly name: string
  readonly clock: SimulatedClock
  readonly random: SeededRandom
  readonly swarm: MemorySwarm
  readonly crypto: CryptoPort
  readonly types: readonly AnyItemType[]
  readonly lives: Lives
  /** Most milliseconds that a write takes; 0 = none. */
  readonly diskMs: number
  /** A page fell silent for good: what it sends from now on is lost, what is sent to it, too. */
  readonly onSilent: (page: string) => void
  /** After how many blocks it bundles what it stores; the app's own sizes by default. */
  readonly bundling: BundleSizes | undefined
  /** A write of a page is complete. */
  readonly onStored: (batch: StorageBatch) => void
  readonly onError: (error: EchoError, page: Page) => void
}

/** A killed page that fell silent is forgotten by the swarm after this time, when others have long noticed. */
const ghostMs = 60_000

export function createDevice(options: DeviceOptions): Device {
  const { index, name, clock, random, swarm, lives } = options
  const slowDisk = (complete: () => void): void => {
    if (options.diskMs > 0 && random.chance(0.3)) clock.after(random.below(options.diskMs), complete)
    else queueMicrotask(complete)
  }
  const disk = createMemoryDisk(slowDisk)
  const locks = createLockManager(clock)
  const tabsSwarm = createMemorySwarm({ clock, random, sameOrigin: true })
  const parts = new Map<Page, PageParts>()
  let pageCount = 0

  async function openPage(): Promise<Page> {
    const pageName = `${name} ${++pageCount}`
    let isOver = false
    const pageClock: Clock = {
      now: () => clock.now() + device.skewMs,
      // Nothing of a dead page runs on.
      after: (delayMs, callback) => clock.after(delayMs, () => !isOver && callback()),
      clear: clock.clear,
    }
    const network = swarm.peer(pageName)
    const tabs = tabsSwarm.peer(pageName)
    const storage = createMemoryStorage({ disk, locks: locks.locks() })
    const watchedStorage = {
      ...storage,
      write: async (...[batch, durability]: Parameters<typeof storage.write>) => {
        const isComplete = durability === 'strict' ? lives.strictWrite(index) : undefined
        await storage.write(batch, durability)
        isComplete?.()
        options.onStored(batch)
      },
    }
    const echo = createEcho({
      app: 'simulation',
      types: options.types,
      inviteUrl: 'https://app.test/',
      onError: (error) => {
        if (!isOver) options.onError(error, page)
      },
      ports: {
        clock: pageClock,
        random,
        crypto: options.crypto,
        storage: watchedStorage,
        network,
        tabs,
        // The product fetches it on demand, which takes the machine's time.
        loadPhrases: async () => ok({ formatPhrase, parsePhrase }),
        ...(options.bundling === undefined ? {} : { bundling: options.bundling }),
      },
    })
    const page: Page = {
      device,
      life: lives.begin(name, index),
      name: pageName,
      echo,
      get isDead() {
        return isOver
      },
      space: undefined,
      isOpening: false,
      texts: new Map(),
    }
    parts.set(page, { network, tabs, end: () => (isOver = true), kill: () => disk.kill(storage) })
    device.pages.push(page)
    await drive(clock, echo.opened)
    const state = echo.state.get()
    if (state.status === 'error') throw state.error
    return page
  }

  function forget(page: Page): PageParts {
    const part = parts.get(page)!
    parts.delete(page)
    device.pages.splice(device.pages.indexOf(page), 1)
    part.end()
    return part
  }

  async function kill(page: Page, silent: boolean): Promise<void> {
    const part = forget(page)
    lives.end(page.life, false)
    part.kill()
    await part.tabs.dispose()
    if (!silent) return part.network.dispose()
    options.onSilent(page.name)
    clock.after(ghostMs, () => void part.network.dispose())
  }

  const device: Device = {
    index,
    name,
    disk,
    pages: [],
    skewMs: 0,
    offUntilMs: 0,
    backup: undefined,
    joining: undefined,
    openPage,
    async close(pages) {
      await drive(clock, Promise.all(pages.map((page) => page.echo.dispose())))
      for (const page of pages) {
        // What a full disk did not take was unsaved to the end, and the page said so.
        lives.end(page.life, disk.quotaBytes === Infinity)
        forget(page)
      }
    },
    kill,
    async cutPower(kept) {
      disk.crash(kept)
      // All in one task: a page that outlived the machine for a moment would see its writes fail.
      await Promise.all([...device.pages].map((page) => kill(page, false)))
      lives.fallBack(index, undefined)
    },
  }
  return device
}
