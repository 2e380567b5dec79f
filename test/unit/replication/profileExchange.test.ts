import { describe, expect, it } from 'vitest'
import { createMembershipLog } from '../../../src/access/createMembershipLog.ts'
import { createProfileBook, type ProfileBook } from '../../../src/access/profileBook.ts'
import { createProfileRecord, type ProfileRecord } from '../../../src/identity/profileRecord.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import type { Link } from '../../../src/replication/link/link.ts'
import { decodeLinkMessage, encodeLinkMessage, type LinkMessage } from '../../../src/replication/link/linkMessages.ts'
import { createProfileExchange, maxProfileRate, type ProfileExchange } from '../../../src/replication/presence/profileExchange.ts'
import type { OperationLog } from '../../../src/access/operationLog.ts'
import { createSimulatedClock, type SimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { admit, createPerson, found, type Founded } from '../access/people.ts'

type Sent = Exclude<LinkMessage, { type: 'unknown' }>

interface Station {
  readonly book: ProfileBook
  readonly exchange: ProfileExchange
  readonly log: OperationLog
  foreign: number
  /** Types of all messages that came. */
  readonly heard: string[]
}

function createStation(world: Founded & { clock: SimulatedClock }, log: OperationLog = world.log): Station {
  const { crypto, clock } = world
  const book = createProfileBook({ crypto, log })
  return { book, log, exchange: createProfileExchange({ crypto, clock, log, book }), foreign: 0, heard: [] }
}

async function receive(station: Station, link: Link, message: LinkMessage): Promise<void> {
  station.heard.push(message.type)
  if (message.type === 'profile-heads') station.exchange.onHeads(link, message.heads)
  if (message.type === 'profile-want') station.exchange.onWant(link, message.ids)
  if (message.type === 'profiles') station.foreign += await station.exchange.onProfiles(link, message.records)
}

/** Links two stations; every message goes through its bytes and takes 10 ms. */
function join(clock: SimulatedClock, a: Station, b: Station): () => void {
  const end = (to: Station, back: () => Link): Link =>
    ({
      send(message: Sent) {
        const decoded = decodeLinkMessage(encodeLinkMessage(message))
        if (!decoded.ok) throw new Error(decoded.error)
        clock.after(10, () => void receive(to, back(), decoded.value))
      },
    }) as unknown as Link
  const toB: Link = end(b, () => toA)
  const toA: Link = end(a, () => toB)
  a.exchange.onLink(toB)
  b.exchange.onLink(toA)
  return () => {
    a.exchange.onUnlink(toB)
    b.exchange.onUnlink(toA)
  }
}

/** A link to a peer whose messages the test makes. */
function manualLink(): { link: Link; sent: Sent[] } {
  const sent: Sent[] = []
  return { link: { send: (message: Sent) => sent.push(message) } as unknown as Link, sent }
}

async function createTest() {
  const founded = await found()
  const world = { ...founded, clock: createSimulatedClock() }
  const bob = await createPerson(world.crypto)
  await admit(world, world.alice, bob, 'editor')
  const sign = (by: LocalIdentity, counter: number, name: string): Promise<ProfileRecord> =>
    createProfileRecord(world.crypto, by, counter, { name, picture: new Uint8Array(16_000) })
  const names = (station: Station): string[] => [...station.book.state.get().values()].map(({ name }) => name).sort()
  return { ...world, bob, sign, names }
}

describe('the exchange of profiles', () => {
  it('brings each what the other holds when a link comes up, and what is signed later', async () => {
    const world = await createTest()
    const { clock, alice, bob, sign, names } = world
    const [a, b] = [createStation(world), createStation(world)]
    await a.book.add((await sign(alice, 1, 'Alice')).bytes)
    await b.book.add((await sign(bob, 1, 'Bob')).bytes)
    join(clock, a, b)
    await clock.run(5_000)
    expect([names(a), names(b)]).toEqual([
      ['Alice', 'Bob'],
      ['Alice', 'Bob'],
    ])
    await b.book.add((await sign(bob, 2, 'Robert')).bytes)
    await clock.run(5_000)
    expect(names(a)).toEqual(['Alice', 'Robert'])
    expect(a.foreign + b.foreign).toBe(0)
  })

  it('goes through those between, and sends a record once to each, however many links there are', async () => {
    const world = await createTest()
    const { clock, alice, sign, names } = world
    const stations = Array.from({ length: 5 }, () => createStation(world))
    for (const [i, one] of stations.entries()) for (const other of stations.slice(i + 1)) join(clock, one, other)
    await stations[0]!.book.add((await sign(alice, 1, 'Alice')).bytes)
    await clock.run(10_000)
    for (const station of stations) expect(names(station)).toEqual(['Alice'])
    expect(stations.flatMap(({ heard }) => heard.filter((type) => type === 'profiles'))).toHaveLength(4)
  })

  it('says nothing where nobody has signed a profile', async () => {
    const world = await createTest()
    const [a, b] = [createStation(world), createStation(world)]
    join(world.clock, a, b)
    await world.clock.run(60_000)
    expect([...a.heard, ...b.heard]).toEqual([])
  })

  it('asks for a record when the log comes to know its device', async () => {
    const world = await createTest()
    const { clock, crypto, space, log, genesis, bob, sign, names } = world
    const late = createMembershipLog({ crypto, space })
    await late.add(genesis)
    const [a, b] = [createStation(world, late), createStation(world)]
    await b.book.add((await sign(bob, 1, 'Bob')).bytes)
    join(clock, a, b)
    await clock.run(1_000)
    expect(names(a)).toEqual([])
    for (const operation of log.operations()) await late.add(operation)
    await clock.run(1_000)
    expect(names(a)).toEqual(['Bob'])
  })

  it('asks another peer where the first does not answer, or goes', async () => {
    const world = await createTest()
    const { clock, alice, sign } = world
    const record = await sign(alice, 1, 'Alice')
    const station = createStation(world)
    const [first, second, third] = [manualLink(), manualLink(), manualLink()]
    for (const { link } of [first, second, third]) {
      station.exchange.onLink(link)
      station.exchange.onHeads(link, [record])
    }
    expect([first, second, third].map(({ sent }) => sent.length)).toEqual([1, 0, 0])
    await clock.run(10_001)
    expect([first, second, third].map(({ sent }) => sent.length)).toEqual([1, 1, 0])
    station.exchange.onUnlink(second.link)
    expect(third.sent).toEqual([{ type: 'profile-want', ids: [record.id] }])
    expect(await station.exchange.onProfiles(third.link, [record.bytes])).toBe(0)
    await clock.run(60_000)
    expect(
      [first, second].map(({ sent }) => sent.length),
      'who holds it is neither asked again nor told',
    ).toEqual([1, 1])
  })

  it('counts what was not asked for and what is forged, and takes neither', async () => {
    const world = await createTest()
    const { alice, bob, sign, names } = world
    const station = createStation(world)
    const { link } = manualLink()
    station.exchange.onLink(link)
    const unasked = await sign(alice, 1, 'Alice')
    expect(await station.exchange.onProfiles(link, [unasked.bytes, new Uint8Array(3)])).toBe(2)
    const forged = await sign({ ...bob, signing: alice.signing }, 2, 'Mallory')
    station.exchange.onHeads(link, [forged])
    expect(await station.exchange.onProfiles(link, [forged.bytes])).toBe(1)
    expect(names(station)).toEqual([])
    expect(await station.exchange.onProfiles(link, [Uint8Array.of(2, 0)]), 'of a newer version').toBe(0)
  })

  it('asks for made-up records at a bounded rate, once each, and remembers no more than it may', async () => {
    const world = await createTest()
    const { clock, alice, bob } = world
    const station = createStation(world)
    const { link, sent } = manualLink()
    station.exchange.onLink(link)
    for (let counter = 1; counter <= 2_000; counter++) {
      const id = new Uint8Array(32).fill(counter % 251)
      station.exchange.onHeads(link, [
        { device: alice.deviceId, counter, id },
        { device: bob.deviceId, counter, id },
      ])
    }
    const asked = (): number => sent.reduce((sum, message) => sum + (message.type === 'profile-want' ? message.ids.length : 0), 0)
    expect(asked()).toBeLessThanOrEqual(maxProfileRate.burst)
    await clock.run(60_000)
    expect(asked()).toBeLessThanOrEqual(maxProfileRate.burst + 60 * maxProfileRate.perSecond)
  })

  it('sends a record once over a link, however often it is asked for', async () => {
    const world = await createTest()
    const { alice, sign } = world
    const station = createStation(world)
    const { link, sent } = manualLink()
    const record = await sign(alice, 1, 'Alice')
    await station.book.add(record.bytes)
    station.exchange.onLink(link)
    for (let i = 0; i < 3; i++) station.exchange.onWant(link, [record.id, record.id, new Uint8Array(32)])
    expect(sent.filter(({ type }) => type === 'profiles')).toEqual([{ type: 'profiles', records: [record.bytes] }])
    const newer = await sign(alice, 2, 'Alice Liddell')
    await station.book.add(newer.bytes)
    station.exchange.onWant(link, [newer.id])
    expect(sent.filter(({ type }) => type === 'profiles')).toHaveLength(2)
  })
})
