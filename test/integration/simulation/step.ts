/** One thing that happens in a history: plain data, so that a history can be printed, cut short and run again. */
export interface Step {
  /** Its place in the history as drawn; what it writes is named after it. */
  readonly number: number
  /** Milliseconds that pass before it. */
  readonly waitMs: number
  /** Which device. */
  readonly device: number
  /** Which of the device's tabs, counted round over those that are open. */
  readonly tab: number
  readonly action: Action
}

export type Action = Edit | PageFate | Nemesis | { readonly do: 'join'; readonly host: number; readonly role: 'admin' | 'editor' }

/** What a page writes. Numbers that choose an item, a text or a place are taken round over what is there. */
export type Edit =
  | { readonly do: 'create'; readonly parent: number | undefined; readonly count: number }
  | { readonly do: 'update'; readonly item: number; readonly field: 'title' | 'done' }
  | { readonly do: 'delete'; readonly item: number }
  | { readonly do: 'restore item'; readonly item: number }
  | { readonly do: 'move'; readonly item: number; readonly to: 'top' | 'under' | 'before'; readonly other: number }
  | { readonly do: 'rename' }
  | { readonly do: 'new text' }
  | { readonly do: 'type'; readonly text: number; readonly strokes: readonly Stroke[] }
  | { readonly do: 'undo'; readonly text: number }
  | { readonly do: 'redo'; readonly text: number }
  | { readonly do: 'close text'; readonly text: number }
  | { readonly do: 'flush' }

/** Deletes so many characters at a place, then inserts so many. */
export interface Stroke {
  readonly at: number
  readonly deleted: number
  readonly inserted: number
}

/** How pages and whole devices come and go. */
export type PageFate =
  | { readonly do: 'open tab' }
  /** In good order. */
  | { readonly do: 'close tab' }
  /** The page ends without a word: what it wrote to disk stays. `silent`: its peers are not told. */
  | { readonly do: 'kill tab'; readonly silent: boolean }
  /** All pages close in good order and one opens. */
  | { readonly do: 'restart' }
  /** All pages end without a word, and one opens later. */
  | { readonly do: 'crash'; readonly silent: boolean; readonly offMs: number }
  /** As a crash, and relaxed writes but the first `kept` are gone. */
  | { readonly do: 'power cut'; readonly kept: number; readonly offMs: number }
  | { readonly do: 'backup' }
  /** The device's last backup comes back in the place of its disk. */
  | { readonly do: 'restore backup'; readonly offline: boolean; readonly offMs: number }

/** What happens to disks, clocks and wires. */
export type Nemesis =
  /** So many bytes fit on the disk yet. */
  | { readonly do: 'quota'; readonly bytes: number }
  | { readonly do: 'room on disk' }
  | { readonly do: 'failing write' }
  | { readonly do: 'clock jump'; readonly byMs: number }
  | { readonly do: 'partition'; readonly group: readonly number[] }
  | { readonly do: 'heal' }
  | { readonly do: 'cut'; readonly other: number }
  | { readonly do: 'one way'; readonly other: number }
  | { readonly do: 'drop'; readonly chance: number }
  | { readonly do: 'duplicate'; readonly chance: number }
  | { readonly do: 'reorder'; readonly chance: number }
  | { readonly do: 'delay'; readonly maxMs: number }
  | { readonly do: 'signaling'; readonly isUp: boolean }
  | { readonly do: 'offline' }
  | { readonly do: 'online' }

/** A whole history: what {@link runHistory} executes. */
export interface History {
  readonly seed: number
  /** How many devices there are; the first ones are members from the start. */
  readonly devices: number
  readonly members: number
  /** Most milliseconds that a frame travels. */
  readonly latencyMs: number
  readonly steps: readonly Step[]
}

/** A step as a line to read. */
export function describeStep({ number, waitMs, device, tab, action }: Step): string {
  const { do: what, ...details } = action
  const rest = Object.entries(details).map(
    ([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
  )
  return `#${number} +${waitMs} ms  ${deviceName(device)}.${tab}  ${[what, ...rest].join(', ')}`
}

export function deviceName(device: number): string {
  return ['ann', 'ben', 'cleo', 'dan', 'eve'][device] ?? `device${device}`
}

/** A history as text: a line a step. */
export function describeHistory({ seed, devices, members, latencyMs, steps }: History): string {
  const head = `seed ${seed}: ${devices} devices, ${members} of them members at first, latency up to ${latencyMs} ms, ${steps.length} steps`
  return [head, ...steps.map(describeStep)].join('\n')
}
