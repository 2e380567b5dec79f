import { describe, expect, it } from 'vitest'
import { encodeInvitation, hostMark, type Invitation } from '../../../src/access/invitations/invitation.ts'
import { invitationRendezvous } from '../../../src/access/invitations/invitationKeys.ts'
import type { EchoPorts } from '../../../src/client/echo.ts'
import { createJoinFlow } from '../../../src/client/invitations/joinFlow.ts'
import type { SpaceDirectory } from '../../../src/client/spaces/spaceDirectory.ts'
import type { SpaceState } from '../../../src/client/states.ts'
import { createMemorySwarm } from '../../../src/network/memory/memorySwarm.ts'
import type { Connection } from '../../../src/network/network.ts'
import { hostJoin, type HostJoinOptions } from '../../../src/replication/joining/hostJoin.ts'
import { openJoinPipe, type JoinPipe } from '../../../src/replication/joining/joinPipe.ts'
import { encodeRefusal, type RefusalReason } from '../../../src/replication/refusal.ts'
import { createAnswer } from '../../../src/replication/joining/joinMessages.ts'
import { encodeCodeMessage } from '../../../src/replication/joining/codeMessages.ts'
import { nextTranscript } from '../../../src/replication/link/transcript.ts'
import { fail } from '../../../src/shared/result.ts'
import { createWritable } from '../../../src/shared/readable.ts'
import { createMemoryStorage } from '../../../src/storage/memory/memoryStorage.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createPerson } from '../access/people.ts'
import { createJoinTest } from '../replication/joinFixtures.ts'

const plain = { code: false, compare: false, approval: false, delegated: false } as const

/** A guest with a link in a room where anyone may wait who has the link, too. */
async function createTest(changes: Partial<Invitation> = {}) {
  const test = await createJoinTest()
  const { crypto, clock, guest, keys, hostOptions, world } = test
  const swarm = createMemorySwarm({ clock, random: createSeededRandom(5) })
  const memory = createMemoryStorage()
  await memory.open()
  const adopted: string[] = []
  let gate: Promise<void> = Promise.resolve()
  const storage = {
    ...memory,
    write: async (...args: Parameters<typeof memory.write>) => {
      await gate
      await memory.write(...args)
    },
  }
  const room = invitationRendezvous(crypto, keys.rendezvousKey)
  const named = changes.delegated === true ? {} : { host: hostMark(world.alice.signing.publicKey) }
  const link = encodeInvitation(crypto, 'test', { ...test.invitation, ...plain, ...named, ...changes })
  const flow = createJoinFlow({
    app: 'test',
    ports: { crypto, clock, random: createSeededRandom('flow'), storage } as unknown as EchoPorts,
    network: swarm.peer('guest'),
    departures: new Map(),
    directory: {
      ids: () => [],
      adopt: ({ id }: { id: string }) => (adopted.push(id), createWritable<SpaceState>({ status: 'ready' })),
    } as unknown as SpaceDirectory,
    identity: () => guest,
    chainOf: async ({ record }) => [record],
    owner: { begin: (step) => step(guest), change: (step) => step() },
    ownName: () => 'Gül',
    link,
  })

  function enter(name: string, meet: (connection: Connection) => void) {
    return swarm.peer(name).enter({ name: room.room, password: room.password }, meet)
  }
  const honest = (host: Partial<HostJoinOptions> = {}) =>
    enter('honest', (connection) => void hostJoin(connection, { ...hostOptions, ...host }))

  /** Somebody who has the link and says what he likes once he was asked; `come` counts how often. */
  function hostile(say: (pipe: JoinPipe, t1: Uint8Array, connection: Connection) => Promise<void>, name = 'mel') {
    let met = 0
    const place = enter(name, (connection) => {
      const { crypto: port, invitationId, preSharedKey } = hostOptions
      met++
      void openJoinPipe(connection, {
        crypto: port,
        clock,
        random: createSeededRandom(`${name} ${met}`),
        role: 'host',
        invitationId,
        preSharedKey,
      }).then(async (pipe) => {
        if (!pipe.ok) return
        const ask = await pipe.value.receive(pipe.value.transcript, { maxBytes: 32_768, deadlineMs: 10_000 })
        if (ask.ok) await say(pipe.value, nextTranscript(port, pipe.value.transcript, ask.value), connection)
      })
    })
    return { leave: () => place.leave(), met: () => met }
  }
  const status = () => flow.state.get().status
  const reach = (wanted: string, mostMs: number) => clock.runUntil(() => status() === wanted, mostMs)
  return { ...test, swarm, flow, honest, hostile, enter, status, reach, adopted, memory, hold: (until: Promise<void>) => (gate = until) }
}

