import { createHash } from 'node:crypto'
import type { Space } from '../../../src/client/echo.ts'
import { createMemorySwarm, type MemorySwarm } from '../../../src/network/memory/memorySwarm.ts'
import type { ItemId, SpaceId } from '../../../src/shared/ids.ts'
import { utf8 } from '../../../src/shared/bytes.ts'
import { EchoError } from '../../../src/shared/echoError.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createSimulatedClock, type SimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'
import { createBlockCensus, type BlockCensus } from './blockCensus.ts'
import { createDevice, type Device, type Page } from './device.ts'
import { drive } from './drive.ts'
import { createLives, type Life, type Lives } from './lives.ts'
import { Ledger, marker, Note, seenBy, Task } from './schema.ts'
import { deviceName, type History } from './step.ts'
import { createWatchedCrypto } from './watchedCrypto.ts'
import { createTextModel, createWriteModel, type TextModel, type WriteModel } from './writeModel.ts'

/** Everything of a simulated swarm, in one process and under one seed. */
export interface World {
  readonly clock: SimulatedClock
  readonly swarm: MemorySwarm
  readonly devices: readonly Device[]
  readonly lives: Lives
  readonly items: WriteModel
  readonly texts: TextModel
  readonly census: BlockCensus
  readonly spaceId: SpaceId
  readonly ledger: ItemId
  readonly counts: Record<string, number>
  readonly faults: string[]
  /** Key bytes and phrases, by name. */
  readonly secrets: Map<string, Uint8Array>
  /** Every frame that travelled between devices. */
  /** Devices whose old disks came back. */
  readonly restored: Set<number>
  readonly frames: readonly Uint8Array[]
  count(what: string): void
  /** Pages whose space is ready, of all devices or of one. */
  ready(device?: Device): readonly Page[]
  /** Devices that are due wake up, spaces that can be opened open. Call it before every step. */
  tend(): Promise<void>
  /** `device` begins to join through `host`. */
  join(device: Device, host: Page, role: 'admin' | 'editor'): Promise<void>
  /** Ends an attempt to join that is under way. */
  stopJoining(device: Device): void
  /** What ended or fell back may have been all that held what others lost. */
  recount(): void
  /** SHA-256 over every frame, who sent it to whom and when. */
  trace(): string
  dispose(): Promise<void>
}

export interface WorldOptions {
  /** False: nothing is sealed, to show that the search for secrets finds something. */
  readonly sealing?: boolean
}

/** An attempt to join that came to nothing; `success` is not among them, because the space opens only then. */
const endedJoins = ['expired', 'revoked', 'used-up', 'denied', 'cancelled', 'error']

/** What a page may report without anything being wrong. */
const expectedErrors = ['disposed', 'storage-unavailable', 'storage-full']

