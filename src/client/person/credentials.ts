import type { DeviceId, IdentityId, SpaceId } from '../../shared/ids.ts'
import type { Readable } from '../../shared/readable.ts'
import type { Result } from '../../shared/result.ts'
import type { Role } from '../../access/membershipLog.ts'
import type { PresentationFault, PresentedMembership } from '../../access/presentation.ts'

/** What this person can prove: that this device is one of hers, and that she was made a member of a space. */
export type CredentialInfo =
  | { readonly type: 'device'; readonly id: string; readonly identity: IdentityId; readonly device: DeviceId }
  | {
      readonly type: 'membership'
      readonly id: string
      readonly space: SpaceId
      readonly spaceName: string
      readonly role: Role
      /** Undefined for a founder. */
      readonly admittedBy: IdentityId | undefined
    }

/** What somebody has shown. */
export interface VerifiedPresentation {
  readonly identity: IdentityId
  readonly device: DeviceId
  /** By the clock of who showed it, in ms since the Unix epoch. */
  readonly time: number
  readonly memberships: readonly (PresentedMembership & {
    /** What this device knows itself: that it is so now, or not any more; `unknown` where the space is not open here. */
    readonly standing: 'member' | 'ended' | 'unknown'
  })[]
}

/** Ways to show what one can prove, and to look at what others show. */
export interface CredentialCommands {
  readonly list: Readable<readonly CredentialInfo[]>
  /**
   * Shows somebody who asked that this device is one of the person's, and the memberships of `spaces`. Of each it tells who admitted the person, and who admitted
   * them, and nothing else of the space.
   * @param options.nonce 16 to 64 bytes that the asker chose afresh
   * @param options.audience who asks, as both sides name him: for instance an address
   * @throws (rejects) EchoError no-identity; bad-value for a nonce or an audience of a wrong form; space-not-found for a space of which one is no member here
   */
  present(options: { readonly nonce: Uint8Array; readonly audience: string; readonly spaces?: readonly string[] }): Promise<Uint8Array>
  /**
   * What a presentation shows. Ask with a fresh random nonce, and take the answer to each once. Never rejects.
   * @param expected.maxAgeMs default: five minutes
   */
  verify(
    presentation: Uint8Array,
    expected: { readonly nonce: Uint8Array; readonly audience: string; readonly maxAgeMs?: number },
  ): Promise<Result<VerifiedPresentation, PresentationFault>>
}
