import { parseId, toId, type DeviceId, type IdentityId, type SpaceId } from '../../shared/ids.ts'
import type { MembershipLog } from '../../access/membershipLog.ts'
import type { DeviceQuotas } from '../../feed/deviceQuotas.ts'
import type { Storage } from '../../storage/storage.ts'

/** The members of a space whom the user muted, with all their devices; the keys table keeps them for all tabs as `muted/<space>`. */
export interface MutedMembers {
  /** The row of the keys table that says who is muted. */
  row(): { readonly key: string; readonly value: unknown }
  /** Takes over what the table says now. */
  read(): Promise<void>
  /** Mutes a member, or unmutes one who was muted by the user or by the rules, and keeps it. @throws EchoError of {@link Storage.write} */
  set(member: IdentityId, muted: boolean): Promise<void>
  dispose(): void
}

export function createMutedMembers(options: {
  readonly storage: Storage
  readonly space: SpaceId
  readonly log: MembershipLog
  readonly quotas: DeviceQuotas
}): MutedMembers {
  const { storage, log, quotas } = options
  const key = `muted/${options.space}`
  let members: ReadonlySet<IdentityId> = new Set()
  // A muted member may add a device.
  const stop = log.state.subscribe(apply)

  function devicesOf(member: IdentityId): readonly DeviceId[] {
    return (
      log.state
        .get()
        .members.get(member)
        ?.devices.map(({ sign }) => toId<DeviceId>(sign)) ?? []
    )
  }

  function apply(): void {
    const devices = new Set([...members].flatMap(devicesOf))
    for (const [device, by] of quotas.muted.get()) if (by === 'user' && !devices.has(device)) quotas.unmute(device)
    for (const device of devices) quotas.mute(device, 'user')
  }

  return {
    row: () => ({ key, value: [...members] }),
    async read() {
      const stored = await storage.readKey(key)
      members = new Set(Array.isArray(stored) ? stored.filter(isIdentity) : [])
      apply()
    },
    async set(member, muted) {
      members = new Set([...members].filter((other) => other !== member).concat(muted ? [member] : []))
      if (!muted) for (const device of devicesOf(member)) quotas.unmute(device)
      apply()
      await storage.write({ putKeys: [{ key, value: [...members] }] }, 'relaxed')
    },
    dispose: stop,
  }
}

function isIdentity(value: unknown): value is IdentityId {
  return typeof value === 'string' && parseId<IdentityId>(value, 32) !== undefined
}