/** An answer as somebody gives it who holds no more than the link. */
async function answerOf(test: Awaited<ReturnType<typeof createTest>>, t1: Uint8Array, approval = false) {
  const mel = await createPerson(test.crypto)
  const answer = { device: mel.record.sign, identity: mel.record.identity, alreadyMember: false, code: 'none', approval } as const
  const bytes = await createAnswer(test.crypto, { ...answer, triesLeft: 0, isRefusal: false, name: 'Mel' }, t1, mel.signing)
  return { bytes, t2: nextTranscript(test.crypto, t1, bytes) }
}

describe('somebody else who has the link', () => {
  const lies: readonly RefusalReason[] = ['revoked', 'expired', 'used-up', 'denied', 'cancelled', 'newer-version', 'removed', 'wrong-code']
  it.each(lies)('and says %s does not end a join: the host may still come', async (reason) => {
    for (const delegated of [false, true]) {
      const test = await createTest({ delegated })
      const mel = test.hostile(async (pipe, t1) => void pipe.send(encodeRefusal(reason), t1))
      test.flow.accept()
      await test.clock.runUntil(() => mel.met() > 0)
      await test.clock.run(500)
      expect(test.status()).toBe('connecting')
      test.honest()
      await test.reach('success', 20_000)
      expect(test.status()).toBe('success')
    }
  })

  it.each([
    { reason: 'revoked' as const, end: { status: 'revoked' } },
    { reason: 'denied' as const, end: { status: 'denied' } },
    { reason: 'cancelled' as const, end: { status: 'cancelled', by: 'host' } },
    { reason: 'newer-version' as const, end: { status: 'error', retryable: false, error: { code: 'newer-version' } } },
  ])('and says $reason is believed when nobody says better for a while', async ({ reason, end }) => {
    const test = await createTest()
    test.hostile(async (pipe, t1) => void pipe.send(encodeRefusal(reason), t1))
    test.flow.accept()
    await test.clock.run(4_000)
    expect(test.status()).toBe('connecting')
    await test.clock.run(4_000)
    expect(test.flow.state.get()).toMatchObject(end)
  })

  it('and shares a space of his own does not end a join, and is called insecure when nobody else comes', async () => {
    for (const isAlone of [false, true]) {
      const test = await createTest({ delegated: true })
      const mel = test.hostile(async (pipe, t1) => {
        const { bytes, t2 } = await answerOf(test, t1)
        await pipe.send(bytes, t1)
        await pipe.send(Uint8Array.of(0x39, 0, 0, 0), t2)
      })
      test.flow.accept()
      await test.clock.runUntil(() => mel.met() > 0)
      await test.clock.run(500)
      if (!isAlone) test.honest()
      await test.clock.run(20_000)
      if (isAlone) expect(test.flow.state.get()).toMatchObject({ status: 'error', retryable: false, error: { code: 'insecure-peer' } })
      else expect(test.status()).toBe('success')
    }
  })

  it('is passed over at his answer where the link names its host: he can neither make the guest wait for a decision nor ask for a code', async () => {
    const test = await createTest({ approval: true })
    const mel = test.hostile(async (pipe, t1) => {
      const { bytes, t2 } = await answerOf(test, t1, true)
      await pipe.send(bytes, t1)
      await pipe.send(encodeCodeMessage({ kind: 'pending' }), t2)
    })
    const seen = new Set<string>()
    test.flow.state.subscribe(() => seen.add(test.status()))
    test.flow.accept()
    await test.clock.runUntil(() => mel.met() > 2, 60_000)
    expect([...seen]).toEqual(['connecting'])
    test.honest()
    await test.reach('success', 60_000)
    expect(test.status()).toBe('success')
  })

  it.each([
    { what: 'closes again and again', patienceMs: 2_000 },
    { what: 'says nothing', patienceMs: 600_000 },
  ])('and $what does not put off the end', async ({ patienceMs }) => {
    const test = await createTest()
    const mel = test.hostile(async (_pipe, _t1, connection) => void test.clock.after(patienceMs, () => connection.close()))
    test.flow.accept()
    await test.clock.run(121_000)
    expect(mel.met()).toBeGreaterThan(1)
    expect(test.flow.state.get()).toMatchObject({ status: 'error', retryable: true })
  })

  it('and lets a guest wait for a decision again and again holds it half an hour, not for ever', async () => {
    const test = await createTest({ delegated: true })
    test.hostile(async (pipe, t1, connection) => {
      const { bytes, t2 } = await answerOf(test, t1, true)
      await pipe.send(bytes, t1)
      await pipe.send(encodeCodeMessage({ kind: 'pending' }), t2)
      test.clock.after(9 * 60_000, () => connection.close())
    })
    test.flow.accept()
    await test.clock.run(29 * 60_000)
    expect(['pending-approval', 'connecting', 'syncing']).toContain(test.status())
    await test.clock.run(61_000)
    expect(test.flow.state.get()).toMatchObject({ status: 'error', retryable: true, error: { code: 'timeout' } })
  })
})

