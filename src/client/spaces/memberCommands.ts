import { EchoError } from '../../shared/echoError.ts'
import { idBytes, toId, type DeviceId, type IdentityId } from '../../shared/ids.ts'
import type { RootKey } from '../../identity/rootKey.ts'
import { createPromotion } from '../../access/making/createAdmission.ts'
import { createAdmissionEnd, createLeave, createRemoval, createRevocation } from '../../access/making/createEnd.ts'
import type { Admission } from '../../access/judgedOperation.ts'
import type { Role } from '../../access/membershipLog.ts'
import { roleCode } from '../../access/roleCode.ts'
import { parseFeedKey } from '../../feed/feedKey.ts'
import type { EchoPorts } from '../echo.ts'
import type { OpenSpace } from './openSpace.ts'

/** What members do about each other in one space. Each resolves when it is stored here and, where somebody lost a right, a new key is made. */
export interface MemberCommands {
  removeMember(member: string): Promise<void>
  setRole(member: string, role: Role): Promise<void>
  leave(): Promise<void>
  /** Takes admissions back that this device stands above; what came of their devices stays. */
  endAdmissions(admissions: readonly Admission[]): Promise<void>
  /** Shuts a device of one's own out of this space, in the name of the phrase where that is on this device; nothing where it is not in it. */
  revokeDevice(device: DeviceId, root: RootKey | undefined): Promise<void>
}

export function createMemberCommands({ crypto }: Pick<EchoPorts, 'crypto'>, open: OpenSpace): MemberCommands {
  const { log, graph, documents, identity, rotation } = open
  const author = { log, signer: identity }

  /** The newest standing blocks of some devices: all that is seen of theirs stays. */
  function blocksOf(devices: readonly DeviceId[]): readonly Uint8Array[] {
    const heads = graph.heads().filter(({ feed }) => devices.includes(toId<DeviceId>(parseFeedKey(feed)!.device)))
    return heads.slice(0, maxKeptBlocks).map(({ id }) => idBytes(id))
  }

  function find(member: string) {
    const found = log.state.get().members.get(member as IdentityId)
    if (found === undefined) {
      throw new EchoError('bad-value', 'This is no member of the space. Pass the identity of one, as space.members names it.', {
        details: { member },
      })
    }
    return { ...found, blocks: blocksOf(found.devices.map(({ sign }) => toId<DeviceId>(sign))) }
  }

  async function addAll(operations: readonly Uint8Array[]): Promise<void> {
    for (const operation of operations) {
      const added = await log.add(operation)
      if (!added.ok)
        throw new EchoError('not-authorised', `The change breaks a rule of the space (${added.error}), so nobody would follow it.`)
    }
    await rotation.rotate()
    await open.operationsStored()
  }

  return {
    async removeMember(member) {
      documents.tick()
      const { identity: id, blocks } = find(member)
      await addAll([await createRemoval({ ...author, identity: id, blocks })])
    },
    async setRole(member, role) {
      documents.tick()
      const { identity: id, role: before, blocks } = find(member)
      if (role === before) return
      if (roleCode(role) < roleCode(before)) return addAll([await createPromotion({ crypto, ...author, identity: id, role })])
      const higher = log.admissionsOf(id).filter((admission) => roleCode(admission.role) < roleCode(role))
      const has = log.admissionsOf(id).some((admission) => admission.role === role)
      // Before the lower role is given, because that alone would change nothing and could not be taken back.
      for (const admission of higher) await createAdmissionEnd({ ...author, admission, blocks })
      if (!has) await addAll([await createPromotion({ crypto, ...author, identity: id, role })])
      for (const admission of higher) await addAll([await createAdmissionEnd({ ...author, admission, blocks })])
    },
    async endAdmissions(admissions) {
      documents.tick()
      const ends = admissions.map((admission) =>
        createAdmissionEnd({ ...author, admission, blocks: blocksOf(admission.entries.map(({ device }) => device)) }),
      )
      await addAll(await Promise.all(ends))
    },
    async leave() {
      // What was written goes out first, also what waits for a key: nothing can be cut afterwards.
      await rotation.rotate()
      await documents.flush()
      await addAll(await createLeave({ ...author, blocks: blocksOf([identity.deviceId]) }))
    },
    async revokeDevice(device, root) {
      if (log.entriesOf(identity.id, device).length === 0) return
      documents.tick()
      const signer = root === undefined ? identity : { deviceId: 'root' as const, signing: root.signing }
      await addAll(await createRevocation({ log, identity: identity.id, signer, device, blocks: blocksOf([device]) }))
    },
  }
}

/** As many as an end may name. */
const maxKeptBlocks = 1024
