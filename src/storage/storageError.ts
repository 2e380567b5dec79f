import { EchoError } from '../shared/echoError.ts'

/** Storage was used before it was open. */
export function notOpenError(): EchoError {
  return new EchoError('storage-unavailable', 'Storage was used before it was open, so there is no database yet. Await open() first.')
}

/** Storage was used after its end. */
export function storageDisposedError(): EchoError {
  return new EchoError('disposed', 'Storage was used after dispose(), which closed its database. Create a new storage.')
}

/** A write did not fit. */
export function storageFullError(cause?: unknown): EchoError {
  return new EchoError(
    'storage-full',
    'The write did not fit into the space the browser grants, so nothing of it was stored. Free some space and write again.',
    { cause },
  )
}

/** The data went while the app was open. */
export function storageEmptiedError(): EchoError {
  return new EchoError(
    'storage-unavailable',
    'The browser deleted the stored data of this app while it was open. Your identity, your spaces and the newest changes are being stored again from the memory of this tab, as soon as there is room for them; all else comes from other members. Keep this tab open until it is up to date with another member, then reload it.',
  )
}

/** There is no database, or no longer; `what` is a sentence that says how that came. */
export function storageUnavailableError(what: string, cause?: unknown): EchoError {
  return new EchoError('storage-unavailable', `${what} Nothing of this call was stored; the next call tries to open the database again.`, {
    cause,
  })
}

/** A value of the keys table is of a kind that no database can keep. */
export function uncloneableError(cause: unknown): EchoError {
  return new EchoError(
    'bad-value',
    'A value for the keys table cannot be stored, because it holds a function or another thing without a copy. Store plain data, bytes or CryptoKeys.',
    { cause },
  )
}

/** A passphrase stands before what is stored. */
export function lockedError(): EchoError {
  return new EchoError(
    'identity-locked',
    'What is stored on this device is locked by a passphrase. Unlock it: echo.passphrase.unlock(passphrase).',
  )
}
