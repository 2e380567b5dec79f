import { sha256 } from '@noble/hashes/sha2.js'
import { z } from 'zod'
import type { Echo, Space } from '../../../src/client/echo.ts'
import { defineType } from '../../../src/database/defineType.ts'
import { query } from '../../../src/database/query.ts'
import type { TextHandle } from '../../../src/documents/textHandle.ts'
import { toHex, utf8 } from '../../../src/shared/bytes.ts'
import { EchoError } from '../../../src/shared/echoError.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'
import { setup, type TestPeer, type TestWorld } from '../../../src/testing/setup.ts'
import { drive } from './drive.ts'
import { createTextModel, createWriteModel, type Seen } from './writeModel.ts'

export const Task = defineType('task', z.object({ title: z.string(), done: z.number().default(0) }))
const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })
/** Each writer's own count of batches, written with every batch: what a replica reads here is exactly what it has seen. */
const Ledger = defineType('ledger', z.record(z.string(), z.unknown()))

const names = ['ann', 'ben', 'cleo', 'dan', 'eve'] as const
type Name = (typeof names)[number]

interface Actor {
  readonly peer: TestPeer
  /** `<peer><tab>`: the same for the first tab after a restart. */
  readonly writer: string
  echo: Echo
  space: Space
  readonly texts: Map<string, TextHandle>
}

export interface HistoryResult {
  /** What is wrong in the end; empty = all is well. */
  readonly faults: readonly string[]
  /** SHA-256 over every frame that travelled, who sent it to whom and when. */
  readonly trace: string
  readonly simulatedMs: number
  readonly counts: Readonly<Record<string, number>>
}

export interface HistoryOptions {
  readonly steps?: number
  /** Harms the run, to show that the checks find it. */
  readonly sabotage?: (step: number, space: Space) => void
}

/** Lets a few replicas write at random over a bad network, with restarts and crashes, then waits until all is quiet, and compares. */
export async function runHistory(seed: number, options: HistoryOptions = {}): Promise<HistoryResult> {
  const history = await createHistory(seed)
  const { random, clock } = history
  const steps = options.steps ?? 40 + random.below(40)
  for (let step = 0; step < steps; step++) {
    await history.step()
    options.sabotage?.(step, history.anySpace())
    if (random.chance(0.6)) await clock.run(random.below(random.chance(0.1) ? 4000 : 250))
  }
  const faults = await history.finish()
  return { faults, trace: history.trace(), simulatedMs: clock.now() - history.startMs, counts: history.counts }
}

