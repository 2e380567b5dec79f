import { asEchoError, type EchoError } from '../../shared/echoError.ts'
import type { Invitation } from '../../access/invitations/invitation.ts'
import { joinError, type JoinEnd } from '../../replication/refusal.ts'
import type { InvitationPreview, GuestState } from '../states.ts'

/* What a guest is shown: states that follow from a link, or from what a host said. */

export function previewOf(invitation: Invitation): InvitationPreview {
  const { spaceName, inviter: inviterName, role, expiresAt } = invitation
  return { spaceName, inviterName, role, expiresAt }
}

export function pathOf({ path }: Invitation): { readonly path?: string } {
  return path === undefined ? {} : { path }
}

/** @param error what the table of texts says, unless somebody knows more */
export function endedState(reason: JoinEnd, error: EchoError = joinError(reason)): GuestState {
  switch (reason) {
    case 'expired':
    case 'revoked':
    case 'used-up':
    case 'denied':
      return { status: reason }
    case 'cancelled':
      return { status: 'cancelled', by: 'host' }
    case 'timeout':
    case 'rate-limited':
    case 'unanswered':
      return { status: 'error', error, retryable: true }
    default:
      return { status: 'error', error, retryable: false }
  }
}

/** @param error anything that was thrown; an {@link EchoError} says what happened, for all else `text` does */
export function failedState(error: unknown, code: EchoError['code'], text: string): GuestState {
  return { status: 'error', retryable: true, error: asEchoError(error, code, text) }
}
