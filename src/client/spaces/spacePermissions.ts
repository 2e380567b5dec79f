import type { IdentityId } from '../../shared/ids.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { Member, Role } from '../../access/membershipLog.ts'
import type { OperationLog } from '../../access/operationLog.ts'
import { isAtLeast, roleCode, rolesByCode } from '../../access/roleCode.ts'

/**
 * Why something is not allowed: the own role is too low (`reader`: may not write, `not-admin`: may not manage), one is no member any more (`removed`,
 * `left`), the other person stands as high or higher (`outranked`), it is oneself (`yourself`), or nobody would be left to appoint admins (`last-owner`).
 */
export type Obstacle = 'reader' | 'not-admin' | 'removed' | 'left' | 'outranked' | 'yourself' | 'last-owner'

export type Permission = 'write' | 'invite' | 'manageMembers' | 'leave'

/** What this person may do in a space. */
export interface Permissions {
  /** Undefined for who is no member any more. */
  readonly role: Role | undefined
  readonly can: { readonly [P in Permission]: boolean }
  /** The obstacle to whatever `can` says no to. */
  readonly why: { readonly [P in Permission]?: Obstacle }
  /** What may be done about each member. */
  readonly members: ReadonlyMap<IdentityId, MemberPermissions>
}

/** What this person may do about one member. */
export interface MemberPermissions {
  readonly canRemove: boolean
  /** The roles that can be given, the present one among them; that one alone where none can. */
  readonly roles: readonly Role[]
  /** Why the person cannot be removed, or given a lower role. */
  readonly why?: Obstacle
}

/** How this device came to be no member of a space, or undefined while it is one, or was never listed. */
export function membershipEnd(log: OperationLog, { id, deviceId }: Pick<LocalIdentity, 'id' | 'deviceId'>): 'removed' | 'left' | undefined {
  if (!log.wasListed(deviceId) || log.device(deviceId) !== undefined) return undefined
  return log.hasLeft(id) ? 'left' : 'removed'
}

/** What the own person may do, as the membership says it (M4, M6, M7, M16); the commands judge again. */
export function createSpacePermissions(
  log: OperationLog,
  identity: Pick<LocalIdentity, 'id' | 'deviceId'>,
): { readonly state: Readable<Permissions>; dispose(): void } {
  const state = createWritable(read())

  function read(): Permissions {
    const end = membershipEnd(log, identity)
    const { members } = log.state.get()
    const own = log.signingEntry(identity.id, identity.deviceId, 'admin')
    const role = end === undefined ? members.get(identity.id)?.role : undefined
    const isLastOwner =
      role === 'owner' && members.size > 1 && [...members.values()].filter((member) => member.role === 'owner').length === 1
    const notAdmin = own === undefined ? 'not-admin' : undefined
    const why = {
      write: end ?? (log.isWriter(identity.id, identity.deviceId) ? undefined : 'reader'),
      invite: end ?? notAdmin,
      manageMembers: end ?? notAdmin,
      leave: end ?? (isLastOwner ? 'last-owner' : undefined),
    } as const
    return {
      role,
      can: {
        write: why.write === undefined,
        invite: why.invite === undefined,
        manageMembers: why.manageMembers === undefined,
        leave: why.leave === undefined,
      },
      why: Object.fromEntries(Object.entries(why).filter(([, obstacle]) => obstacle !== undefined)),
      members: new Map([...members.values()].map((member) => [member.identity, about(member, why.manageMembers, own)])),
    }
  }

  function about(
    member: Member,
    general: Obstacle | undefined,
    own: { readonly role: Role; readonly rank: number } | undefined,
  ): MemberPermissions {
    const isMe = member.identity === identity.id
    const why = general ?? (isMe ? 'yourself' : own !== undefined && member.rank > own.rank ? undefined : 'outranked')
    const mayRaise = own !== undefined && general === undefined && !isMe
    const roles = rolesByCode.filter((role) => {
      if (role === member.role) return true
      if (roleCode(role) > roleCode(member.role)) return why === undefined
      return mayRaise && isAtLeast(own.role, role === 'owner' ? 'owner' : 'admin')
    })
    return { canRemove: why === undefined, roles, ...(why !== undefined && { why }) }
  }

  return {
    state,
    dispose: log.state.subscribe(() => {
      const next = read()
      if (!isSame(state.get(), next)) state.set(next)
    }),
  }
}

function isSame(a: Permissions, b: Permissions): boolean {
  const asText = ({ members, ...rest }: Permissions): string => JSON.stringify([rest, [...members]])
  return asText(a) === asText(b)
}
