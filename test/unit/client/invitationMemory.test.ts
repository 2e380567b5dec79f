import { describe, expect, it } from 'vitest'
import { createInvitationMemory, type Remembered } from '../../../src/client/invitations/invitationMemory.ts'
import {
  maxDenied,
  maxGuests,
  putInvitation,
  readInvitation,
  readInvitations,
  type InvitationRecord,
} from '../../../src/client/invitations/invitationRecord.ts'
import { createMemoryStorage } from '../../../src/storage/memory/memoryStorage.ts'
import { toHex, utf8 } from '../../../src/shared/bytes.ts'
import { fail, ok } from '../../../src/shared/result.ts'
import { toId, type SpaceId } from '../../../src/shared/ids.ts'
import { createPerson, seededCrypto } from '../access/people.ts'

const nothing: Remembered = { wrong: 0, guests: new Map(), revoked: false }

function createTest(initial = nothing) {
  const written: Remembered[] = []
  let failing = false
  const memory = createInvitationMemory(initial, async (next) => {
    if (failing) throw new Error('full')
    written.push(next)
  })
  return { memory, written, fail: (now: boolean) => (failing = now) }
}

describe('what a host remembers of codes', () => {
  it('is on the disk before a verdict is given', async () => {
    const { memory, written } = createTest()
    expect(await memory.judgeCode('a', () => false)).toEqual(ok(2))
    expect(written.map(({ wrong }) => wrong)).toEqual([1])
    expect(await memory.judgeCode('b', () => true)).toEqual(ok('right'))
    expect(written.at(-1)!.guests.get('b')).toEqual({ passed: true })
  })

  it('judges three of ten that come at once, one after the other', async () => {
    const { memory } = createTest()
    let looked = 0
    const verdicts = await Promise.all(Array.from({ length: 10 }, (_, i) => memory.judgeCode(`guest ${i}`, () => ++looked < 0)))
    expect(looked).toBe(3)
    expect(verdicts).toEqual([ok(2), ok(1), ok(0), ...Array.from({ length: 7 }, () => fail('used-up'))])
  })

  it('does not look at a code any more after three wrong ones, whoever comes, and goes on from what a disk says', async () => {
    const { memory } = createTest({ ...nothing, wrong: 2 })
    expect(await memory.judgeCode('a', () => false)).toEqual(ok(0))
    expect(await memory.judgeCode('b', () => expect.fail('looked at the code'))).toEqual(fail('used-up'))
  })

  it('gives no verdict, right or wrong, that the disk does not take', async () => {
    const test = createTest()
    test.fail(true)
    for (const isRight of [true, false]) await expect(test.memory.judgeCode('a', () => isRight)).rejects.toThrow('full')
    test.fail(false)
    expect(await test.memory.judgeCode('a', () => false)).toEqual(ok(2))
  })

  it('counts nothing against a guest that has shown it before', async () => {
    const { memory } = createTest({ ...nothing, guests: new Map([['a', { passed: true }]]) })
    for (let i = 0; i < 5; i++) expect(await memory.judgeCode('a', () => false)).toEqual(ok(3))
    expect(await memory.judgeCode('a', () => true)).toEqual(ok('right'))
  })

  it('is of 64 guests at most; those it knows may come again', async () => {
    const guests = new Map(Array.from({ length: maxGuests }, (_, i) => [`guest ${i}`, { passed: true }]))
    const { memory } = createTest({ ...nothing, guests })
    expect([memory.hasRoomFor('guest 7'), memory.hasRoomFor('another')]).toEqual([true, false])
    await memory.forget('guest 7')
    expect(memory.hasRoomFor('another')).toBe(true)
  })
})

it('a guest that was turned away takes nobody the place, and is remembered though many were', async () => {
  const memory = createInvitationMemory({ wrong: 0, guests: new Map(), revoked: false }, async () => {})
  for (let i = 0; i < maxDenied; i++) await memory.note(`mel ${i}`, { decision: 'denied' })
  expect(memory.hasRoomFor('gül')).toBe(true)
  expect([memory.current().guests.size, memory.current().guests.get('mel 0')?.decision]).toEqual([maxDenied, 'denied'])
  await memory.note('gül', { decision: 'approved' })
  await memory.note('one more', { decision: 'denied' })
  expect(memory.current().guests.get('gül')?.decision).toBe('approved')
  expect([memory.current().guests.has('mel 0'), memory.current().guests.get('one more')?.decision]).toEqual([false, 'denied'])
})

describe('the record of an invitation', () => {
  const space = toId<SpaceId>(new Uint8Array(32).fill(5))
  const id = new Uint8Array(32).fill(6)
  const record: InvitationRecord = {
    id,
    text: 'the text of the link',
    code: '048215',
    role: 'reader',
    uses: 5,
    approval: true,
    delegated: false,
    sent: true,
    expiresAt: 1_800_000_000_000,
    wrong: 2,
    guests: new Map([['aa', { passed: true, decision: 'denied' as const }]]),
    revoked: true,
  }
  async function createDisk() {
    const crypto = seededCrypto('records')
    const [owner, other] = [await createPerson(crypto), await createPerson(crypto)]
    const storage = createMemoryStorage()
    await storage.open()
    const row = await putInvitation(crypto, owner, space, record)
    await storage.write({ putKeys: [row] }, 'strict')
    return { crypto, owner, other, storage, row }
  }

  it('is read as it was written, by its own device only', async () => {
    const { crypto, owner, other, storage } = await createDisk()
    expect(await readInvitations(crypto, owner, space, storage)).toEqual([record])
    expect(await readInvitation(crypto, owner, space, storage, id)).toEqual(record)
    expect(await readInvitations(crypto, other, space, storage)).toEqual([])
    expect(await readInvitations(crypto, owner, toId<SpaceId>(id), storage)).toEqual([])
  })

  it('holds neither link nor code in plain text', async () => {
    const { row } = await createDisk()
    const bytes = Object.values(row.value as Record<string, unknown>).flatMap((value) =>
      value instanceof Uint8Array ? [toHex(value)] : [JSON.stringify(value)],
    )
    for (const secret of [record.text, record.code!]) {
      expect(bytes.join(' ')).not.toContain(secret)
      expect(bytes.join(' ')).not.toContain(toHex(utf8(secret)))
    }
  })

  it.each<[string, Record<string, unknown>]>([
    ['another role', { role: 'owner' }],
    ['no number of uses', { uses: '5' }],
    ['a negative count', { wrong: -1 }],
    ['a part of a number', { expiresAt: 1.5 }],
    ['nothing sealed', { sealed: undefined }],
    ['something else sealed', { sealed: new Uint8Array(40) }],
  ])('with %s is none', async (_name, damage) => {
    const { crypto, owner, storage, row } = await createDisk()
    await storage.write({ putKeys: [{ key: row.key, value: { ...(row.value as object), ...damage } }] }, 'strict')
    expect(await readInvitations(crypto, owner, space, storage)).toEqual([])
  })

  it('leaves out guests that are none', async () => {
    const { crypto, owner, storage, row } = await createDisk()
    const guests = [
      ['aa', { passed: true }],
      'bb',
      ['cc'],
      ['dd', { passed: 1 }],
      [5, { passed: true }],
      ['ee', { passed: true, decision: 'x' }],
    ]
    await storage.write({ putKeys: [{ key: row.key, value: { ...(row.value as object), guests } }] }, 'strict')
    expect([...(await readInvitation(crypto, owner, space, storage, id))!.guests.keys()]).toEqual(['aa'])
  })
})
