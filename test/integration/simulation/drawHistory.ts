import { createSeededRandom, type SeededRandom } from '../../../src/testing/seededRandom.ts'
import type { Action, Edit, History, Step, Stroke } from './step.ts'

export interface DrawOptions {
  /** Whether old copies of disks come back. Default: in every third history. */
  readonly restores?: boolean
}

/** Draws a history: everything in it depends on the seed alone. */
export function drawHistory(seed: number, { restores = seed % 3 === 1 }: DrawOptions = {}): History {
  const random = createSeededRandom(`history ${seed}`)
  const devices = 3 + random.below(3)
  const members = 2 + random.below(devices - 1)
  const latencyMs = random.pick([2, 30, 300])
  const count = 40 + random.below(40)
  // Some histories are rough and some are calm, and each has its own troubles more often than others.
  const roughness = random.pick([0.1, 0.2, 0.3])
  const troubles = random.shuffle(troubleKinds(restores)).slice(0, 5)
  const steps: Step[] = []
  for (let device = members; device < devices; device++) steps.push(draw(steps.length, device, joining(random, members)))
  while (steps.length < count) {
    const trouble = random.chance(roughness)
    const pick = trouble ? (random.chance(0.6) ? random.pick(troubles) : random.pick(troubleKinds(restores))) : undefined
    const actions = pick === undefined ? [drawEdit(random)] : pick(random, devices)
    const device = random.below(devices)
    for (const action of actions) steps.push(draw(steps.length, action.do === 'join' ? pickGuest() : device, action))
  }
  // Guests come in the midst of things.
  const [joins, others] = [steps.slice(0, devices - members), steps.slice(devices - members)]
  for (const join of joins) others.splice(random.below(Math.ceil(count * 0.6)), 0, join)
  if (restores) for (let i = random.below(4); i > 0; i--) others.splice(random.below(others.length), 0, ...drawFork(random.below(members)))
  return { seed, devices, members, latencyMs, steps: others.map((step, number) => ({ ...step, number })) }

  function draw(number: number, device: number, action: Action): Step {
    const waitMs = random.chance(0.6) ? random.below(random.chance(0.1) ? 4000 : 250) : 0
    return { number, waitMs, device, tab: random.below(3), action }
  }

  /** A device that writes, goes back to what its disk was before, and writes on: both may be there in the end. */
  function drawFork(device: number): readonly Step[] {
    const edits = (): readonly Action[] => Array.from({ length: 1 + random.below(3) }, () => drawEdit(random))
    const restore: Action = { do: 'restore backup', offline: random.chance(0.5), offMs: random.pick([0, 0, 500]) }
    const story: readonly Action[] = [
      { do: 'backup' },
      ...edits(),
      restore,
      ...(random.chance(0.3) ? [{ do: 'open tab' } as const] : []),
      ...edits(),
      ...(random.chance(0.3) ? [{ do: 'online' } as const] : []),
    ]
    return story.flatMap((action) => {
      const step = { ...draw(0, device, action), waitMs: random.below(action.do === 'restore backup' ? 2500 : 250) }
      return random.chance(0.3) ? [step, draw(0, random.below(devices), drawEdit(random))] : [step]
    })
  }

  function pickGuest(): number {
    return members + random.below(Math.max(1, devices - members))
  }
}

function joining(random: SeededRandom, members: number): Action {
  return { do: 'join', host: random.below(members), role: random.chance(0.3) ? 'admin' : 'editor' }
}

function drawEdit(random: SeededRandom): Edit {
  const item = random.below(1000)
  const kind = random.below(24)
  if (kind < 4) return { do: 'create', parent: random.chance(0.5) ? item : undefined, count: random.chance(0.1) ? 5 + random.below(20) : 1 }
  if (kind < 9) return { do: 'update', item, field: random.chance(0.5) ? 'title' : 'done' }
  if (kind < 11) return { do: 'delete', item }
  if (kind < 12) return { do: 'restore item', item }
  if (kind < 14) return { do: 'move', item, to: random.pick(['top', 'under', 'before']), other: random.below(1000) }
  if (kind < 15) return random.chance(0.4) ? { do: 'rename' } : { do: 'new text' }
  if (kind < 21) return { do: 'type', text: item, strokes: Array.from({ length: 1 + random.below(4) }, () => drawStroke(random)) }
  if (kind < 22) return random.chance(0.7) ? { do: 'undo', text: item } : { do: 'redo', text: item }
  return random.chance(0.5) ? { do: 'close text', text: item } : { do: 'flush' }
}

function drawStroke(random: SeededRandom): Stroke {
  const deletes = random.chance(0.35)
  return {
    at: random.below(1000),
    deleted: deletes ? 1 + random.below(4) : 0,
    inserted: deletes && random.chance(0.7) ? 0 : 1 + random.below(5),
  }
}

type DrawTrouble = (random: SeededRandom, devices: number) => readonly Action[]

function troubleKinds(restores: boolean): readonly DrawTrouble[] {
  const offMs = (random: SeededRandom): number => random.pick([0, 0, 500, 5000])
  const kinds: DrawTrouble[] = [
    (random, devices) => [{ do: 'partition', group: Array.from({ length: devices }, (_, i) => i).filter(() => random.chance(0.5)) }],
    () => [{ do: 'heal' }],
    () => [{ do: 'heal' }],
    (random, devices) => [
      random.chance(0.5) ? { do: 'cut', other: random.below(devices) } : { do: 'one way', other: random.below(devices) },
    ],
    (random) => [
      random.pick<Action>([
        { do: 'drop', chance: 0.02 },
        { do: 'duplicate', chance: 0.05 },
        { do: 'reorder', chance: 0.05 },
        { do: 'delay', maxMs: 3000 },
      ]),
    ],
    (random) => [{ do: 'signaling', isUp: random.chance(0.3) }],
    (random) => [random.chance(0.4) ? { do: 'offline' } : { do: 'online' }],
    () => [{ do: 'restart' }],
    () => [{ do: 'open tab' }],
    () => [{ do: 'open tab' }],
    // An edit just before makes it likely that something is not on disk yet.
    (random) => [drawEdit(random), random.chance(0.4) ? { do: 'close tab' } : { do: 'kill tab', silent: random.chance(0.3) }],
    (random) => [drawEdit(random), { do: 'crash', silent: random.chance(0.3), offMs: offMs(random) }],
    (random) => [drawEdit(random), { do: 'power cut', kept: random.pick([0, 0, 1, 3]), offMs: offMs(random) }],
    (random) => [
      random.chance(0.5)
        ? { do: 'quota', bytes: random.below(3000) }
        : random.chance(0.5)
          ? { do: 'room on disk' }
          : { do: 'failing write' },
    ],
    (random) => [{ do: 'clock jump', byMs: random.pick([-3_600_000, -60_000, -1000, 1000, 60_000, 3_600_000, 40 * 86_400_000]) }],
    (random) => [{ do: 'join', host: random.below(1000), role: random.chance(0.3) ? 'admin' : 'editor' }],
  ]
  if (restores) {
    kinds.push(
      () => [{ do: 'backup' }],
      (random) => [{ do: 'restore backup', offline: random.chance(0.5), offMs: offMs(random) }],
      (random) => [
        { do: 'backup' },
        drawEdit(random),
        drawEdit(random),
        { do: 'restore backup', offline: random.chance(0.5), offMs: offMs(random) },
      ],
    )
  }
  return kinds
}
