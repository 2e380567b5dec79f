import { decode, Writer, type DecodeFault } from '../../shared/encoding.ts'
import { noExtensions, readExtensions, writeExtensions, type Extensions } from '../../shared/extensions.ts'
import type { Result } from '../../shared/result.ts'
import type { Role } from '../membershipLog.ts'
import { roleCode, rolesByCode } from '../roleCode.ts'

/*
 * Grammar (docs/PROTOCOL.md#invite):
 *   invite = id 32 · rendezvous key 32 · role u8 · uses uint · flags u8 (4 approval, 8 delegated) · expiry uint (ms, 0 = none) · ext
 */

const flag = { approval: 4, delegated: 8 } as const

/** The body of an operation that announces an invitation. It decides nothing: the admitter's right does (M17). */
export interface InviteBody {
  /** 32-byte public key whose secret half the link gives. */
  readonly invitationId: Uint8Array
  /** 32 bytes; with it a member can host, and not join. */
  readonly rendezvousKey: Uint8Array
  readonly role: Exclude<Role, 'owner'>
  /** How many may come in by it, 1 to {@link maxUses}. */
  readonly uses: number
  /** Somebody decides about each guest. */
  readonly approval: boolean
  /** Any admin may host it; else only its author. */
  readonly delegated: boolean
  /** Milliseconds since the Unix epoch by the host's clock; 0 where it does not expire. */
  readonly expiresAt: number
  readonly extensions?: Extensions
}

/** Most uses of an invitation: a space has no room for more. */
export const maxUses = 1_000

export function encodeInviteBody(body: InviteBody): Uint8Array {
  const { invitationId, rendezvousKey, role, uses, approval, delegated, expiresAt, extensions = noExtensions } = body
  const writer = new Writer()
    .fixed(invitationId)
    .fixed(rendezvousKey)
    .u8(roleCode(role))
    .uint(uses)
    .u8((approval ? flag.approval : 0) | (delegated ? flag.delegated : 0))
    .uint(expiresAt)
  writeExtensions(writer, extensions)
  return writer.finish()
}

/** Never throws. */
export function decodeInviteBody(bytes: Uint8Array): Result<Required<InviteBody>, DecodeFault> {
  return decode(bytes, (reader) => {
    const invitationId = reader.fixed(32)
    const rendezvousKey = reader.fixed(32)
    const role = rolesByCode[reader.u8()]
    if (role === undefined || role === 'owner') return reader.refuse()
    const uses = reader.uint(maxUses)
    const flags = reader.u8()
    if (uses === 0 || (flags & ~(flag.approval | flag.delegated)) !== 0) reader.refuse()
    const expiresAt = reader.uint()
    const extensions = readExtensions(reader)
    const [approval, delegated] = [(flags & flag.approval) !== 0, (flags & flag.delegated) !== 0]
    return { invitationId, rendezvousKey, role, uses, approval, delegated, expiresAt, extensions }
  })
}
