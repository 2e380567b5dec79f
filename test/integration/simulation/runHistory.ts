import type { Space } from '../../../src/client/echo.ts'
import { applyFate, applyNemesis } from './applyNemesis.ts'
import { checkItems, difference, viewOf } from './checkContent.ts'
import { drive } from './drive.ts'
import type { Page } from './device.ts'
import type { Life } from './lives.ts'
import { performEdit } from './performEdit.ts'
import { seenBy } from './schema.ts'
import { createSecretScan } from './secretScan.ts'
import type { History, Step } from './step.ts'
import { countWaiting } from './waitingEdits.ts'
import { createWorld, type World, type WorldOptions } from './world.ts'

export interface HistoryResult {
  /** What is wrong in the end; empty = all is well. */
  readonly faults: readonly string[]
  /** SHA-256 over every frame that travelled, who sent it to whom and when. */
  readonly trace: string
  readonly simulatedMs: number
  /** How often what happened. */
  readonly counts: Readonly<Record<string, number>>
}

export interface RunOptions extends WorldOptions {
  /** Harms the run, to show that the checks find it. */
  readonly sabotage?: (step: number, space: Space) => void
}

/** Executes a history, then heals everything, waits until all is quiet, and looks whether all is as it must be. Never rejects: what is thrown is a fault. */
export async function runHistory(history: History, options: RunOptions = {}): Promise<HistoryResult> {
  const world = await createWorld(history, options)
  const startMs = world.clock.now()
  try {
    for (let device = 1; device < history.members; device++) await joinNow(world, device)
    await world.clock.run(1000)
    for (const step of history.steps) {
      await world.clock.run(step.waitMs)
      await world.tend()
      await perform(world, step)
      options.sabotage?.(step.number, world.ready()[0]!.space!)
    }
    await finish(world, history)
  } catch (error) {
    world.faults.push(`thrown: ${error instanceof Error ? error.stack : String(error)}`)
  }
  const { faults, counts, census, frames } = world
  const result = { ...counts, blocks: census.blockCount, frames: frames.length, 'forked feeds': census.forkedFeeds().length }
  return { faults, trace: world.trace(), simulatedMs: world.clock.now() - startMs, counts: result }
}

async function perform(world: World, step: Step): Promise<void> {
  const { action } = step
  const device = world.devices[step.device % world.devices.length]!
  switch (action.do) {
    case 'join': {
      const hosts = world.ready().filter(({ space }) => space!.info.get().role !== 'editor')
      const host = hosts[action.host % Math.max(1, hosts.length)]
      return host === undefined ? undefined : world.join(device, host, action.role)
    }
    case 'open tab':
    case 'close tab':
    case 'kill tab':
    case 'restart':
    case 'crash':
    case 'power cut':
    case 'backup':
    case 'restore backup':
      return applyFate(world, step, action)
    case 'create':
    case 'update':
    case 'delete':
    case 'restore item':
    case 'move':
    case 'rename':
    case 'new text':
    case 'type':
    case 'undo':
    case 'redo':
    case 'close text':
    case 'flush': {
      const pages = world.ready(device)
      const page = pages[step.tab % Math.max(1, pages.length)]
      return page === undefined ? undefined : performEdit(page, step.number, action, world)
    }
    default:
      return applyNemesis(world, step, action)
  }
}

/** What kind of thing a fault says, without names, numbers and ids. */
export function kindOfFault(fault: string): string {
  return fault
    .replaceAll(/\b(ann|ben|cleo|dan|eve) ?\d*|[\w-]{20,}|\d+/g, '')
    .trim()
    .slice(0, 24)
}

/** Joins a device and waits for it. @throws Error where that does not come about */
async function joinNow(world: World, index: number): Promise<void> {
  const device = world.devices[index]!
  for (let attempt = 0; attempt < 3 && world.ready(device).length === 0; attempt++) {
    const host = world.ready().find(({ space }) => space!.info.get().role !== 'editor')
    if (host === undefined) break
    world.stopJoining(device)
    await world.join(device, host, 'editor')
    for (let second = 0; second < 60 && world.ready(device).length === 0; second++) {
      await world.clock.run(second < 5 ? 200 : 1000)
      await world.tend()
    }
  }
  if (world.ready(device).length === 0) throw new Error(`${device.name} does not get into the space`)
}

const quietWithinMs = 150_000
const silenceMs = 45_000

