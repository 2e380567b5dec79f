import { createAdmission } from '../../../src/access/making/createAdmission.ts'
import { invitationTarget } from '../../../src/access/making/consent.ts'
import type { Invitation } from '../../../src/access/invitations/invitation.ts'
import { deriveInvitationKeys, joinPsk } from '../../../src/access/invitations/invitationKeys.ts'
import type { MemorySwarm } from '../../../src/network/memory/memorySwarm.ts'
import { guestJoin, type GuestFault, type GuestJoinOptions, type JoinedSpace } from '../../../src/replication/joining/guestJoin.ts'
import { hostJoin, type HostJoinOptions } from '../../../src/replication/joining/hostJoin.ts'
import type { Ask } from '../../../src/replication/joining/joinMessages.ts'
import { idBytes } from '../../../src/shared/ids.ts'
import { fail, ok, type Result } from '../../../src/shared/result.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createTestSpace, type TestSpace } from '../documents/createTestSpace.ts'
import { createPerson } from '../access/people.ts'
import { connect } from './handshakeFixtures.ts'

const secret = new Uint8Array(16).fill(44)

/** A space with a host, and a guest with a link to it. */
export async function createJoinTest(world: TestSpace | undefined = undefined) {
  const space = world ?? (await createTestSpace())
  const { crypto, clock, log, keyRing } = space
  const keys = await deriveInvitationKeys(crypto, secret)
  const guest = await createPerson(crypto)
  const invitation = { kind: 'space', secret, target: invitationTarget(crypto, idBytes(space.space)) } as Invitation
  const stored: JoinedSpace[] = []
  const asked: Ask[] = []

  async function admitGuest(ask: Ask): Promise<Result<void, 'malformed'>> {
    asked.push(ask)
    const admission = await createAdmission({
      crypto,
      log,
      signer: space.alice,
      admit: { records: ask.records, role: 'editor', name: ask.name, invitationId: keys.signing.publicKey, consent: ask.consent },
    })
    return (await log.add(admission)).ok ? ok(undefined) : fail('malformed')
  }
  const hostOptions: HostJoinOptions = {
    crypto,
    clock,
    random: createSeededRandom('host'),
    identity: space.alice,
    ownName: 'Alice',
    space: space.space,
    log,
    keyRing,
    invitationId: keys.signing.publicKey,
    preSharedKey: joinPsk(crypto, keys.rendezvousKey),
    content: () => [],
    admit: admitGuest,
  }
  const guestOptions: GuestJoinOptions = {
    crypto,
    clock,
    random: createSeededRandom('guest'),
    identity: guest,
    name: 'Gül',
    invitation,
    keys,
    onAnswer: () => {},
    store: async (joined) => void stored.push(joined),
  }

  async function meet(
    host: Partial<HostJoinOptions> = {},
    visitor: Partial<GuestJoinOptions> = {},
    prepare?: (swarm: MemorySwarm) => void,
  ) {
    const { ends } = await connect(clock, prepare)
    return settle(Promise.all([hostJoin(ends[0], { ...hostOptions, ...host }), guestJoin(ends[1], { ...guestOptions, ...visitor })]))
  }

  async function settle<T>(promise: Promise<T>): Promise<T> {
    let done = false
    void promise.then(() => (done = true))
    await clock.runUntil(() => done, 300_000)
    return promise
  }
  return { world: space, crypto, clock, log, keys, guest, invitation, stored, asked, hostOptions, guestOptions, meet, settle }
}

export const nameOf = (result: Result<JoinedSpace, GuestFault>): string =>
  result.ok ? 'ok' : result.error.kind === 'link' ? result.error.fault : result.error.reason
