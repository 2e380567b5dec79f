import { EchoError } from '../../shared/echoError.ts'
import type { Clock } from '../../shared/ports.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import { openEchoDatabase, type EchoDatabase } from './indexedDbSchema.ts'
import { notOpenError, storageEmptiedError, storageDisposedError, storageFullError, storageUnavailableError } from '../storageError.ts'
import type { StorageState } from '../storage.ts'

/** Another tab that holds an older version and does not react (it may be frozen) sends no word, so silence counts as blocked. */
const openDeadlineMs = 5_000

/** The open database behind an IndexedDB storage: it is lost and found again, and its state is the storage's. */
export interface IndexedDbConnection {
  readonly state: Readable<StorageState>
  /** Opens it for the first time. Never rejects. */
  open(): Promise<void>
  /** The open database, in this task; undefined where it must be {@link reopen}ed first. @throws EchoError as `Storage.write`. */
  current(): EchoDatabase | undefined
  /** Tries once to open it again. @throws EchoError as `Storage.write`. */
  reopen(): Promise<EchoDatabase>
  /** A write to `database` came through: what an earlier one has put into the state is over. */
  wrote(database: EchoDatabase): void
  /** A transaction failed. @returns the error for the caller; the state shows it too if a write failed or the connection is gone. */
  failed(database: EchoDatabase, cause: unknown, kind: 'read' | 'write'): EchoError
  /** Says whether the browser keeps the data for good. */
  setPersistent(persistent: boolean): void
  /** Closes it for good; transactions under way still complete. */
  close(): void
}

export function createIndexedDbConnection(name: string, clock: Clock): IndexedDbConnection {
  const state = createWritable<StorageState>({ status: 'opening' })
  let database: EchoDatabase | undefined
  let attempt: Promise<void> | undefined
  let persistent = false
  let outdated = false
  let wasOpen = false
  let emptied: EchoError | undefined
  let isOlder = false

  function connect(): Promise<void> {
    attempt ??= new Promise((resolve) => {
      const report = (next: StorageState): void => {
        if (state.get().status !== 'closed') state.set(next)
        resolve()
      }
      const onBlocked = (): void => report({ status: 'blocked', error: blockedError() })
      const deadline = clock.after(openDeadlineMs, onBlocked)

      openEchoDatabase(name, {
        created: () => {
          if (wasOpen) emptied = storageEmptiedError()
        },
        older: () => (isOlder = true),
        blocked: onBlocked,
        blocking: (_current, next) => lose(next === null ? storageUnavailableError('The database is being deleted.') : outdatedError()),
        terminated: () => lose(storageUnavailableError('The browser closed the database, as it does when its data is cleared.')),
      })
        .then(adopt, refuse)
        .then((next) => {
          clock.clear(deadline)
          attempt = undefined
          report(next)
        })
    })
    return attempt
  }

  async function adopt(opened: EchoDatabase): Promise<StorageState> {
    if (state.get().status === 'closed') {
      opened.close()
      return state.get()
    }
    database = opened
    wasOpen = true
    persistent ||= await isPersisted()
    // It may have been lost again meanwhile, which the state tells already.
    return database === opened ? usable() : state.get()
  }

  /** The state of an open database to which nothing has happened since. */
  function usable(): StorageState {
    return emptied !== undefined ? { status: 'emptied', error: emptied } : { status: 'ready', persistent }
  }

  function refuse(cause: unknown): StorageState {
    outdated = isOlder || nameOf(cause) === 'VersionError'
    const error = outdated
      ? (isOlder ? olderError : outdatedError)(cause)
      : storageUnavailableError('The browser has no database for this app (private mode, or storage is switched off).', cause)
    return { status: 'unavailable', error }
  }

  function lose(error: EchoError): void {
    database?.close()
    database = undefined
    if (state.get().status !== 'closed') state.set({ status: 'unavailable', error })
  }

  function assertUsable(): void {
    const now = state.get()
    if (now.status === 'opening') throw notOpenError()
    if (now.status === 'closed') throw storageDisposedError()
    if (now.status === 'blocked' || (outdated && now.status === 'unavailable')) throw now.error
  }

  return {
    state,
    open: async () => {
      if (state.get().status === 'opening') await connect()
    },
    current: () => {
      assertUsable()
      return database
    },
    reopen: async () => {
      await connect()
      assertUsable()
      const now = state.get()
      if (database === undefined) throw now.status === 'unavailable' ? now.error : storageUnavailableError('The database did not open.')
      return database
    },
    wrote: (used) => {
      const { status } = state.get()
      if (used === database && (status === 'full' || status === 'unavailable')) state.set(usable())
    },
    failed: (used, cause, kind) => {
      const error =
        nameOf(cause) === 'QuotaExceededError' ? storageFullError(cause) : storageUnavailableError('The database refused the call.', cause)
      // The connection is gone although no event has said so yet.
      if (used === database && nameOf(cause) === 'InvalidStateError') lose(error)
      else if (used === database && kind === 'write') state.set({ status: error.code === 'storage-full' ? 'full' : 'unavailable', error })
      return error
    },
    setPersistent: (granted) => {
      persistent = granted
      if (state.get().status === 'ready') state.set({ status: 'ready', persistent })
    },
    close: () => {
      database?.close()
      database = undefined
      state.set({ status: 'closed' })
    },
  }
}

function nameOf(cause: unknown): string {
  return cause instanceof Error || cause instanceof DOMException ? cause.name : ''
}

async function isPersisted(): Promise<boolean> {
  try {
    return (await globalThis.navigator?.storage?.persisted?.()) ?? false
  } catch {
    // A browser that does not answer has promised nothing.
    return false
  }
}

function blockedError(): EchoError {
  return new EchoError(
    'storage-blocked',
    'Another tab of this app holds an older version of the database open. Close or reload the other tabs; this one goes on by itself then.',
  )
}

function olderError(cause: unknown): EchoError {
  return new EchoError(
    'storage-version',
    'The data of this app on this device was stored by an older version, which this one cannot read; it was left as it is. Go back to the version that stored it, or clear the data of this site and come back with the recovery words and a new invitation.',
    { cause },
  )
}

function outdatedError(cause?: unknown): EchoError {
  return new EchoError(
    'storage-version',
    'A newer version of this app uses the database, so this tab has stopped writing. Reload the page to get the newer version.',
    { cause },
  )
}