async function finish(world: World, history: History): Promise<void> {
  const { clock, swarm, devices, ledger, faults, counts, lives, items, texts, census } = world
  swarm.setFaults({})
  swarm.setSignaling(true)
  swarm.heal()
  for (const device of devices) {
    device.disk.quotaBytes = Infinity
    device.offUntilMs = 0
    // An invitation is only good for whoever's clock is about right.
    device.skewMs = 0
  }
  await world.tend()
  // Twice, because the first write may fail: a disk that failed shows it until something is stored.
  for (let time = 0; time < 2; time++) {
    for (const { pages } of devices) for (const { echo } of pages) echo.network.setEnabled(true)
    await clock.run(100)
  }

  // Who links to a page that fell silent notices it after half a minute; so do tabs that one ended beside them before they met.
  if (Object.keys(counts).some((what) => what.endsWith('silently') || what.startsWith('kill tab'))) await clock.run(silenceMs)
  const deadline = clock.now() + quietWithinMs
  for (const device of devices) {
    // Whoever is on the way in gets the time for it; the others are asked in now.
    while (clock.now() < deadline && world.ready(device).length === 0 && (device.joining !== undefined || device.pages[0]!.isOpening)) {
      await clock.run(1000)
      await world.tend()
      // What a host named and then lost with its disk nobody may have.
      if (clock.now() > deadline - quietWithinMs / 2 && (counts['restore backup'] ?? 0) > 0)
        for (const page of device.pages) page.echo.spaces.openAsIs(world.spaceId)
    }
    if (world.ready(device).length === 0) await joinNow(world, device.index)
  }

  const isForked = (): boolean => census.forkedFeeds().length > 0
  const view = (index: number): Promise<string> => viewOf(world.ready()[index]!, ledger, clock, (fault) => faults.push(fault))
  /** Blocks that do not stand and are not written again. */
  const waiting = async (): Promise<number> =>
    isForked() ? drive(clock, countWaiting(world.ready()[0]!.device, world.spaceId, census)) : 0
  const isQuiet = async (): Promise<boolean> => {
    if (world.ready().length < devices.flatMap(({ pages }) => pages).length) return false
    if (world.ready().some(({ space }) => space!.sync.get().status !== 'up-to-date' || space!.sync.get().unsaved > 0)) return false
    // What is about to be written again may be gone while a view is made.
    const viewNow = (index: number): Promise<string | undefined> => view(index).catch(() => undefined)
    const first = await viewNow(0)
    if (first === undefined) return false
    for (let index = 1; index < world.ready().length; index++) if ((await viewNow(index)) !== first) return false
    return (await waiting()) === 0
  }
  while (clock.now() < deadline && !(await isQuiet())) {
    await clock.run(1000)
    await world.tend()
  }
  counts['quiet after s'] = Math.round((clock.now() - deadline + quietWithinMs) / 1000)
  const left = await waiting()
  if (left > 0) faults.push(`${left} blocks that do not stand are not written again`)
  // What is quiet must stay so; but a block may be sent once more, because someone did not say in time that it has it.
  await clock.run(3000)
  for (let second = 0; second < 60 && world.ready().some(isSending); second++) await clock.run(1000)

  const pages = world.ready()
  const first = await view(0)
  for (const [index, page] of pages.entries()) {
    const own = await view(index)
    if (own !== first) faults.push(`${page.name} differs from ${pages[0]!.name}: ${difference(own, first)}`)
    const sync = page.space!.sync.get()
    if (sync.status !== 'up-to-date' || sync.unsaved > 0) faults.push(`${page.name} is ${JSON.stringify(sync)}`)
  }
  for (const { pages: open } of devices)
    for (const page of open) if (page.space === undefined) faults.push(`${page.name} does not get the space open`)

  const kept = seenBy(pages[0]!.space!, ledger)
  // After a fork a count in the ledger may be written again, too; what it counts must be there all the same.
  if (!isForked()) for (const life of lives.all()) checkKept(world, life, kept[life.name] ?? 0)
  for (const [note, { handle }] of pages[0]!.texts) {
    const fault = texts.fault(note, [...handle.content.get()], isForked())
    if (fault !== undefined) faults.push(`text ${note}: ${fault}`)
  }
  faults.push(...checkItems(pages[0]!.space!, items, isForked()))
  checkForks(world)
  checkSecrets(world)
  await checkAlone(world, history, first)
  await world.dispose()
}

function isSending({ space }: Page): boolean {
  return space!.sync.get().status === 'syncing'
}

/** What a life wrote for sure is there, what it did not write is not, and a loss takes the newest. */
function checkKept({ faults, items }: World, life: Life, kept: number): void {
  const certain = life.isOver ? life.certain.batches : life.written.batches
  if (kept < certain) faults.push(`${life.name} lost what was saved: ${kept} of ${certain} batches are left`)
  if (kept > life.written.batches) faults.push(`${life.name} has ${kept} batches, and wrote ${life.written.batches}`)
  items.forgetAfter(life, kept)
}

/** Only a device whose old disk came back may have given one clock two contents. */
function checkForks({ census, counts, faults }: World): void {
  const forked = census.forkedFeeds()
  if (forked.length > 0 && (counts['restore backup'] ?? 0) === 0) faults.push(`forked without a restore: ${forked.join(', ')}`)
}

/** Neither frames between devices nor stored blocks show keys, phrases or what people wrote. */
function checkSecrets({ secrets, frames, census, faults }: World): void {
  const scan = createSecretScan(secrets)
  const frame = frames.map((bytes) => scan.find(bytes)).find((found) => found !== undefined)
  if (frame !== undefined) faults.push(`a frame shows ${frame}`)
  for (const bytes of census.bytes()) {
    const found = scan.find(bytes)
    if (found === undefined) continue
    faults.push(`a stored block shows ${found}`)
    return
  }
}

/** A page that opens without anyone's help shows the same: the disk holds all, and the documents are what the blocks alone give. */
async function checkAlone(world: World, history: History, expected: string): Promise<void> {
  const { clock, swarm, devices, ledger, faults } = world
  const device = devices[history.seed % devices.length]!
  swarm.setSignaling(false)
  await device.close([...device.pages])
  const page = await device.openPage()
  page.space = await drive(clock, page.echo.spaces.open(world.spaceId))
  const view = await viewOf(page, ledger, clock, (fault) => faults.push(fault))
  if (view === expected) return
  faults.push(`${device.name} differs after opening from its own disk: ${difference(view, expected)}`)
}
