import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeAdmitBody } from '../../../src/access/bodies/admitBody.ts'
import { encodeEpochBody } from '../../../src/access/bodies/epochBody.ts'
import { createAdmission } from '../../../src/access/making/createAdmission.ts'
import { createMembershipLog } from '../../../src/access/createMembershipLog.ts'
import type { Role } from '../../../src/access/membershipLog.ts'
import { decodeOperation, operationKinds, signOperation, type EntryReference } from '../../../src/access/operation.ts'
import type { OperationLog } from '../../../src/access/operationLog.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import { toHex } from '../../../src/shared/bytes.ts'
import { idBytes, type SpaceId } from '../../../src/shared/ids.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { consentTo, createPerson, found, seededCrypto } from './people.ts'

interface History {
  readonly space: SpaceId
  /** Well-formed and malformed ones, each after its parents. */
  readonly operations: readonly Uint8Array[]
  readonly log: OperationLog
  readonly people: readonly LocalIdentity[]
}

/** A random history of a few people, some of whom claim what they may not, build on old or bad operations, or forge. */
async function createHistory(seed: number): Promise<History> {
  const random = createSeededRandom(seed)
  const { crypto, space, genesis, log, alice } = await found(seededCrypto(seed))
  const people = [alice]
  for (let i = 0; i < 4; i++) people.push(await createPerson(crypto))
  const idOf = (operation: Uint8Array): Uint8Array => {
    const decoded = decodeOperation(crypto, operation)
    if (!decoded.ok) throw new Error(decoded.error)
    return decoded.value.id
  }
  const operations = [genesis]
  const ids = [idOf(genesis)]
  const entries: { person: LocalIdentity; as: EntryReference }[] = [{ person: alice, as: { operation: ids[0]!, index: 0 } }]
  const roles: readonly Role[] = ['owner', 'admin', 'admin', 'editor', 'reader']

  for (let i = 0; i < 14; i++) {
    const { person, as } = random.pick(entries)
    const guest = random.pick(people)
    const isAdmission = random.chance(0.7)
    const consent = await consentTo(crypto, space, random.chance(0.95) ? guest : random.pick(people))
    const keyId = crypto.randomBytes(32)
    const body = isAdmission
      ? encodeAdmitBody({
          role: random.pick(roles),
          name: String(i),
          devices: [{ listed: true, record: guest.record }],
          consenter: 0,
          ...consent,
        })
      : encodeEpochBody({
          keyId,
          oneTimeKey: keyId,
          recipients: [{ device: guest.record.sign, sealed: new Uint8Array(48) }],
          previous: [],
        })
    const parents = random.chance(0.6) ? log.heads() : random.shuffle(ids).slice(0, 1 + random.below(3))
    const signed = await signOperation(random.chance(0.95) ? person.signing : random.pick(people).signing, {
      space: idBytes(space),
      kind: random.chance(0.05) ? 12 + random.below(3) : isAdmission ? operationKinds.admit : operationKinds.epoch,
      as,
      by: person.record.sign,
      parents: [...new Map(parents.map((parent) => [toHex(parent), parent])).values()],
      body,
    })
    await log.add(signed)
    operations.push(signed)
    ids.push(idOf(signed))
    if (isAdmission) entries.push({ person: guest, as: { operation: idOf(signed), index: 0 } })
  }
  return { space, operations, log, people }
}

/** All that a log says of its set of operations. */
function picture(log: OperationLog, people: readonly LocalIdentity[]): unknown {
  return {
    state: log.state.get(),
    heads: log.heads(),
    operations: log.operations().map(toHex).sort(),
    epochs: log
      .epochs()
      .map(({ operation, usable }) => `${toHex(operation)} ${usable}`)
      .sort(),
    writers: people.map((person) => log.isWriter(person.id, person.deviceId)),
    roles: people.map((person) => log.roleAt(log.heads(), person.id, person.deviceId)),
    entries: people.map((person) => log.signingEntry(person.id, person.deviceId, 'reader')),
  }
}

describe('the state of a log', () => {
  it('is the same whatever the order in which the operations came', async () => {
    const crypto = seededCrypto()
    let wellFormed = 0
    let refused = 0
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (seed, orderSeed) => {
        const { space, operations, log, people } = await createHistory(seed)
        const other = createMembershipLog({ crypto, space })
        const order = createSeededRandom(orderSeed).shuffle(operations)
        for (const operation of order) await other.add(operation)
        expect(picture(other, people)).toEqual(picture(log, people))
        // A second round says of each what the first log says of it, whatever was held meanwhile.
        for (const operation of operations) {
          const again = await other.add(operation)
          expect(again).toEqual(await log.add(operation))
        }
        wellFormed += log.operations().length
        refused += operations.length - log.operations().length
      }),
      { numRuns: 150 },
    )
    // The histories must hold enough of both for the comparison to mean something.
    expect(wellFormed).toBeGreaterThan(750)
    expect(refused).toBeGreaterThan(300)
  }, 60_000)

  it('takes the name of the same one of two equal admissions, whichever came first', async () => {
    const founded = await found()
    const { crypto, space, log, alice, genesis } = founded
    const guest = await createPerson(crypto)
    const create = async (name: string) =>
      createAdmission({
        crypto,
        log,
        signer: alice,
        admit: { records: [guest.record], role: 'editor', name, ...(await consentTo(crypto, space, guest)) },
      })
    const both = [await create('First'), await create('Second')]
    const names = []
    for (const order of [both, both.toReversed()]) {
      const other = createMembershipLog({ crypto, space })
      for (const operation of [genesis, ...order]) await other.add(operation)
      names.push(other.state.get().members.get(guest.id)?.name)
    }
    expect(names[0]).toBeDefined()
    expect(names[1]).toBe(names[0])
  })

  it('is not moved by evaluating between the operations', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const { space, operations, log, people } = await createHistory(seed)
      const other = createMembershipLog({ crypto: seededCrypto(), space })
      for (const operation of operations) {
        await other.add(operation)
        picture(other, people)
      }
      expect(picture(other, people)).toEqual(picture(log, people))
    }
  })
})
