import { EchoError } from '../../shared/echoError.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'

/** Takes back what the user did in this space in this tab, newest first, whatever others did meanwhile. Nothing of it outlives the tab. */
export interface UndoCommands {
  /**
   * Takes back the newest step, as far as others have not changed the same things since: what they wrote stays.
   * @returns false where there is no step, or nothing of it was left to take back; it is used up all the same
   * @throws EchoError read-only, bad-value inside a batch
   */
  undo(): boolean
  /** Does again what {@link undo} took back last; a new write ends that. @returns and @throws as {@link undo} */
  redo(): boolean
  readonly state: Readable<UndoState>
}

/** What can be undone; labels are those of `batch(change, { label })`. */
export interface UndoState {
  readonly canUndo: boolean
  readonly canRedo: boolean
  readonly undoLabel: string | undefined
  readonly redoLabel: string | undefined
}

/** Something that was done at once and can be taken back. */
export interface UndoStep {
  readonly label: string | undefined
  /** How many changes it holds. */
  readonly size: number
  /** @returns whether that changed anything */
  undo(): boolean
  redo(): boolean
  /** The stack holds it no longer. */
  drop(): void
}

export interface UndoStack extends UndoCommands {
  /** Takes a new step; what was undone cannot be done again from then on. Listeners hear of it at {@link tell}. */
  push(step: UndoStep): void
  /** The newest step, unless something was undone or done again since. */
  readonly open: UndoStep | undefined
  /** Keeps only steps that pass. */
  keep(passes: (step: UndoStep, isUndone: boolean) => boolean): void
  /** Tells listeners what changed. */
  tell(): void
}

/** Of at most so many steps, and together so many changes unless one step alone has more. */
export const maxUndoSteps = 200
export const maxUndoChanges = 100_000

const nothing: UndoState = Object.freeze({ canUndo: false, canRedo: false, undoLabel: undefined, redoLabel: undefined })

/**
 * An empty stack.
 * @param assertWritable throws where nothing may be written now
 * @param onError told what a listener threw
 */
export function createUndoStack(assertWritable: () => void, onError: (error: unknown) => void): UndoStack {
  let done: UndoStep[] = []
  let undone: UndoStep[] = []
  let changes = 0
  let open: UndoStep | undefined
  let isShifting = false
  const state = createWritable(nothing)

  const drop = (step: UndoStep): void => {
    changes -= step.size
    step.drop()
  }

  const tell = (): void => {
    const last = done.at(-1)
    const next = undone.at(-1)
    const now = state.get()
    const isSame =
      now.canUndo === (last !== undefined) &&
      now.canRedo === (next !== undefined) &&
      now.undoLabel === last?.label &&
      now.redoLabel === next?.label
    if (isSame || isShifting) return
    try {
      state.set(
        Object.freeze({
          canUndo: last !== undefined,
          canRedo: next !== undefined,
          undoLabel: last?.label,
          redoLabel: next?.label,
        }),
      )
    } catch (error) {
      onError(error)
    }
  }

  /** A listener may write something meanwhile: that is a step behind this one. */
  const shift = (from: UndoStep[], to: UndoStep[], run: (step: UndoStep) => boolean): boolean => {
    assertWritable()
    const step = from.pop()
    if (step === undefined) return false
    open = undefined
    const place = to.length
    let changed = false
    isShifting = true
    try {
      changed = run(step)
    } catch (error) {
      from.push(step)
      throw error
    } finally {
      isShifting = false
    }
    if (changed) to.splice(Math.min(place, to.length), 0, step)
    else drop(step)
    tell()
    return changed
  }

  return {
    state,
    undo: () => shift(done, undone, (step) => step.undo()),
    redo: () => shift(undone, done, (step) => step.redo()),
    push(step) {
      for (const other of undone.splice(0)) drop(other)
      done.push(step)
      open = step
      changes += step.size
      while (done.length > 1 && (done.length > maxUndoSteps || changes > maxUndoChanges)) drop(done.shift()!)
    },
    get open() {
      return open
    },
    keep(passes) {
      const filter = (steps: readonly UndoStep[], isUndone: boolean): UndoStep[] => {
        const [kept, rest]: [UndoStep[], UndoStep[]] = [[], []]
        for (const step of steps) (passes(step, isUndone) ? kept : rest).push(step)
        rest.forEach(drop)
        return kept
      }
      done = filter(done, false)
      undone = filter(undone, true)
      if (open !== undefined && !done.includes(open)) open = undefined
    },
    tell,
  }
}

/** The error of an undo inside a batch. */
export function undoInBatchError(): EchoError {
  return new EchoError('bad-value', 'Undo and redo are steps of their own and cannot run inside a batch. Call them after it.')
}
