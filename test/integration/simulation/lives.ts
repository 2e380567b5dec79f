/** The life of one page, from its opening to its end, as a writer: what it wrote, and how much of it must outlive what. */
export interface Life {
  /** Names the writer in the ledger; no two lives share one. */
  readonly name: string
  readonly device: number
  readonly written: Mark
  /** What the page was told is saved: it outlives the page. */
  readonly saved: Mark
  /** What a strict write has followed: it outlives a power failure. */
  readonly durable: Mark
  /** What must be there in the end; everything while the page lives. */
  readonly certain: Mark
  readonly isOver: boolean
}

/** A point in what a life wrote: so many edits, so many of them batches of items. */
export interface Mark {
  readonly edits: number
  readonly batches: number
}

interface MutableLife {
  readonly name: string
  readonly device: number
  written: Mark
  saved: Mark
  durable: Mark
  certain: Mark
  isOver: boolean
  /** Since its disk lost something, it rests on what others hold: at least this much is sure whatever happens to them. */
  floor: Mark | undefined
}

/** The lives of all pages of a history. */
export interface Lives {
  begin(device: string, index: number): Life
  /** @returns the number of the edit, and of the batch where it is one */
  wrote(life: Life, isBatch: boolean): Mark
  /** The page says that nothing is unsaved. */
  saved(life: Life): void
  /** A strict write of the device's disk begins. @returns what to call when it is complete */
  strictWrite(device: number): () => void
  /** A flush that was asked for at `mark` has resolved. */
  flushed(life: Life, mark: Mark): void
  /** The page ends; `inGoodOrder`: it said it had stored everything. */
  end(life: Life, inGoodOrder: boolean): void
  /** How much of each life a copy of a device's disk holds for sure. */
  backup(device: number): ReadonlyMap<Life, Mark>
  /** A device's disk falls back: to what was durable, or to a backup. All of its pages must be over. */
  fallBack(device: number, backup: ReadonlyMap<Life, Mark> | undefined): void
  /** Something ended that held blocks in memory: what rests on others alone is sure only as far as `seen` by those still there. */
  recount(seen: (life: Life) => number): void
  all(): readonly Life[]
}

const nothing: Mark = { edits: 0, batches: 0 }

export function createLives(): Lives {
  const lives: MutableLife[] = []

  function change(life: Life): MutableLife {
    return life as MutableLife
  }

  return {
    begin(device, index) {
      const name = `${device}${lives.filter((life) => life.device === index).length + 1}`
      const life = {
        name,
        device: index,
        written: nothing,
        saved: nothing,
        durable: nothing,
        certain: nothing,
        isOver: false,
        floor: undefined,
      }
      lives.push(life)
      return life
    },
    wrote(life, isBatch) {
      const { edits, batches } = life.written
      return (change(life).written = { edits: edits + 1, batches: batches + (isBatch ? 1 : 0) })
    },
    saved(life) {
      if (!life.isOver) change(life).saved = life.written
    },
    strictWrite(device) {
      const covered = lives.filter((life) => life.device === device).map((life) => ({ life, saved: life.saved }))
      return () => {
        for (const { life, saved } of covered) {
          if (life.floor === undefined && saved.edits > life.durable.edits) life.durable = saved
        }
      }
    },
    flushed(life, mark) {
      if (mark.edits > life.saved.edits) change(life).saved = mark
      if (mark.edits > life.durable.edits) change(life).durable = mark
    },
    end(life, inGoodOrder) {
      if (inGoodOrder) change(life).saved = life.written
      change(life).certain = life.saved
      change(life).isOver = true
    },
    backup: (device) => new Map(lives.filter((life) => life.device === device).map((life) => [life, life.floor ?? life.saved])),
    fallBack(device, backup) {
      for (const life of lives) {
        if (life.device !== device) continue
        const left = backup === undefined ? (life.floor ?? life.durable) : (backup.get(life) ?? nothing)
        const floor = life.floor === undefined || left.edits < life.floor.edits ? left : life.floor
        if (floor.edits >= life.certain.edits) continue
        life.floor = floor
        life.certain = { edits: floor.edits, batches: life.certain.batches }
      }
    },
    recount(seen) {
      for (const life of lives) {
        if (life.floor === undefined) continue
        const batches = Math.min(life.certain.batches, Math.max(life.floor.batches, seen(life)))
        life.certain = { edits: life.floor.edits, batches }
      }
    },
    all: () => lives,
  }
}
