import { afterEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { z } from 'zod'
import { createWebCrypto } from '../../src/crypto/webCrypto.ts'
import { defineType } from '../../src/database/types/defineType.ts'
import { query } from '../../src/database/query/query.ts'
import type { Connection, RoomRequest } from '../../src/network/network.ts'
import { encodeHello } from '../../src/replication/link/hello.ts'
import { concatBytes, fromBase64Url, utf8 } from '../../src/shared/bytes.ts'
import type { EchoError } from '../../src/shared/echoError.ts'
import { systemRandom } from '../../src/shared/ports.ts'
import { createSimulatedClock } from '../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../src/testing/simulatedCrypto.ts'
import { setup, until, type TestPeer } from '../../src/testing/setup.ts'
import { createPatchedClient, setUpdate, type PatchedClient } from '../../src/testing/patchedClient.ts'
import { drive } from './simulation/drive.ts'

const Task = defineType('task', z.object({ title: z.string(), done: z.boolean().default(false) }))
const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })

let dispose = async (): Promise<void> => {}
afterEach(() => dispose())

/** Notes the rooms that a peer enters from now on: what a signaling server and a removed member know. */
function watchRooms(peer: TestPeer): RoomRequest[] {
  const rooms: RoomRequest[] = []
  const { network } = peer
  const { enter } = network
  ;(network as { enter: typeof enter }).enter = (request, onConnection) => {
    rooms.push(request)
    return enter(request, onConnection)
  }
  return rooms
}

function contains(haystack: Uint8Array, needle: Uint8Array): boolean {
  outer: for (let at = 0; at + needle.length <= haystack.length; at++) {
    for (let i = 0; i < needle.length; i++) if (haystack[at + i] !== needle[i]) continue outer
    return true
  }
  return false
}

it('the search for secrets finds one', () => {
  expect(contains(concatBytes(systemRandom.bytes(50), utf8(secretTitle), systemRandom.bytes(50)), utf8(secretTitle))).toBe(true)
  expect(contains(systemRandom.bytes(500), utf8(secretTitle))).toBe(false)
})

async function wait(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}

const secretTitle = 'Bury the treasure under the oak'
const secretText = 'three paces north of the well'

async function createGarden() {
  const errors: EchoError[] = []
  const world = await setup('alice-smith', 'bob-jones', { types: [Task, Note], onError: (error) => errors.push(error) })
  dispose = world.dispose
  const [alice, bob] = [world['alice-smith'], world['bob-jones']]
  const rooms = watchRooms(alice)
  const frames: { from: string; to: string; frame: Uint8Array }[] = []
  world.swarm.tap((from, to, frame) => (frames.push({ from, to, frame: frame.slice() }), frame))
  const hers = await alice.echo.spaces.create({ name: 'Secret Garden' })
  const task = hers.create(Task, { title: secretTitle })
  const note = hers.create(Note, { title: 'Directions' })
  const text = await hers.openText(note.id)
  text.current.get().yText.insert(0, secretText)
  await hers.flush()
  const room = rooms.at(-1)!
  const secrets = ['Secret Garden', secretTitle, secretText, 'Directions', 'alice-smith', 'bob-jones', hers.id, task.id, note.id].flatMap(
    (secret) => [
      utf8(secret),
      ...(fromBase64Url(secret)?.length === 16 || fromBase64Url(secret)?.length === 32 ? [fromBase64Url(secret)!] : []),
    ],
  )
  const leaks = (to?: string) =>
    frames.filter((seen) => (to === undefined || seen.to === to) && secrets.some((secret) => contains(seen.frame, secret))).length
  return { world, bob, hers, room, frames, leaks, errors }
}

