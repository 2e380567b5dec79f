import { describe, expect, it } from 'vitest'
import { createLeave, createRemoval } from '../../../src/access/making/createEnd.ts'
import { createEpoch } from '../../../src/access/making/createEpoch.ts'
import { createKeyRing } from '../../../src/access/keys/createKeyRing.ts'
import { createMembershipLog } from '../../../src/access/createMembershipLog.ts'
import { createKeyRotation } from '../../../src/access/keys/keyRotation.ts'
import { openEpochs } from '../../../src/access/keys/openEpochs.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { admit, createPerson, found, seededCrypto } from './people.ts'

/** alice owns; bob is an editor, rita reads. Each has a device with a log of its own. */
async function createTest() {
  const founded = await found(seededCrypto(11))
  const { crypto, space, alice } = founded
  const [bob, rita] = [await createPerson(crypto), await createPerson(crypto)]
  await admit(founded, alice, bob, 'editor')
  await admit(founded, alice, rita, 'reader')
  const clock = createSimulatedClock()
  const faults: unknown[] = []

  async function device(identity: LocalIdentity, hasToSeal: boolean) {
    const log = createMembershipLog({ crypto, space })
    for (const operation of founded.log.operations()) await log.add(operation)
    const keyRing = createKeyRing({ crypto, log })
    const options = { crypto, clock, random: createSeededRandom(identity.id), identity, log, keyRing }
    const rotation = createKeyRotation({ ...options, hasToSeal: () => hasToSeal, onFault: (fault) => faults.push(fault) })
    const learn = async (operations: readonly Uint8Array[]) => {
      for (const operation of operations) await log.add(operation)
      await openEpochs({ crypto, log, keyRing, identity })
    }
    return { log, keyRing, rotation, learn, identity }
  }
  const first = createKeyRing({ crypto, log: founded.log })
  await founded.log.add((await createEpoch({ crypto, log: founded.log, signer: alice, keyRing: first })).operation)
  const devices = { alice: await device(alice, true), bob: await device(bob, true), rita: await device(rita, true) }
  for (const each of Object.values(devices)) await each.learn([])
  return { ...devices, clock, faults, device }
}

type Device = Awaited<ReturnType<typeof createTest>>['alice']

async function remove({ log, identity }: Device, other: Device): Promise<void> {
  await log.add(await createRemoval({ log, signer: identity, identity: other.identity.id, blocks: [] }))
}

describe('a new key', () => {
  it('is made at once by who removed somebody, and the removed device opens it with nothing that it has', async () => {
    const { alice, bob, rita } = await createTest()
    const former = alice.keyRing.newest()!
    await remove(alice, bob)
    expect(alice.keyRing.newest()).toBeUndefined()
    await alice.rotation.rotate()
    const newest = alice.keyRing.newest()!
    expect(newest.id).not.toEqual(former.id)
    for (const other of [bob, rita]) await other.learn(alice.log.operations())
    expect(rita.keyRing.newest()?.id).toEqual(newest.id)
    expect(bob.keyRing.get(newest.id)).toBeUndefined()
    expect(bob.keyRing.get(former.id)).toBeDefined()
    expect(bob.keyRing.newest()).toBeUndefined()
  })

  it('is made by a writer within two seconds where the author of an end does not, never by a reader or the removed one', async () => {
    const { alice, bob, rita, clock, faults } = await createTest()
    for (const operation of await createLeave({ log: bob.log, signer: bob.identity, blocks: [] })) {
      for (const { log } of [bob, rita]) await log.add(operation)
    }
    await clock.run(20_000)
    expect([bob, rita].map(({ log }) => log.epochs().length)).toEqual([1, 1])
    await alice.learn(bob.log.operations())
    expect(alice.keyRing.newest()).toBeUndefined()
    await clock.run(2_100)
    expect(alice.keyRing.newest()).toBeDefined()
    expect(faults).toEqual([])
  })

  it('is left to others by who has nothing to seal, for some seconds', async () => {
    const { alice, bob, device, clock } = await createTest()
    const idle = await device(alice.identity, false)
    alice.rotation.dispose()
    await idle.learn([])
    await remove(idle, bob)
    await clock.run(7_000)
    expect(idle.keyRing.newest()).toBeUndefined()
    await clock.run(4_000)
    expect(idle.keyRing.newest()).toBeDefined()
  })

  it('is not made where a usable one exists that was not handed over yet', async () => {
    const { alice, bob, device, clock } = await createTest()
    await remove(alice, bob)
    await alice.rotation.rotate()
    const late = await device(alice.identity, true)
    alice.rotation.dispose()
    for (const operation of alice.log.operations()) await late.log.add(operation)
    await clock.run(20_000)
    expect(late.log.epochs()).toHaveLength(2)
  })

  it('covers both where two made one at the same time for different ends', async () => {
    const { alice, bob, rita, clock } = await createTest()
    await remove(alice, bob)
    await alice.rotation.rotate()
    for (const operation of await createLeave({ log: rita.log, signer: rita.identity, blocks: [] })) await alice.learn([operation])
    expect(alice.keyRing.newest()).toBeUndefined()
    await clock.run(2_100)
    const { recipients } = alice.log.epochs().at(-1)!
    expect(alice.keyRing.newest()).toBeDefined()
    expect(recipients).toHaveLength(1)
  })
})
