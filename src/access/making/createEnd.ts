import { EchoError } from '../../shared/echoError.ts'
import { idBytes, type DeviceId, type IdentityId } from '../../shared/ids.ts'
import type { SigningKey } from '../../crypto/cryptoPort.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import { encodeEndBody, type EndBody } from '../bodies/endBody.ts'
import type { Admission } from '../judgedOperation.ts'
import { operationKinds } from '../operation.ts'
import type { OperationLog } from '../operationLog.ts'
import { signUnder, type EntrySigner } from './signUnder.ts'

type Author = { readonly log: OperationLog; readonly signer: LocalIdentity }

/**
 * Ends every admission of a person that the signer stands above (M9): whoever admits him at the same time admits him in vain, unless he ranks above the
 * signer. Wants a new epoch right after.
 * @param options.blocks 32-byte ids of the newest blocks of each of his feeds that stay
 * @throws EchoError `not-authorised` where the person would still be a member after it.
 */
export async function createRemoval({
  log,
  signer,
  identity,
  blocks,
}: Author & { readonly identity: IdentityId; readonly blocks: readonly Uint8Array[] }): Promise<Uint8Array> {
  const member = log.state.get().members.get(identity)
  const own = log.signingEntry(signer.id, signer.deviceId, 'admin')
  if (own === undefined || member === undefined || member.rank <= own.rank) throw notAbove()
  return signEnd(log, { signing: signer.signing, as: own.as }, { target: { kind: 'identity', identity: idBytes(identity) }, blocks })
}

/**
 * Ends one admission: after a lower one was made, a demotion.
 * @param options.blocks as in {@link createRemoval}
 * @throws EchoError `not-authorised` where the signer does not stand above it.
 */
export async function createAdmissionEnd({
  log,
  signer,
  admission,
  blocks,
}: Author & { readonly admission: Admission; readonly blocks: readonly Uint8Array[] }): Promise<Uint8Array> {
  const own = log.signingEntry(signer.id, signer.deviceId, 'admin')
  if (own === undefined || admission.rank <= own.rank) throw notAbove()
  const target = { kind: 'admission', admission: admission.reference } as const
  return signEnd(log, { signing: signer.signing, as: own.as }, { target, blocks })
}

/**
 * One operation for each live admission of the signer, each of them to be added: he leaves.
 * @param options.blocks 32-byte ids of the newest blocks of each of his feeds: what he wrote stays
 * @throws EchoError `last-owner` where nobody would be left who may appoint admins; `not-authorised` where he is no member.
 */
export async function createLeave({
  log,
  signer,
  blocks,
}: Author & { readonly blocks: readonly Uint8Array[] }): Promise<readonly Uint8Array[]> {
  const entries = log.entriesOf(signer.id, signer.deviceId)
  if (entries.length === 0) throw new EchoError('not-authorised', 'This device is no member of the space, so there is nothing to leave.')
  const others = [...log.state.get().members.values()].filter(({ identity }) => identity !== signer.id)
  const isOwner = entries.some(({ admission }) => admission.role === 'owner')
  if (isOwner && others.length > 0 && !others.some(({ role }) => role === 'owner')) {
    throw new EchoError(
      'last-owner',
      'You are the last owner: without one nobody could appoint or remove admins. Make someone else an owner first, then leave.',
    )
  }
  return Promise.all(
    entries.map(({ reference, admission }) => {
      const target = { kind: 'admission', admission: admission.reference } as const
      return signEnd(log, { signing: signer.signing, as: reference }, { target, blocks })
    }),
  )
}

/**
 * Shuts a device of one's own person out: one operation for each live admission in which the signer is senior to it. Wants a new epoch right after.
 * @param options.signer a device that was there before it, or the root key of the phrase, which is senior to all
 * @param options.blocks as in {@link createRemoval}
 * @throws EchoError `not-authorised` where the signer is not senior to it everywhere: with an entry left it would still be in.
 */
export async function createRevocation({
  log,
  identity,
  signer,
  device,
  blocks,
}: {
  readonly log: OperationLog
  readonly identity: IdentityId
  readonly signer: { readonly deviceId: DeviceId | 'root'; readonly signing: SigningKey }
  readonly device: DeviceId
  readonly blocks: readonly Uint8Array[]
}): Promise<readonly Uint8Array[]> {
  const entries = log.entriesOf(identity, device)
  const admissions = new Set(entries.map(({ admission }) => admission))
  const seniors = [...admissions].flatMap((admission) => {
    if (signer.deviceId === 'root') return [admission.reference]
    const own = log.entriesOf(identity, signer.deviceId).find((entry) => entry.admission === admission)
    const isSenior = own !== undefined && entries.every((entry) => entry.admission !== admission || own.rank < entry.rank)
    return isSenior ? [own.reference] : []
  })
  // Whoever is shut out by halves is in.
  if (seniors.length < admissions.size || seniors.length === 0) {
    throw new EchoError(
      'not-authorised',
      'Of your devices an older one shuts out a newer one. Use a device that was there before it, or the recovery phrase.',
    )
  }
  const body = { target: { kind: 'device', device: idBytes(device) } as const, blocks }
  return Promise.all(seniors.map((as) => signEnd(log, { signing: signer.signing, as }, body)))
}

/** Closes an invitation: nobody honest admits by it any more. @throws EchoError `not-authorised` where the signer is no admin. */
export async function createClosing({ log, signer, invitationId }: Author & { readonly invitationId: Uint8Array }): Promise<Uint8Array> {
  const own = log.signingEntry(signer.id, signer.deviceId, 'admin')
  if (own === undefined) throw new EchoError('not-authorised', 'Only owners and admins can close an invitation. Ask one of them.')
  const target = { kind: 'invitation', invitation: invitationId } as const
  return signEnd(log, { signing: signer.signing, as: own.as }, { target, blocks: [] })
}

function signEnd(log: OperationLog, signer: EntrySigner, body: EndBody): Promise<Uint8Array> {
  return signUnder(log, signer, { kind: operationKinds.end, body: encodeEndBody(body) })
}

function notAbove(): EchoError {
  return new EchoError(
    'not-authorised',
    'You can remove or demote only who stands below you: owners nobody, admins whoever was not admitted by someone as senior. Ask an owner.',
  )
}
