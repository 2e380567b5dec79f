import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import type { CryptoPort } from '../../../src/crypto/cryptoPort.ts'
import type { HeaderRow, Storage } from '../../../src/storage/storage.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import type { KeyRing } from '../../../src/access/keys/keyRing.ts'
import type { MembershipLog } from '../../../src/access/membershipLog.ts'
import { createIndexedDbStorage } from '../../../src/storage/indexeddb/indexedDbStorage.ts'
import { createIdentityStore } from '../../../src/identity/identityStore.ts'
import { createKeyRing } from '../../../src/access/keys/createKeyRing.ts'
import { createMembershipLog } from '../../../src/access/createMembershipLog.ts'
import { epochRendezvous } from '../../../src/access/keys/epochKeys.ts'
import { openEpochs } from '../../../src/access/keys/openEpochs.ts'
import { decodeOperation } from '../../../src/access/operation.ts'
import { openBundleHead } from '../../../src/feed/bundles/bundle.ts'
import { decodeHeader } from '../../../src/feed/header.ts'
import { readKeys } from '../../../src/client/spaces/spaceRecord.ts'
import { toHex } from '../../../src/shared/bytes.ts'
import { idBytes, type SpaceId } from '../../../src/shared/ids.ts'
import type { Lab } from './lab.ts'

/** A block's place, and the Yjs clocks that it covers in one document; `block` is undefined inside a bundle, whose chain gives it. */
export interface Written {
  readonly feed: string
  readonly seq: number
  readonly block: string | undefined
  readonly document: string
  readonly from: number
  readonly to: number
}

/** What a member keeps to itself. `storage` is to be disposed of. */
export interface Insight {
  readonly crypto: CryptoPort
  readonly storage: Storage
  readonly identity: LocalIdentity
  readonly space: SpaceId
  readonly operations: readonly Uint8Array[]
  readonly log: MembershipLog
  readonly keyRing: KeyRing
  readonly rows: readonly HeaderRow[]
}

/** Looks into what a member keeps to itself, and measures. */
export interface Probe {
  open(): Promise<Insight>
  /** Room and password under which the members of the space meet. */
  rendezvous(): Promise<{ room: string; password: string }>
  /** What no stranger may see, in hexadecimal: ids of space, person, device, blocks and operations. */
  secretIds(): Promise<string[]>
  /** Every block that lies on this disk: who wrote what under which Yjs clocks. */
  written(): Promise<Written[]>
  /** Notes when each length of the text is first seen, in ms since the Unix epoch. */
  watchText(): void
  textTimes(): [length: number, timeMs: number][]
  /** Types `count` letters. @returns the length after each, and when it was typed */
  type(count: number, everyMs: number): Promise<[length: number, timeMs: number][]>
  /** The same for a task's title, as numbers. */
  watchTitle(id: string): void
  titleTimes(): [title: number, timeMs: number][]
  retitle(id: string, count: number, everyMs: number): Promise<[title: number, timeMs: number][]>
  /** Remembers from now on the most peers that the space was linked to at once, and the most people seen present in it. */
  watchCompany(): void
  mostCompany(): { peers: number; present: number }
}

const now = (): number => performance.timeOrigin + performance.now()
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export function createProbe(lab: () => Lab): Probe {
  const textTimes = new Map<number, number>()
  const titleTimes = new Map<number, number>()
  const most = { peers: 0, present: 0 }

  /** Opens what the page keeps a second time: its keys and its log. */
  async function open(): Promise<Insight> {
    const crypto = await createWebCrypto()
    const storage = createIndexedDbStorage('echo/lab')
    await storage.open()
    const identity = await createIdentityStore({ crypto, storage }).load()
    if (!identity.ok || identity.value === undefined) throw new Error('nobody is here')
    const space: SpaceId = lab().space.id
    const { rows: operations } = await storage.readMembership(space)
    const log = createMembershipLog({ crypto, space })
    for (const operation of operations) await log.add(operation)
    const keyRing = createKeyRing({ crypto, log })
    await readKeys(crypto, identity.value, space, storage, keyRing)
    await openEpochs({ crypto, log, keyRing, identity: identity.value })
    const { rows } = await storage.readHeaders(space)
    return { crypto, storage, identity: identity.value, space, operations, log, keyRing, rows }
  }

  async function repeat(count: number, everyMs: number, step: (i: number) => number): Promise<[number, number][]> {
    const times: [number, number][] = []
    for (let i = 0; i < count; i++) {
      const timeMs = now()
      times.push([step(i), timeMs])
      await pause(everyMs)
    }
    return times
  }

  return {
    open,
    async rendezvous() {
      const { crypto, storage, space, keyRing } = await open()
      await storage.dispose()
      return epochRendezvous(crypto, idBytes(space), keyRing.newest()!.key)
    },
    async secretIds() {
      const { crypto, storage, identity, space, operations, rows } = await open()
      await storage.dispose()
      const ids = [space, identity.id, identity.deviceId, ...rows.map(({ block }) => block)].map(idBytes)
      for (const operation of operations) {
        const decoded = decodeOperation(crypto, operation)
        if (decoded.ok) ids.push(decoded.value.id)
      }
      return ids.map(toHex)
    },
    async written() {
      const { crypto, storage, space, rows } = await open()
      const bundles = await storage.readBundles(space)
      await storage.dispose()
      const written: Written[] = rows.map(({ feed, seq, block, header }) => {
        const decoded = decodeHeader(header)
        if (!decoded.ok) throw new Error('a header on disk cannot be read')
        const { document, from, to } = decoded.value
        return { feed, seq, block, document: toHex(document), from, to }
      })
      for (const { feed, first, seq, block, head } of bundles.rows) {
        const opened = await openBundleHead(crypto, head)
        if (!opened.ok) throw new Error('a bundle on disk cannot be read')
        for (const [i, { document, from, to }] of opened.value.run.headers.entries()) {
          written.push({ feed, seq: first + i, block: first + i === seq ? block : undefined, document: toHex(document), from, to })
        }
      }
      return written
    },
    watchText() {
      const { content } = lab().text
      const look = (): void => {
        const { length } = content.get()
        if (!textTimes.has(length)) textTimes.set(length, now())
      }
      content.subscribe(look)
    },
    textTimes: () => [...textTimes],
    type: (count, everyMs) =>
      repeat(count, everyMs, () => {
        const { yText } = lab().text.current.get()
        yText.insert(yText.length, 'x')
        return yText.length
      }),
    watchTitle(id) {
      const task = lab().space.liveItem(lab().Task, id)
      task.subscribe(() => {
        const title = Number(task.get()?.title)
        if (!titleTimes.has(title)) titleTimes.set(title, now())
      })
    },
    titleTimes: () => [...titleTimes],
    retitle: (id, count, everyMs) =>
      repeat(count, everyMs, (i) => {
        lab().update(id, { title: String(i) })
        return i
      }),
    watchCompany() {
      const { sync, presence } = lab().space
      Object.assign(most, { peers: 0, present: 0 })
      const look = (): void => {
        most.peers = Math.max(most.peers, lab().links().peers)
        most.present = Math.max(most.present, presence.peers.get().length)
      }
      sync.subscribe(look)
      presence.peers.subscribe(look)
      look()
    },
    mostCompany: () => most,
  }
}
