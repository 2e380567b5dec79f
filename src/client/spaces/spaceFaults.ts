import { asEchoError, EchoError } from '../../shared/echoError.ts'
import type { SpaceId } from '../../shared/ids.ts'
import type { ReceiveOutcome } from '../../feed/blockReceiver.ts'
import type { Link } from '../../replication/link/link.ts'

/** A content key of the space opens nowhere on this device. */
export function noKeyError(): EchoError {
  return new EchoError(
    'peer-offline',
    'This device holds no key of the space yet. Keep the app open while another member is online, or join again from a new invitation.',
  )
}

/** Rows of the space could not be read. */
export function damageError(space: SpaceId, count: number, what: 'blocks' | 'operations'): EchoError {
  return new EchoError(
    'data-corrupt',
    `${count} stored ${what} are damaged or rest on one that is; they are fetched again from other members.`,
    { details: { space, [what]: count } },
  )
}

/** A block from a peer was refused. */
export function refusalError(
  space: SpaceId,
  { layer, reason }: Extract<ReceiveOutcome, { status: 'refused' }>,
  from: Link['peer'],
): EchoError {
  return new EchoError(
    'block-refused',
    `A block from a peer breaks a rule (${layer}: ${reason}) and was not taken in. Your data is unharmed.`,
    { details: { space, layer, reason, peer: from?.identity } },
  )
}

/** A peer sent what only a later version of the kit can read. */
export function newerVersionError(space: SpaceId, from: Link['peer']): EchoError {
  return new EchoError(
    'newer-version',
    'A member of this space writes with a newer version of this app. What only that version can read is passed on and shows up here after an update: reload the page.',
    { details: { space, peer: from?.identity } },
  )
}

/** What went wrong in the background, as an EchoError. */
export function backgroundError(error: unknown): EchoError {
  return asEchoError(error, 'data-corrupt', 'Something failed in the background; the data is unharmed. See the cause.')
}
