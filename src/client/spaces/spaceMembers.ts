import type { IdentityId } from '../../shared/ids.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import { profileOf } from '../../identity/profileRecord.ts'
import type { Member, MembershipLog } from '../../access/membershipLog.ts'
import type { ProfileBook } from '../../access/profileBook.ts'
import { roleCode } from '../../access/roleCode.ts'
import type { PresenceExchange } from '../../replication/presence/presenceExchange.ts'
import type { Activity } from '../../replication/presence/presenceMessage.ts'
import { liveliest } from '../invitations/liveliest.ts'
import type { MemberInfo } from '../states.ts'
import { huesOf } from './memberHues.ts'

/** The list of a space's members as a UI shows it; who did not change keeps the same object. */
export function createSpaceMembers(options: {
  readonly me: IdentityId
  readonly log: MembershipLog
  readonly profiles: ProfileBook
  readonly presence: PresenceExchange
}): { readonly list: Readable<readonly MemberInfo[]>; dispose(): void } {
  const { me, log, profiles, presence } = options
  const list = createWritable(read([]))
  const stops = [log.state, profiles.state, presence.others, presence.activity].map((source) => source.subscribe(update))

  function infoOf({ identity, name, role, devices }: Member, present: ReadonlyMap<IdentityId, Activity>, hue: number): MemberInfo {
    return {
      id: identity,
      ...profileOf(profiles.state.get().get(identity) ?? { name }),
      role,
      isMe: identity === me,
      activity: present.get(identity) ?? 'offline',
      deviceCount: devices.length,
      hue,
    }
  }

  function read(before: readonly MemberInfo[]): readonly MemberInfo[] {
    const present = new Map<IdentityId, Activity>([[me, presence.activity.get()]])
    for (const { identity, activity } of presence.others.get()) present.set(identity, liveliest(present.get(identity), activity))
    const known = new Map(before.map((info) => [info.id, info]))
    const { members } = log.state.get()
    const hues = huesOf(members.keys())
    return [...members.values()]
      .map((member) => {
        const info = infoOf(member, present, hues.get(member.identity)!)
        const former = known.get(info.id)
        return former !== undefined && isSame(former, info) ? former : info
      })
      .sort((a, b) => roleCode(a.role) - roleCode(b.role) || compareTexts(a.name, b.name) || compareTexts(a.id, b.id))
  }

  function update(): void {
    const before = list.get()
    const next = read(before)
    if (next.length !== before.length || next.some((info, i) => info !== before[i])) list.set(next)
  }

  return {
    list,
    dispose() {
      for (const stop of stops) stop()
    },
  }
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function isSame(a: MemberInfo, b: MemberInfo): boolean {
  const parts = ['name', 'colour', 'emoji', 'picture', 'role', 'activity', 'deviceCount', 'hue'] as const
  return parts.every((part) => a[part] === b[part])
}
