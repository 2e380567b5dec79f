import { equalBytes } from '../../shared/bytes.ts'
import { idBytes, toId, type DeviceId } from '../../shared/ids.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Connection, Network } from '../../network/network.ts'
import { verifyDeviceRecord } from '../../identity/record.ts'
import { verifyConsent, invitationTarget } from '../../access/making/consent.ts'
import { createDeviceAddition } from '../../access/making/createDeviceAddition.ts'
import { invitationRendezvous, joinPsk } from '../../access/invitations/invitationKeys.ts'
import { hostJoin } from '../../replication/joining/hostJoin.ts'
import type { Ask } from '../../replication/joining/joinMessages.ts'
import type { RefusalReason } from '../../replication/refusal.ts'
import type { EchoPorts } from '../echo.ts'
import { guestContent } from '../invitations/guestContent.ts'
import { maxConversations } from '../invitations/hostInvitation.ts'
import type { OpenSpace } from '../spaces/openSpace.ts'

/** Public key and rendezvous key of the invitation whose secret the phrase gives. */
type RecoveryInvitation = { readonly id: Uint8Array; readonly rk: Uint8Array }

/** Where a device from the phrase is waited for: in the room of the invitation that was named last, for what the private space says may have been wrong. */
export function createRecoveryPlace(): {
  /** @param host called where another one than before is to be hosted; what hosts the former ends first */
  follow(invitation: RecoveryInvitation | undefined, host: (invitation: RecoveryInvitation) => { dispose(): void }): void
} {
  let present: { readonly invitation: RecoveryInvitation; readonly host: { dispose(): void } } | undefined
  return {
    follow(invitation, host) {
      const before = present?.invitation
      const isSame = before && invitation && equalBytes(before.id, invitation.id) && equalBytes(before.rk, invitation.rk)
      if (isSame || before === invitation) return
      present?.host.dispose()
      present = invitation && { invitation, host: host(invitation) }
    },
  }
}

/**
 * Waits in the room that the phrase gives, for a device that its person set up from the phrase, and lists that device in the private space. Whoever
 * comes proves the phrase twice: by the invitation's key, and by a device record that the root key certified.
 * @param options.invitation this device need not know the phrase
 */
export function hostRecovery(options: {
  readonly ports: EchoPorts
  readonly network: Network
  readonly halo: OpenSpace
  readonly ownName: () => string
  readonly invitation: RecoveryInvitation
  readonly onFault: (error: unknown) => void
}): { dispose(): void } {
  const { ports, halo, invitation, onFault } = options
  const { crypto } = ports
  let conversations = 0
  const { room: name, password } = invitationRendezvous(crypto, invitation.rk)
  const room = options.network.enter({ name, password }, (connection) => void serve(connection).catch(onFault))

  async function serve(connection: Connection): Promise<void> {
    if (conversations >= maxConversations) return connection.close()
    conversations++
    try {
      const result = await hostJoin(connection, {
        ...ports,
        identity: halo.identity,
        ownName: options.ownName(),
        space: halo.id,
        log: halo.log,
        keyRing: halo.keyRing,
        invitationId: invitation.id,
        preSharedKey: joinPsk(crypto, invitation.rk),
        content: () => guestContent(halo.graph, halo.documents.isStored),
        admit,
      })
      // Another waiting device of the person is no fault.
      if (result.ok || result.error !== 'wrong-kind') room.reportHandshake(result.ok ? 'succeeded' : 'failed')
    } finally {
      conversations--
    }
  }

  async function admit({ records, consent }: Ask): Promise<Result<void, RefusalReason>> {
    const { identity, log } = halo
    const [record] = records
    const isCertified =
      record !== undefined &&
      records.length === 1 &&
      equalBytes(record.identity, identity.record.identity) &&
      equalBytes(record.certifier, record.identity) &&
      (await verifyDeviceRecord(crypto, record)) &&
      (await verifyConsent(crypto, { target: invitationTarget(crypto, idBytes(halo.id)), invitationId: invitation.id, record }, consent))
    if (!isCertified) return fail('not-authorised')
    // Whoever lost it has shut it out; with the words a new key is made in a moment.
    if (log.isShutOut(toId<DeviceId>(record.sign))) return fail('removed')
    // What the new device waits for must be in blocks.
    await halo.documents.flush()
    const signer = { deviceId: identity.deviceId, signing: identity.signing }
    for (const operation of await createDeviceAddition({ log, identity: identity.id, signer, record })) {
      if (!(await log.add(operation)).ok) return fail('malformed')
    }
    await halo.operationsStored()
    return ok(undefined)
  }

  return { dispose: () => void room.leave().catch(onFault) }
}