describe('a peer that knows room and password only', () => {
  it.each(['hello', 'garbage', 'silence', 'replay'] as const)('learns nothing and harms nobody: %s', async (how) => {
    const { world, bob, hers, room, frames, leaks, errors } = await createGarden()
    const mallory = world.swarm.peer('mallory')
    let met = 0
    const received: Uint8Array[] = []
    mallory.enter(room, (connection: Connection) => {
      met++
      connection.onFrame = (frame) => received.push(frame)
      if (how === 'garbage') for (const length of [0, 1, 511, 513, 16_000]) connection.send(systemRandom.bytes(length))
      if (how === 'hello') {
        connection.send(encodeHello({ proto: 1, role: 'member', ephemeral: systemRandom.bytes(32) }, systemRandom))
        setTimeout(() => connection.send(concatBytes(Uint8Array.of(2), systemRandom.bytes(200))), 20)
      }
      if (how === 'replay')
        for (const { from, frame } of frames.filter((seen) => seen.from !== 'mallory').slice(0, 40)) if (from !== '') connection.send(frame)
    })
    await until(
      {
        get: () => met,
        subscribe: (listener) => {
          const timer = setInterval(listener, 5)
          return () => clearInterval(timer)
        },
      },
      (count) => count > 0,
    )
    // An honest person joins and works in the same room at the same time.
    const his = await world.join(hers, bob)
    await until(his.live(query(Task)), (rows) => rows.some(({ title }) => title === secretTitle))
    his.create(Task, { title: 'Water the oak' })
    await until(hers.live(query(Task)), (rows) => rows.length === 2)
    await wait(100)
    const toMallory = frames.filter(({ to }) => to === 'mallory')
    expect(toMallory.length).toBeGreaterThan(0)
    // One hello a connection, and who happens to be its initiator sends a proof, sealed under the epoch key; nothing else.
    const hellos = toMallory.filter(({ frame }) => frame[0] === 1 && frame.length < 512).length
    const proofs = toMallory.filter(({ frame }) => frame[0] === 2 && frame.length < 512).length
    expect(hellos + proofs).toBe(toMallory.length)
    expect(hellos).toBeLessThanOrEqual(met)
    expect(proofs).toBeLessThanOrEqual(how === 'hello' || how === 'replay' ? met : 0)
    expect(leaks()).toBe(0)
    expect(errors).toEqual([])
    expect(hers.info.get().memberCount).toBe(2)
  })

  it('gets nothing as the man in the middle, and the two meet once he is gone', async () => {
    const { world, bob, hers, room, frames, leaks } = await createGarden()
    const his = await world.join(hers, bob)
    await until(his.live(query(Task)), (rows) => rows.length === 1)
    // From now on alice and bob reach each other only through mallory, who passes on every byte.
    const [a, b] = ['alice-smith 1', 'bob-jones 1']
    const stopDirect = world.swarm.tap((from, to, frame) => ((from === a && to === b) || (from === b && to === a) ? undefined : frame))
    const mallory = world.swarm.peer('mallory')
    const ends: Connection[] = []
    const early: Uint8Array[][] = [[], []]
    let relayed = 0
    mallory.enter(room, (connection) => {
      const i = ends.push(connection) - 1
      connection.onFrame = (frame) => {
        relayed++
        const other = ends[i ^ 1]
        if (other === undefined) early[i & 1]!.push(frame)
        else other.send(frame)
      }
      if ((i & 1) === 1) for (const frame of early[0]!.splice(0)) connection.send(frame)
    })
    world.swarm.cut(a, b)
    hers.create(Task, { title: `${secretTitle} again` })
    await wait(400)
    expect(relayed).toBeGreaterThan(1)
    expect(his.count(query(Task))).toBe(1)
    // The binding differs, so that not even the first proof opens.
    expect(leaks()).toBe(0)
    await mallory.dispose()
    stopDirect()
    world.swarm.cut(a, b)
    await until(his.live(query(Task)), (rows) => rows.length === 2)
    expect(leaks()).toBe(0)
    expect(frames.some(({ from, to }) => from === a && to === b)).toBe(true)
  })

  it('is met with growing patience only', async () => {
    const clock = createSimulatedClock()
    const world = await drive(clock, setup('alice', { types: [Task], seed: 5, clock, crypto: createSimulatedCrypto }))
    const rooms = watchRooms(world.alice)
    await drive(clock, world.alice.echo.spaces.create({ name: 'Garden' }))
    await clock.run(100)
    let met = 0
    world.swarm.peer('mallory').enter(rooms.at(-1)!, (connection) => {
      met++
      connection.send(systemRandom.bytes(100))
    })
    await clock.run(120_000)
    expect(met).toBeGreaterThan(3)
    expect(met).toBeLessThan(10)
    await drive(clock, world.dispose())
  })
})