describe('the host that a link names', () => {
  it('is believed at once', async () => {
    const test = await createTest()
    test.honest({ terms: async () => fail('revoked') })
    test.flow.accept()
    await test.reach('revoked', 1_000)
    expect(test.status()).toBe('revoked')
  })
})

describe('a link that has expired by the clock of its guest', () => {
  const createExpired = async () => createTest({ expiresAt: (await createJoinTest()).clock.now() - 3_600_000 })

  it('lets in whom the host lets in, also late and after a long decision', async () => {
    const test = await createExpired()
    let decide: (() => void) | undefined
    const decision = () =>
      new Promise<{ ok: true; value: undefined }>((resolve) => (decide = () => resolve({ ok: true, value: undefined })))
    test.flow.accept()
    await test.clock.run(15_000)
    expect(test.status()).toBe('connecting')
    test.honest({ terms: async () => ({ ok: true, value: { decision } }) })
    await test.reach('pending-approval', 4_000)
    await test.clock.run(5 * 60_000)
    decide!()
    await test.reach('success', 5_000)
    expect(test.adopted).toEqual([test.world.space])
  })

  it('has expired where the host says so, at once, or nobody answers for a while', async () => {
    const answered = await createExpired()
    answered.honest({ terms: async () => fail('expired') })
    answered.flow.accept()
    await answered.reach('expired', 1_000)
    const alone = await createExpired()
    expect(alone.flow.state.get()).toMatchObject({ status: 'preview' })
    alone.flow.accept()
    await alone.clock.run(19_000)
    expect(alone.status()).toBe('connecting')
    await alone.clock.run(2_000)
    expect(alone.flow.state.get()).toEqual({ status: 'expired' })
  })
})

describe('giving up', () => {
  it('while the space is being stored comes too late: it is joined, and shown so', async () => {
    const test = await createTest()
    let open: (() => void) | undefined
    test.hold(new Promise((resolve) => (open = resolve)))
    test.honest()
    test.flow.accept()
    await test.reach('syncing', 5_000)
    await test.clock.run(500)
    test.flow.cancel()
    expect(test.status()).toBe('syncing')
    open!()
    await test.reach('success', 5_000)
    expect([test.status(), test.adopted]).toEqual(['success', [test.world.space]])
  })

  it('before that ends at once, stores nothing and tells the host', async () => {
    const test = await createTest({ approval: true })
    let told: unknown
    test.enter('honest', (connection) => {
      void hostJoin(connection, {
        ...test.hostOptions,
        terms: async () => ({ ok: true, value: { decision: () => new Promise(() => {}) } }),
      }).then((result) => (told = result))
    })
    test.flow.accept()
    await test.reach('pending-approval', 5_000)
    test.flow.cancel()
    expect(test.flow.state.get()).toEqual({ status: 'cancelled', by: 'me' })
    await test.clock.run(2_000)
    expect([told, test.adopted]).toEqual([fail('cancelled'), []])
  })

  it('by closing the page loses no space that is being stored', async () => {
    const test = await createTest()
    let open: (() => void) | undefined
    test.hold(new Promise((resolve) => (open = resolve)))
    test.honest()
    test.flow.accept()
    await test.reach('syncing', 5_000)
    await test.clock.run(500)
    test.flow.dispose()
    open!()
    await test.clock.run(2_000)
    expect(test.adopted).toEqual([test.world.space])
  })
})