export async function createWorld(history: History, { sealing = true }: WorldOptions = {}): Promise<World> {
  const random = createSeededRandom(`world ${history.seed}`)
  const clock = createSimulatedClock()
  const swarm = createMemorySwarm({ clock, random: random.fork('swarm'), latencyMs: [0, history.latencyMs] })
  const lives = createLives()
  const census = createBlockCensus()
  const counts: Record<string, number> = {}
  const faults: string[] = []
  const secrets = new Map<string, Uint8Array>([['what people wrote', utf8(marker)]])
  const frames: Uint8Array[] = []
  const silent = new Set<string>()
  const hash = createHash('sha256')
  const restored = new Set<number>()

  const count = (what: string): void => {
    counts[what] = (counts[what] ?? 0) + 1
  }
  swarm.tap((from, to, frame) => {
    if (silent.has(from) || silent.has(to)) return undefined
    hash.update(`${clock.now()} ${from} ${to} ${frame.length} `).update(frame)
    frames.push(frame)
    return frame
  })

  const devices = Array.from({ length: history.devices }, (_, index) =>
    createDevice({
      index,
      name: deviceName(index),
      clock,
      random: random.fork(deviceName(index)),
      swarm,
      crypto: createWatchedCrypto(createSimulatedCrypto(random.fork(`crypto ${index}`)), secrets, sealing),
      types: [Task, Note, Ledger],
      lives,
      diskMs: random.fork('disk').pick([0, 0, 20]),
      onSilent: (page) => silent.add(page),
      // Every other history meets bundles, as large ones do.
      bundling: history.seed % 2 === 0 ? { blocks: 4, bundles: 3 } : undefined,
      onStored({ putBlocks = [], putBundles = [] }) {
        census.note(putBlocks, putBundles)
        if (putBundles.length > 0) count('bundle')
      },
      onError(error, page) {
        if (expectedErrors.includes(error.code) || (error.code === 'block-forked' && restored.size > 0))
          return count(`reports ${error.code}`)
        const { cause } = error
        faults.push(`${page.name} reports ${error.code}: ${error.message}${cause instanceof Error ? ` (${cause.stack})` : ''}`)
      },
    }),
  )

  for (const device of devices) {
    const { echo } = await device.openPage()
    const { phrase } = await drive(clock, echo.identity.create({ name: `${marker} ${device.name}` }))
    await drive(clock, echo.identity.confirmPhraseSaved())
    secrets.set(`the phrase of ${device.name}`, utf8(phrase.split(' ').slice(0, 4).join(' ')))
  }
  const first = devices[0]!.pages[0]!
  const name = `${marker} garden`
  const space = await drive(clock, first.echo.spaces.create({ name }))
  const items = createWriteModel()
  // Before all batches, and so seen by everyone.
  items.note(first.life, 0, {}, { name })
  const ledger = space.create(Ledger, {}).id
  const spaceId = space.id
  settle(first, space)
  await drive(clock, space.flush())

  function settle(page: Page, opened: Space): void {
    page.space = opened
    const note = (): void => {
      if (!page.isDead && opened.sync.get().unsaved === 0) lives.saved(page.life)
    }
    opened.sync.subscribe(note)
    note()
  }

  function ready(device?: Device): readonly Page[] {
    return (device === undefined ? devices : [device]).flatMap(({ pages }) => pages.filter((page) => page.space !== undefined))
  }

  function open(page: Page): void {
    page.isOpening = true
    page.echo.spaces.open(spaceId).then(
      (opened) => {
        if (page.isDead) return
        page.isOpening = false
        settle(page, opened)
      },
      (error: Error) => {
        page.isOpening = false
        const isClosing = error instanceof EchoError && error.code === 'disposed'
        if (!page.isDead && !isClosing) faults.push(`${page.name} cannot open the space: ${error.message}`)
      },
    )
  }

  async function tend(): Promise<void> {
    for (const device of devices) {
      if (device.pages.length === 0 && clock.now() >= device.offUntilMs) await device.openPage()
      for (const page of device.pages) {
        const isListed = page.echo.spaces.list.get().some(({ id }) => id === spaceId)
        if (page.space === undefined && !page.isOpening && isListed) open(page)
      }
      const { joining } = device
      if (joining === undefined) continue
      const isOver = joining.page.isDead || joining.page.space !== undefined
      if (isOver || endedJoins.includes(joining.flow.state.get().status)) stopJoining(device)
    }
    await clock.run(0)
  }

  function stopJoining(device: Device): void {
    device.joining?.flow.dispose()
    device.joining?.invitation.dispose()
    device.joining = undefined
  }

  async function join(device: Device, host: Page, role: 'admin' | 'editor'): Promise<void> {
    const page = device.pages[0]
    if (page === undefined || page.space !== undefined || page.isOpening || device.joining !== undefined) return
    const invitation = host.space!.invite()
    invitation.create({ role })
    // Its record has to reach the disk first.
    for (let i = 0; i < 20 && invitation.state.get().status === 'creating'; i++) await clock.run(10)
    const state = invitation.state.get()
    if (state.status !== 'waiting') return invitation.dispose()
    count('join')
    const flow = page.echo.join(state.url)
    flow.accept()
    device.joining = { page, flow, invitation }
  }

  const world: World = {
    clock,
    swarm,
    devices,
    lives,
    items,
    texts: createTextModel(),
    census,
    spaceId,
    ledger,
    counts,
    faults,
    secrets,
    frames,
    count,
    restored,
    ready,
    tend,
    join,
    stopJoining,
    recount() {
      const seen = (life: Life): number =>
        Math.max(0, ...ready().map((page) => (page.device.index === life.device ? 0 : (seenBy(page.space!, ledger)[life.name] ?? 0))))
      lives.recount(seen)
    },
    trace: () => hash.copy().digest('hex'),
    async dispose() {
      for (const { pages } of devices) for (const { echo } of pages) await drive(clock, echo.dispose())
      await drive(clock, swarm.dispose())
    },
  }
  return world
}