describe('a member with a patched client', () => {
  async function createAttack(role: 'editor' | 'reader') {
    const errors: { error: EchoError; peer: string }[] = []
    const crypto = await createWebCrypto()
    const world = await setup('alice', 'mel', 'carol', { types: [Task], onError: (error, peer) => errors.push({ error, peer }) })
    dispose = world.dispose
    const hers = await world.alice.echo.spaces.create({ name: 'Garden' })
    const carols = await world.join(hers, world.carol)
    await world.join(hers, world.mel, role)
    hers.create(Task, { title: 'honest' })
    await until(carols.live(query(Task)), (rows) => rows.length === 1)
    await world.mel.echo.dispose()
    const patched = await createPatchedClient(world.swarm, world.mel, hers.id, crypto)
    for (let turn = 0; turn < 200 && patched.links.length < 2; turn++) await wait(10)
    expect(patched.links).toHaveLength(2)
    const refusals = () =>
      errors.filter(({ peer }) => peer === 'alice').map(({ error }): Record<string, unknown> => ({ code: error.code, ...error.details }))
    return { hers, carols, patched, refusals, end: () => patched.dispose() }
  }

  async function becomes(read: () => unknown, wanted: unknown): Promise<void> {
    for (let turn = 0; turn < 300 && JSON.stringify(read()) !== JSON.stringify(wanted); turn++) await wait(10)
    expect(read()).toEqual(wanted)
  }

  const good = (client: number) => setUpdate(client, '//mark', 'x')

  const bad: readonly (readonly [string, (patched: PatchedClient) => Promise<Uint8Array>, { layer: string; reason: string }])[] = [
    [
      'a changed signature',
      async (patched) => withFlip(await patched.craft(good(patched.client)), 'signature'),
      { layer: 'signature', reason: 'bad-signature' },
    ],
    [
      'a changed envelope',
      async (patched) => withFlip(await patched.craft(good(patched.client)), 'envelope'),
      { layer: 'envelope', reason: 'aead' },
    ],
    ["another's clientID", (patched) => patched.craft(good(patched.client + 1)), { layer: 'guard', reason: 'g2' }],
    ['a gap in its clocks', (patched) => patched.craft(good(patched.client), { from: 1, to: 2 }), { layer: 'graph', reason: 'clock' }],
    ['a gap in its sequence', (patched) => patched.craft(good(patched.client), { seq: 1 }), { layer: 'graph', reason: 'previous' }],
    [
      'a deletion of what is not written yet',
      (patched) => patched.craft(deleteUpdate(patched.client + 1, 0, 1000), { to: 0 }),
      { layer: 'guard', reason: 'g8' },
    ],
    ['Yjs V2 bytes', (patched) => patched.craft(Y.convertUpdateFormatV1ToV2(good(patched.client))), { layer: 'guard', reason: 'g2' }],
    [
      'another payload than its header says',
      (patched) => patched.craft(good(patched.client), { plaintextHash: new Uint8Array(32) }),
      { layer: 'header', reason: 'plaintext-hash' },
    ],
  ]

  it.each(bad)('is refused a block with %s, by the layer that is there for it', async (_name, make, expected) => {
    const { hers, carols, patched, refusals, end } = await createAttack('editor')
    const tasks = hers.live(query(Task))
    tasks.subscribe(() => {})
    const before = tasks.get()
    patched.send(await make(patched))
    await becomes(() => refusals().map(({ code, layer, reason }) => ({ code, layer, reason })), [{ code: 'block-refused', ...expected }])
    expect(tasks.get()).toBe(before)
    expect(hers.properties.get()).not.toHaveProperty('mark')
    expect(refusals()[0]).toMatchObject({ space: hers.id })

    // The same slot's honest block is taken, also by who got the bad one too, and the others go on.
    patched.send(await patched.craft(good(patched.client)))
    await becomes(() => hers.properties.get()['mark'], 'x')
    await becomes(() => carols.properties.get()['mark'], 'x')
    const made = carols.create(Task, { title: 'after the attack' })
    await until(hers.liveItem(Task, made.id), (item) => item !== undefined)
    expect(refusals()).toHaveLength(1)
    await end()
  })

  it('writes nothing as a reader', async () => {
    const { hers, carols, patched, refusals, end } = await createAttack('reader')
    patched.send(await patched.craft(good(patched.client)))
    await becomes(() => refusals().map(({ layer, reason }) => ({ layer, reason })), [{ layer: 'membership', reason: 'never-writer' }])
    expect(hers.properties.get()).not.toHaveProperty('mark')
    const made = carols.create(Task, { title: 'after the attack' })
    await until(hers.liveItem(Task, made.id), (item) => item !== undefined)
    expect(carols.properties.get()).not.toHaveProperty('mark')
    await end()
  })
})

/** One bit of the block's signature, or of its ciphertext's end. */
function withFlip(block: Uint8Array, part: 'signature' | 'envelope'): Uint8Array {
  const changed = block.slice()
  // bytes header · signature 64 · bytes envelope; a header of this size has a length of two bytes.
  const headerLength = (block[0]! & 127) + 128 * block[1]!
  changed[part === 'signature' ? 2 + headerLength + 5 : block.length - 3]! ^= 4
  return changed
}

/** An update that only deletes: clocks of a client that nobody has written. */
function deleteUpdate(client: number, clock: number, length: number): Uint8Array {
  const victim = new Y.Doc({ gc: false })
  victim.clientID = client
  victim.getText('x').insert(0, 'y'.repeat(length))
  const before = Y.encodeStateVector(victim)
  victim.getText('x').delete(clock, length)
  return Y.encodeStateAsUpdate(victim, before)
}
