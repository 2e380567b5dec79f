import type { SpaceId } from '../../shared/ids.ts'
import type { Clock, Timer } from '../../shared/ports.ts'
import type { Storage, StorageBatch } from '../../storage/storage.ts'

type OperationRow = NonNullable<StorageBatch['putMembership']>[number]

/** Stores the membership operations of a space as they come; what a full disk refused goes with the next, and is tried again. */
export interface OperationStore {
  put(id: string, operation: Uint8Array): void
  /** What is not on disk yet, in the order of coming. */
  unstored(): readonly OperationRow[]
  /** Resolves when all operations so far are on disk; what failed before is tried once more. @throws EchoError of {@link Storage.write} */
  settled(): Promise<void>
  /** Ends the trying. */
  dispose(): void
}

const retryMs = 2000

export function createOperationStore(options: {
  readonly storage: Storage
  readonly space: SpaceId
  readonly clock: Clock
  readonly onFault: (error: unknown) => void
}): OperationStore {
  const { storage, space, clock, onFault } = options
  const unstored = new Map<string, OperationRow>()
  let refused: OperationRow[] = []
  let writes: Promise<unknown> = Promise.resolve()
  let timer: Timer | undefined
  let disposed = false

  function write(added: readonly OperationRow[]): Promise<void> {
    clock.clear(timer)
    timer = undefined
    // Those refused before come first: the others may rest on them.
    const rows = [...refused, ...added]
    refused = []
    const writing = storage.write({ putMembership: rows }, 'strict').then(
      () => rows.forEach((row) => unstored.delete(row.id)),
      (error: unknown) => {
        refused = [...rows, ...refused]
        if (!disposed) timer ??= clock.after(retryMs, () => void write([]).catch(onFault))
        throw error
      },
    )
    writes = Promise.allSettled([writes, writing])
    return writing
  }

  return {
    put(id, operation) {
      const row = { space, id, operation }
      unstored.set(id, row)
      write([row]).catch(onFault)
    },
    unstored: () => [...unstored.values()],
    async settled() {
      await writes
      if (refused.length > 0) await write([])
    },
    dispose() {
      disposed = true
      clock.clear(timer)
    },
  }
}
