import { EchoError } from '../../shared/echoError.ts'
import type { IdentityId } from '../../shared/ids.ts'
import { maxUses } from '../../access/bodies/inviteBody.ts'
import type { Role } from '../../access/membershipLog.ts'
import type { JoinRequest } from '../states.ts'

/** Why nobody is admitted any more; `locked`: by wrong codes. */
export type InvitationEnd = 'expired' | 'revoked' | 'used-up' | 'locked'

/** How somebody is invited. */
export interface InvitationOptions {
  readonly role: Exclude<Role, 'owner'>
  /**
   * `attended` (the default): for one person, ten minutes, known to this device only. `sent`: announced to the members, so that it can live longer,
   * serve several people and be hosted by others.
   */
  readonly kind?: 'attended' | 'sent'
  /** A code of six digits beside the link, to be told by another way; three wrong ones end the invitation. */
  readonly code?: boolean
  /** Each guest waits until you, or another admin of a delegated invitation, has decided. */
  readonly approval?: boolean
  /** Only `sent`: from a minute to a year; by default a week. */
  readonly expiresInMs?: number
  /** Only `sent`: how many people may come, 1 to 1,000; by default one. */
  readonly maxUses?: number
  /** Only `sent`, for several people and without a code: any admin who is online lets guests in. */
  readonly delegated?: boolean
  /** Where in the app a guest goes once joined: begins with one `/`, at most 200 bytes. */
  readonly path?: string
}

/** An invitation as a list shows it. */
export interface InvitationInfo {
  readonly id: string
  /** `locked`: three wrong codes. */
  readonly status: 'open' | InvitationEnd
  readonly inviter: IdentityId
  /** Made on this device, which alone has link and code. */
  readonly isMine: boolean
  /** Announced to the members. */
  readonly isSent: boolean
  readonly role: Exclude<Role, 'owner'>
  readonly uses: number
  readonly usesLeft: number
  readonly approval: boolean
  readonly delegated: boolean
  /** Milliseconds since the Unix epoch; 0 where it does not expire. */
  readonly expiresAt: number
  readonly url?: string
  readonly code?: string
  readonly requests: readonly JoinRequest[]
}

export const attendedLifeMs = 10 * 60_000
export const sentLifeMs = 7 * 24 * 3_600_000
const shortestMs = 60_000
const longestMs = 365 * 24 * 3_600_000

/** @throws EchoError `bad-value` for what does not go together. */
export function assertInvitationOptions(options: InvitationOptions): void {
  const flaw = findFlaw(options)
  if (flaw !== undefined) throw new EchoError('bad-value', `This invitation cannot be made: ${flaw}.`)
}

function findFlaw({ role, kind = 'attended', code, expiresInMs, maxUses: uses, delegated }: InvitationOptions): string | undefined {
  if (!['admin', 'editor', 'reader'].includes(role)) return 'role takes admin, editor or reader'
  if (kind !== 'attended' && kind !== 'sent') return "kind takes 'attended' or 'sent'"
  const isPlain = expiresInMs === undefined && (uses === undefined || uses === 1) && delegated !== true
  if (kind === 'attended' && !isPlain)
    return "expiresInMs, maxUses and delegated belong to { kind: 'sent' }; an attended one is for one person and ten minutes"
  if (expiresInMs !== undefined && (!Number.isSafeInteger(expiresInMs) || expiresInMs < shortestMs || expiresInMs > longestMs)) {
    return 'expiresInMs takes whole milliseconds from a minute to a year'
  }
  if (uses !== undefined && (!Number.isSafeInteger(uses) || uses < 1 || uses > maxUses)) return `maxUses takes 1 to ${maxUses}`
  if (delegated === true && code === true) return 'other admins do not know the code, so a delegated invitation has none'
  // Two admins who do not see each other would each let one in.
  if (delegated === true && (uses ?? 1) === 1)
    return 'one for a single person is hosted by its maker only; give a delegated one maxUses of 2 or more'
  return undefined
}
