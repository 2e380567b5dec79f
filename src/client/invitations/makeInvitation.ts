import { truncateUtf8 } from '../../shared/bytes.ts'
import { idBytes } from '../../shared/ids.ts'
import { maxNameBytes } from '../../access/bodies/genesisBody.ts'
import { invitationTarget } from '../../access/making/consent.ts'
import { encodeInvitation, hostMark } from '../../access/invitations/invitation.ts'
import { deriveInvitationKeys } from '../../access/invitations/invitationKeys.ts'
import type { EchoPorts } from '../echo.ts'
import { createInvitationCode } from './invitationCode.ts'
import { attendedLifeMs, sentLifeMs, type InvitationOptions } from './invitationOptions.ts'
import type { InvitationRecord } from './invitationRecord.ts'
import type { OpenSpace } from '../spaces/openSpace.ts'

/** Draws the secrets of an invitation and writes its link; stores and says nothing. @throws EchoError `bad-value` for a path that leads out of the app. */
export async function makeInvitation(
  {
    app,
    ports,
    open,
    ownName,
    spaceName,
  }: {
    readonly app: string
    readonly ports: Pick<EchoPorts, 'crypto' | 'clock' | 'random'>
    readonly open: Pick<OpenSpace, 'id' | 'identity'>
    readonly ownName: () => string
    readonly spaceName: () => string
  },
  { role, kind = 'attended', approval = false, delegated = false, maxUses: uses = 1, path, ...given }: InvitationOptions,
): Promise<{ readonly record: InvitationRecord; readonly rendezvousKey: Uint8Array }> {
  const { crypto, clock, random } = ports
  const secret = random.bytes(16)
  const { signing, rendezvousKey } = await deriveInvitationKeys(crypto, secret)
  const code = given.code === true ? createInvitationCode(random) : undefined
  const expiresAt = clock.now() + (kind === 'attended' ? attendedLifeMs : (given.expiresInMs ?? sentLifeMs))
  const text = encodeInvitation(crypto, app, {
    kind: 'space',
    secret,
    target: invitationTarget(crypto, idBytes(open.id)),
    code: code !== undefined,
    compare: false,
    approval,
    delegated,
    // Hints for the guest's eyes: a long name is cut rather than in the way.
    inviter: truncateUtf8(ownName(), maxNameBytes),
    spaceName: truncateUtf8(spaceName(), maxNameBytes),
    role,
    expiresAt,
    ...(path !== undefined && { path }),
    ...(!delegated && { host: hostMark(open.identity.signing.publicKey) }),
  })
  const terms = { role, uses, approval, delegated, expiresAt }
  const record: InvitationRecord = {
    ...terms,
    id: signing.publicKey,
    text,
    code,
    sent: kind === 'sent',
    wrong: 0,
    guests: new Map(),
    revoked: false,
  }
  return { record, rendezvousKey }
}
