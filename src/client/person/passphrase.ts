import { EchoError } from '../../shared/echoError.ts'
import type { Readable } from '../../shared/readable.ts'
import type { Result } from '../../shared/result.ts'
import type { LockStatus, PutRows, StorageLock } from '../../storage/passphrase/lockableStorage.ts'

/**
 * The passphrase that locks what is stored on this device: keys, words, who is a member of what, and edits on their way to a block. It is asked for each
 * time a page is loaded, and never leaves the page. Blocks are sealed with or without it. The two keys of a paired device stay with the browser: nobody
 * knows their secrets, and without what is locked they open nothing.
 */
export interface PassphraseCommands {
  /** `off`: none is set. `locked`: nothing can be read or written before {@link unlock}. */
  readonly state: Readable<LockStatus>
  /**
   * Locks this device from now on. Other tabs are loaded anew, and ask for it.
   * @param passphrase 8 characters or more. Without it, and without the 24 words or another device, what is on this device is lost.
   * @throws (rejects) EchoError bad-value; denied where one is set; no-identity; load-failed; storage-*
   */
  set(passphrase: string): Promise<void>
  /** @throws (rejects) EchoError bad-passphrase, and as {@link set} does */
  change(current: string, next: string): Promise<void>
  /** Takes the lock away. Other tabs are loaded anew. @throws (rejects) EchoError bad-passphrase, load-failed, storage-* */
  remove(current: string): Promise<void>
  /** Opens what is stored, for this page. @throws (rejects) EchoError bad-passphrase, load-failed, storage-* */
  unlock(passphrase: string): Promise<void>
  /** Ends all tabs and loads them anew, locked. @throws (rejects) EchoError bad-config where no passphrase is set */
  lock(): Promise<void>
}

export interface PassphraseOptions {
  readonly lock: StorageLock
  /** The rows of the identity's secrets, as they can be sealed and as they lie best in the open. */
  readonly putPortableRows: PutRows
  readonly putPlatformRows: PutRows
  /** Ends this Echo in all tabs, and loads them anew. */
  readonly restart: () => Promise<void>
  /** The rows of the identity lie otherwise now. */
  readonly onRewritten: () => Promise<void>
}

/** The least that a passphrase has, in characters as people count them. */
export const minPassphraseCharacters = 8
const maxCharacters = 1_024

export function createPassphrase(options: PassphraseOptions): PassphraseCommands {
  const { lock } = options

  return {
    state: lock.status,
    async set(passphrase) {
      assertStrong(passphrase)
      if (lock.status.get() !== 'off')
        throw new EchoError('denied', 'This device has a passphrase already. Change it: echo.passphrase.change(current, next).')
      unwrap(await lock.set(passphrase, options.putPortableRows))
      await options.onRewritten()
    },
    async change(current, next) {
      assertStrong(next)
      unwrap(await lock.change(current, next))
    },
    async remove(current) {
      if (lock.status.get() === 'locked') unwrap(await lock.unlock(current))
      unwrap(await lock.remove(current, options.putPlatformRows))
      await options.onRewritten()
    },
    async unlock(passphrase) {
      if (lock.status.get() === 'locked') unwrap(await lock.unlock(passphrase))
    },
    async lock() {
      if (lock.status.get() === 'off') {
        throw new EchoError(
          'bad-config',
          'This device has no passphrase, so nothing would open it again. Set one: echo.passphrase.set(passphrase).',
        )
      }
      await options.restart()
    },
  }
}

function assertStrong(passphrase: string): void {
  const { length } = [...String(passphrase)]
  if (typeof passphrase === 'string' && length >= minPassphraseCharacters && length <= maxCharacters) return
  throw new EchoError(
    'bad-value',
    `A passphrase has ${minPassphraseCharacters} to ${maxCharacters} characters. Several words are easier to keep than one with signs in it.`,
  )
}

function unwrap(result: Result<void, EchoError>): void {
  if (!result.ok) throw result.error
}
