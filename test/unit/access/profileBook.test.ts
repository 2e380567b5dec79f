import { describe, expect, it } from 'vitest'
import { createDeviceAddition } from '../../../src/access/making/createDeviceAddition.ts'
import { createRevocation } from '../../../src/access/making/createEnd.ts'
import { createProfileBook, type ProfileBook } from '../../../src/access/profileBook.ts'
import { createProfileRecord } from '../../../src/identity/profileRecord.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import { createDevice, createPerson, found, seededCrypto } from './people.ts'

/** A space of alice with two devices, and a book of it. */
async function createTest() {
  const world = await found(seededCrypto())
  const { crypto, log, alice } = world
  const second = await createDevice(crypto, { ...alice.signing, publicKey: alice.record.identity }, alice.signing)
  const book = createProfileBook({ crypto, log })
  async function addSecond(): Promise<void> {
    const signer = { deviceId: alice.deviceId, signing: alice.signing }
    for (const operation of await createDeviceAddition({ log, identity: alice.id, signer, record: second.record })) await log.add(operation)
  }
  const write = async (by: LocalIdentity, counter: number, name: string) => (await createProfileRecord(crypto, by, counter, { name })).bytes
  const shown = (of: ProfileBook = book): string | undefined => of.state.get().get(alice.id)?.name
  return { ...world, second, book, addSecond, write, shown }
}

describe('the profiles of a space', () => {
  it('are shown by the greatest counter over the devices of a person, in whatever order they come', async () => {
    const { crypto, log, alice, second, book, addSecond, write, shown } = await createTest()
    await addSecond()
    const records = [await write(alice, 1, 'one'), await write(second, 2, 'two'), await write(alice, 3, 'three')]
    for (const record of records) expect(await book.add(record)).toEqual({ ok: true, value: 'added' })
    expect(shown()).toBe('three')
    const backwards = createProfileBook({ crypto, log })
    const outcomes = []
    for (const record of records.toReversed()) outcomes.push(await backwards.add(record))
    expect(outcomes.map((outcome) => outcome.ok && outcome.value)).toEqual(['added', 'added', 'older'])
    expect(shown(backwards)).toBe('three')
    expect(await book.add(records[2]!)).toEqual({ ok: true, value: 'known' })
  })

  it('refuse those of a stranger, of a device the log does not know yet, and forged ones', async () => {
    const { crypto, alice, second, book, addSecond, write, shown } = await createTest()
    const stranger = await createPerson(crypto)
    expect(await book.add(await write(stranger, 1, 'Mallory'))).toEqual({ ok: false, error: 'unknown-device' })
    // A stranger's device that claims to be of alice.
    const claimed = { ...stranger, record: { ...stranger.record, identity: alice.record.identity } }
    expect(await book.add(await write(claimed, 1, 'Mallory'))).toEqual({ ok: false, error: 'unknown-device' })
    // Alice's device named, signed by the stranger.
    const forged = { ...alice, signing: stranger.signing }
    expect(await book.add(await write(forged, 9, 'Mallory'))).toEqual({ ok: false, error: 'signature' })
    expect(await book.add(new Uint8Array(3))).toEqual({ ok: false, error: 'format' })
    const early = await write(second, 1, 'Alice')
    expect(book.isWanted(second.deviceId, { counter: 1, id: new Uint8Array(32) })).toBe(undefined)
    expect(await book.add(early)).toEqual({ ok: false, error: 'unknown-device' })
    await addSecond()
    expect(await book.add(early)).toEqual({ ok: true, value: 'added' })
    expect(shown()).toBe('Alice')
  })

  it('stop counting with the device that signed them, and then show what the others signed', async () => {
    const { log, alice, second, book, addSecond, write, shown } = await createTest()
    await addSecond()
    await book.add(await write(alice, 1, 'Alice'))
    await book.add(await write(second, 2 ** 40, 'Thief'))
    expect(shown()).toBe('Thief')
    const signer = { deviceId: alice.deviceId, signing: alice.signing }
    for (const operation of await createRevocation({ log, identity: alice.id, signer, device: second.deviceId, blocks: [] }))
      await log.add(operation)
    expect(shown()).toBe('Alice')
    expect(book.records()).toHaveLength(1)
    expect(await book.add(await write(second, 2 ** 40, 'Thief again'))).toEqual({ ok: false, error: 'unknown-device' })
  })

  it('stay as they were when the only device that signed one is shut out, until another has, whatever its counter', async () => {
    const { crypto, log, alice, second, book, addSecond, write, shown } = await createTest()
    await addSecond()
    await book.add(await write(second, 7, 'Alice'))
    const signer = { deviceId: alice.deviceId, signing: alice.signing }
    for (const operation of await createRevocation({ log, identity: alice.id, signer, device: second.deviceId, blocks: [] }))
      await log.add(operation)
    expect(shown()).toBe('Alice')
    expect(book.records()).toEqual([])
    // Nobody takes from it what it signs afterwards.
    expect(await book.add(await write(second, 8, 'Thief'))).toEqual({ ok: false, error: 'unknown-device' })
    expect(shown()).toBe('Alice')
    await book.add(await write(alice, 1, 'Alice, signed again'))
    expect(shown()).toBe('Alice, signed again')
    // One who comes later has only what live devices signed.
    const later = createProfileBook({ crypto, log })
    for (const { bytes } of book.records()) await later.add(bytes)
    expect(shown(later)).toBe('Alice, signed again')
  })

  it('tell of each record added, and not of those restored from disk', async () => {
    const { crypto, alice, book, write, shown } = await createTest()
    const told: string[] = []
    book.onAdded(({ name }) => told.push(name))
    book.restore(await createProfileRecord(crypto, alice, 1, { name: 'stored' }))
    expect(shown()).toBe('stored')
    await book.add(await write(alice, 2, 'new'))
    await book.add(await write(alice, 1, 'old'))
    expect(told).toEqual(['new'])
  })
})