async function createHistory(seed: number) {
  const random = createSeededRandom(`history ${seed}`)
  const clock = createSimulatedClock()
  const startMs = clock.now()
  const counts: Record<string, number> = {}
  const errors: string[] = []
  const some = names.slice(0, 3 + random.below(3))
  const slowest = random.pick([2, 30, 300])
  const world = (await drive(
    clock,
    setup(...some, {
      types: [Task, Note, Ledger],
      seed,
      clock,
      latencyMs: [0, slowest],
      crypto: createSimulatedCrypto,
      // Every other history meets bundles, as large ones do.
      ...(seed % 2 === 0 ? { bundling: { blocks: 4, bundles: 3 } } : {}),
      onError: (error, peer) => {
        // A tab that crashed goes on failing to store until it is forgotten.
        if (!['disposed', 'storage-unavailable'].includes(error.code))
          errors.push(`${peer} reports ${error.code}: ${error.message}${error.cause instanceof Error ? ` (${error.cause.stack})` : ''}`)
      },
    }),
  )) as TestWorld<Name>
  const hash = sha256.create()
  world.swarm.tap((from, to, frame) => {
    hash.update(utf8(`${clock.now()} ${from} ${to} ${frame.length} `))
    hash.update(frame)
    counts['frames'] = (counts['frames'] ?? 0) + 1
    return frame
  })

  const peers = some.map((name) => world[name])
  const spaces = await drive(clock, world.shareSpace('Garden', peers[0]!, ...peers.slice(1)))
  const actors: Actor[] = peers.map((peer, i) => ({ peer, writer: `${peer.name}1`, echo: peer.echo, space: spaces[i]!, texts: new Map() }))
  const spaceId = spaces[0].id
  const ledger = spaces[0].create(Ledger, {}).id
  await clock.run(2000)

  const items = createWriteModel()
  const texts = createTextModel()
  let groups: readonly (readonly string[])[] = []
  let uniqueCount = 0

  function count(what: string): void {
    counts[what] = (counts[what] ?? 0) + 1
  }

  function seenBy(actor: Actor): Seen {
    const { id: _id, ...seen } = actor.space.get(Ledger, ledger) as unknown as Record<string, unknown>
    return seen as Seen
  }

  /** One batch by an actor: `change` says what it wrote. */
  function write(actor: Actor, change: () => Record<string, unknown>): void {
    const seen = seenBy(actor)
    const index = items.nextIndex(actor.writer)
    try {
      const written = actor.space.batch(() => {
        const keys = change()
        actor.space.update(ledger, { [actor.writer]: index })
        return keys
      })
      items.note(actor.writer, index, seen, written)
    } catch (error) {
      // What random choices may run into; the batch left nothing behind.
      if (!(error instanceof EchoError) || !['tree-cycle', 'item-deleted'].includes(error.code)) throw error
      count(error.code)
    }
  }

  function unique(): number {
    return ++uniqueCount
  }

  function act(actor: Actor): void | Promise<void> {
    const { space } = actor
    const visible = space.run(query(Task))
    const gone = space.run(query(Task).deleted('only'))
    const anyOf = <T>(list: readonly T[]): T | undefined => (list.length === 0 ? undefined : random.pick(list))
    const item = anyOf(visible)
    switch (random.below(12)) {
      case 0:
      case 1:
        count('create')
        return write(actor, () => {
          const title = `t${unique()}`
          const parent = random.chance(0.5) ? anyOf(visible) : undefined
          const { id } = space.create(Task, { title }, parent === undefined ? {} : { parent })
          return { [`${id}/title`]: title, [`${id}/done`]: 0, [`${id}//deleted`]: false }
        })
      case 2:
      case 3:
      case 4: {
        if (item === undefined) return
        count('update')
        const patch = random.chance(0.5) ? { title: `t${unique()}` } : { done: unique() }
        return write(actor, () => {
          space.update(item, patch)
          return Object.fromEntries(Object.entries(patch).map(([field, value]) => [`${item.id}/${field}`, value]))
        })
      }
      case 5:
        if (item === undefined) return
        count('delete')
        return write(actor, () => {
          space.delete(item)
          return { [`${item.id}//deleted`]: true }
        })
      case 6: {
        const restored = anyOf(gone)
        if (restored === undefined) return
        count('restore')
        return write(actor, () => {
          space.restore(restored)
          return { [`${restored.id}//deleted`]: false }
        })
      }
      case 7:
        if (item === undefined) return
        count('move')
        return write(actor, () => {
          const before = random.chance(0.3) ? anyOf(visible) : undefined
          space.move(item, before === undefined ? { parent: random.chance(0.3) ? null : anyOf(visible)! } : { before })
          return {}
        })
      case 8: {
        if (random.chance(0.7)) return type(actor)
        count('rename')
        const name = `Garden ${unique()}`
        return write(actor, () => {
          space.setName(name)
          return { name }
        })
      }
      default:
        return type(actor)
    }
  }

  async function type(actor: Actor): Promise<void> {
    const notes = actor.space.run(query(Note))
    if (notes.length === 0 || (notes.length < 4 && random.chance(0.2))) {
      count('note')
      return write(actor, () => ({ [`${actor.space.create(Note, { title: `n${unique()}` }).id}//note`]: true }))
    }
    const note = random.pick(notes)
    let handle = actor.texts.get(note.id)
    if (handle === undefined) {
      handle = await drive(clock, actor.space.openText(note.id))
      actor.texts.set(note.id, handle)
    }
    count('type')
    for (let edit = 0; edit <= random.below(4); edit++) typeOnce(actor, note.id, handle)
    if (random.chance(0.1)) {
      handle.release()
      actor.texts.delete(note.id)
    }
  }

  /** Inserts or deletes whole code points, each of which exists once in the history. */
  function typeOnce(actor: Actor, note: string, handle: TextHandle): void {
    const { yText } = handle.current.get()
    const points = [...yText.toString()]
    const at = random.below(points.length + 1)
    const index = points.slice(0, at).join('').length
    if (points.length > 4 && random.chance(0.35)) {
      const deleted = points.slice(at, at + 1 + random.below(4))
      if (deleted.length === 0) return
      yText.delete(index, deleted.join('').length)
      texts.note(note, actor.writer, [], deleted)
      return
    }
    // Some need two UTF-16 units, which an index may not part.
    const inserted = Array.from({ length: 1 + random.below(5) }, () =>
      String.fromCodePoint((random.chance(0.3) ? 0x20000 : 0x4e00) + unique()),
    )
    yText.insert(index, inserted.join(''))
    texts.note(note, actor.writer, inserted, [])
  }

  async function disturb(): Promise<void> {
    const { swarm } = world
    const [a, b] = random.shuffle(actors)
    switch (random.below(10)) {
      case 0:
      case 1: {
        count('partition')
        const shuffled = random.shuffle(peers)
        const at = 1 + random.below(peers.length - 1)
        groups = [shuffled.slice(0, at), shuffled.slice(at)].map((group) =>
          group.flatMap((peer) => Array.from({ length: 20 }, (_, i) => `${peer.name} ${i + 1}`)),
        )
        return swarm.partition(groups)
      }
      case 2:
      case 3:
        count('heal')
        swarm.setFaults({})
        swarm.setSignaling(true)
        return swarm.heal()
      case 4:
        count('cut')
        return swarm.cut(a!.peer.network.name, b!.peer.network.name)
      case 5:
        count('lossy')
        return swarm.setFaults(random.pick([{ drop: 0.02 }, { duplicate: 0.05 }, { reorder: 0.05 }]))
      case 6:
        if (random.chance(0.5)) {
          count('signaling down')
          return swarm.setSignaling(false)
        }
        count('one way')
        return swarm.oneWay(a!.peer.network.name, b!.peer.network.name)
      case 7:
        return restart(random.pick(peers))
      case 8:
        return crash(random.pick(peers))
      default:
        return openTab(random.pick(peers))
    }
  }

  async function openTab(peer: TestPeer): Promise<void> {
    const tabs = actors.filter((actor) => actor.peer === peer)
    if (tabs.length > 1) return
    count('tab')
    const echo = await drive(clock, peer.openTab())
    actors.push({ peer, writer: `${peer.name}2`, echo, space: await drive(clock, echo.spaces.open(spaceId)), texts: new Map() })
  }

  async function restart(peer: TestPeer): Promise<void> {
    count('restart')
    await reopen(peer, peer.restart())
    for (const writer of [`${peer.name}1`, `${peer.name}2`]) texts.saved(writer)
    for (const writer of [`${peer.name}1`, `${peer.name}2`]) checkKept(peer, writer, items.nextIndex(writer) - 1)
  }

  async function crash(peer: TestPeer): Promise<void> {
    count('crash')
    const tabs = actors.filter((actor) => actor.peer === peer)
    if (random.chance(0.5)) await act(random.pick(tabs))
    const safe = tabs.filter((tab) => tab.space.sync.get().unsaved === 0).map((tab) => tab.writer)
    const indices = new Map(safe.map((writer) => [writer, items.nextIndex(writer) - 1]))
    if (safe.length < tabs.length) count('crash with unsaved edits')
    await reopen(
      peer,
      peer.crash().then(() => peer.echo),
    )
    for (const { writer } of tabs) {
      if (safe.includes(writer)) texts.saved(writer)
      else texts.crashed(writer)
      if (indices.has(writer)) checkKept(peer, writer, indices.get(writer)!)
      const { [writer]: kept = 0 } = seenBy(actors.find((actor) => actor.peer === peer)!)
      items.forgetAfter(writer, kept)
    }
  }

  async function reopen(peer: TestPeer, opening: Promise<Echo>): Promise<void> {
    const echo = await drive(clock, opening)
    const space = await drive(clock, echo.spaces.open(spaceId))
    const tabs = actors.filter((actor) => actor.peer === peer)
    for (const tab of tabs) actors.splice(actors.indexOf(tab), 1)
    actors.push({ peer, writer: `${peer.name}1`, echo, space, texts: new Map() })
  }

  /** What was on disk is there again, without the help of others: no time has passed since the start. */
  function checkKept(peer: TestPeer, writer: string, index: number): void {
    const actor = actors.find((candidate) => candidate.peer === peer)!
    const { [writer]: kept = 0 } = seenBy(actor)
    if (kept < index) errors.push(`${writer} lost saved writes: ${kept} of ${index} are left`)
  }

  async function viewOf(actor: Actor): Promise<string> {
    const tasks = actor.space
      .run(query(Task).deleted('show'))
      .map((item) => ({ ...item, parent: item.$.parentId, deleted: item.$.deleted }))
    const notes = actor.space.run(query(Note)).map((item) => ({ ...item, parent: item.$.parentId }))
    const contents: Record<string, string> = {}
    for (const note of notes) {
      const open = actor.texts.get(note.id) ?? (await drive(clock, actor.space.openText(note.id)))
      actor.texts.set(note.id, open)
      const { yText } = open.current.get()
      if (yText.doc!.store.pendingStructs !== null || yText.doc!.store.pendingDs !== null)
        errors.push(`${actor.writer}: something pends in a text`)
      if (open.content.get() !== yText.toString()) errors.push(`${actor.writer}: a handle's content lags behind`)
      contents[note.id] = yText.toString()
    }
    const { name, memberCount } = actor.space.info.get()
    return JSON.stringify({ name, memberCount, tasks, notes, contents, seen: Object.entries(seenBy(actor)).sort() })
  }

  async function viewsAreEqual(): Promise<boolean> {
    const views: string[] = []
    for (const actor of actors) views.push(await viewOf(actor))
    return views.every((view) => view === views[0])
  }

  async function finish(): Promise<readonly string[]> {
    world.swarm.setFaults({})
    world.swarm.setSignaling(true)
    world.swarm.heal()
    await clock.run(3000)
    const deadline = clock.now() + 150_000
    while (clock.now() < deadline && !((await viewsAreEqual()) && actors.every((actor) => actor.space.sync.get().status === 'up-to-date')))
      await clock.run(1000)
    counts['quiet after s'] = Math.round((clock.now() - deadline + 150_000) / 1000)
    await clock.run(3000)
    const first = await viewOf(actors[0]!)
    for (const actor of actors) {
      const view = await viewOf(actor)
      if (view !== first) errors.push(`${actor.writer} differs from ${actors[0]!.writer}: ${difference(view, first)}`)
      const sync = actor.space.sync.get()
      if (sync.status !== 'up-to-date' || sync.unsaved > 0) errors.push(`${actor.writer} is ${JSON.stringify(sync)}`)
    }
    for (const actor of actors) for (const [note, handle] of actor.texts) check(actor.writer, texts.fault(note, [...handle.content.get()]))
    checkItems(actors[0]!.space)

    for (const { disk } of peers) {
      const bundles = await disk.run(({ spaces: stored }) => stored.get(spaceId)?.bundles.size ?? 0)
      if (bundles > 0) counts['bundle'] = (counts['bundle'] ?? 0) + bundles
    }

    // The live documents must be what the blocks alone give.
    const lonely = random.pick(peers)
    world.swarm.partition([Array.from({ length: 20 }, (_, i) => `${lonely.name} ${i + 1}`)])
    const texts1 = texts
    await restart(lonely)
    for (const writer of [`${lonely.name}1`, `${lonely.name}2`]) texts1.saved(writer)
    const again = await viewOf(actors.find((actor) => actor.peer === lonely)!)
    if (again !== first) errors.push(`${lonely.name} differs after opening from its own disk: ${difference(again, first)}`)
    await drive(clock, world.dispose())
    return errors
  }

  function check(who: string, fault: string | undefined): void {
    if (fault !== undefined) errors.push(`${who}: ${fault}`)
  }

  function checkItems(space: Space): void {
    const all = new Map(space.run(query(Task).deleted('show')).map((item) => [item.id as string, item]))
    for (const key of items.keys()) {
      const candidates = items.candidates(key)
      if (candidates.length === 0) continue
      const [id, field] = key.split('/') as [string, string?]
      const value = key === 'name' ? space.info.get().name : (all.get(id) as Record<string, unknown> | undefined)?.[field!]
      if (field === '') continue // a system key: looked at below
      if (!candidates.includes(value)) errors.push(`${key} is ${String(value)}, not one of ${candidates.join(', ')}`)
    }
    for (const item of all.values()) {
      const line = [item]
      for (let parent = all.get(item.$.parentId ?? ''); parent !== undefined; parent = all.get(parent.$.parentId ?? '')) {
        if (line.includes(parent)) {
          errors.push(`${item.id} lies in a circle`)
          break
        }
        line.push(parent)
      }
      const flags = line.map((each) => items.candidates(`${each.id}//deleted`))
      const mayBeDeleted = flags.some((candidates) => candidates.includes(true))
      const mustBeDeleted = flags.some((candidates) => candidates.every((flag) => flag === true))
      if (item.$.deleted ? !mayBeDeleted : mustBeDeleted) errors.push(`${item.id} is ${item.$.deleted ? '' : 'not '}deleted`)
    }
    if (
      all.size !==
      new Set(
        items
          .keys()
          .filter((key) => key.endsWith('/title'))
          .map((key) => key.split('/')[0]),
      ).size
    )
      errors.push('the number of items is wrong')
  }

  return {
    random,
    clock,
    startMs,
    counts,
    anySpace: () => actors[0]!.space,
    trace: () => toHex(hash.digest()),
    async step() {
      if (random.chance(0.15)) await disturb()
      await act(random.pick(actors))
    },
    finish,
  }
}

/** Where two views part. */
function difference(a: string, b: string): string {
  let at = 0
  while (a[at] === b[at]) at++
  return `…${a.slice(Math.max(0, at - 40), at + 60)}… against …${b.slice(Math.max(0, at - 40), at + 60)}…`
}
