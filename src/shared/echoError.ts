/** Every code an {@link EchoError} can carry. Stable: apps switch on them. */
export type EchoErrorCode =
  | 'no-provider'
  | 'two-providers'
  | 'no-identity'
  | 'identity-locked'
  | 'bad-phrase'
  | 'bad-passphrase'
  | 'not-a-secure-context'
  | 'no-webrtc'
  | 'storage-unavailable'
  | 'storage-full'
  | 'storage-blocked'
  | 'storage-version'
  | 'data-corrupt'
  | 'space-not-found'
  | 'space-closed'
  | 'item-not-found'
  | 'item-deleted'
  | 'item-purged'
  | 'unknown-type'
  | 'bad-key'
  | 'bad-value'
  | 'value-too-large'
  | 'tree-cycle'
  | 'dangling-link'
  | 'not-one'
  | 'bad-query'
  | 'not-authorised'
  | 'read-only'
  | 'removed'
  | 'last-owner'
  | 'already-member'
  | 'invitation-malformed'
  | 'invitation-wrong-app'
  | 'invitation-newer-version'
  | 'invitation-expired'
  | 'invitation-revoked'
  | 'invitation-used-up'
  | 'wrong-code'
  | 'rate-limited'
  | 'denied'
  | 'cancelled'
  | 'timeout'
  | 'peer-offline'
  | 'insecure-peer'
  | 'signaling-unreachable'
  | 'block-refused'
  | 'newer-version'
  | 'import-damaged'
  | 'import-foreign'
  | 'disposed'
  | 'bad-schema'
  | 'bad-config'
  | 'handle-replaced'
  | 'wrong-kind'
  | 'block-forked'
  | 'block-withdrawn'
  | 'peer-over-quota'
  | 'ice-failed'
  | 'load-failed'

export interface EchoErrorOptions {
  /** Plain facts for programs; never a secret. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/**
 * The one error class. `code` is for programs, `message` for developers: what happened, why, and how to mend it.
 * @example
 * try {
 *   space.update(task, { title: typed })
 * } catch (error) {
 *   if (error instanceof EchoError && error.code === 'bad-value') show(error.message)
 *   else throw error
 * }
 */
export class EchoError extends Error {
  override readonly name = 'EchoError'
  readonly code: EchoErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: EchoErrorCode, message: string, options: EchoErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }
}

/** What was caught, as an {@link EchoError}: itself where it is one, else one that says `message` and has it as its cause. */
export function asEchoError(caught: unknown, code: EchoErrorCode, message: string): EchoError {
  return caught instanceof EchoError ? caught : new EchoError(code, message, { cause: caught })
}
