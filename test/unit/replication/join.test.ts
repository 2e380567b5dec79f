import { describe, expect, it } from 'vitest'
import { createConsent } from '../../../src/access/making/consent.ts'
import { deriveInvitationKeys, joinPsk } from '../../../src/access/invitations/invitationKeys.ts'
import { signOperation } from '../../../src/access/operation.ts'
import type { Connection } from '../../../src/network/network.ts'
import { guestJoin } from '../../../src/replication/joining/guestJoin.ts'
import { hostJoin } from '../../../src/replication/joining/hostJoin.ts'
import { createAsk } from '../../../src/replication/joining/joinMessages.ts'
import { openJoinPipe } from '../../../src/replication/joining/joinPipe.ts'
import { idBytes, type DeviceId } from '../../../src/shared/ids.ts'
import { fail, ok } from '../../../src/shared/result.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createTestSpace } from '../documents/createTestSpace.ts'
import { admit, createPerson, seededCrypto } from '../access/people.ts'
import { connect } from './handshakeFixtures.ts'
import { createJoinTest, nameOf } from './joinFixtures.ts'

describe('a join', () => {
  it('ends with the guest in the log, holding log and key, and the host knowing who came', async () => {
    const { world, log, guest, meet, stored } = await createJoinTest()
    const [host, joined] = await meet()
    expect(host).toMatchObject({ ok: true, value: { name: 'Gül' } })
    expect(joined).toMatchObject({ ok: true, value: { space: world.space, alreadyMember: false } })
    expect(stored[0]!.key).toEqual(world.keyRing.newest())
    expect(stored[0]!.operations).toHaveLength(log.operations().length)
    expect(log.device(guest.deviceId)?.member.role).toBe('editor')
  })

  it('meets a member who comes again without admitting him twice', async () => {
    const { log, meet, asked } = await createJoinTest()
    await meet()
    const before = log.operations().length
    const [, again] = await meet()
    expect(again).toMatchObject({ ok: true, value: { alreadyMember: true } })
    expect(asked).toHaveLength(1)
    expect(log.operations()).toHaveLength(before)
  })

  it('that breaks off after any frame succeeds at the second try, with one admission', { timeout: 60_000 }, async () => {
    let frames = 0
    const honest = await createJoinTest()
    await honest.meet({}, {}, (swarm) => void swarm.tap((_from, _to, frame) => (frames++, frame)))
    expect(frames).toBeGreaterThan(6)
    for (let lost = 0; lost < frames; lost++) {
      const { log, guest, meet, asked, stored } = await createJoinTest()
      let count = 0
      const [, first] = await meet({}, {}, (swarm) => void swarm.tap((_from, _to, frame) => (count++ >= lost ? undefined : frame)))
      // The guest cannot tell that only its farewell was lost.
      expect(first.ok, `lost from frame ${lost}`).toBe(lost === frames - 1)
      const [, second] = await meet()
      expect(nameOf(second), `lost from frame ${lost}`).toBe('ok')
      expect(asked).toHaveLength(1)
      expect(log.device(guest.deviceId)?.member).toBeDefined()
      expect(stored.at(-1)!.key).toBeDefined()
    }
  })

  it("that the guest's disk refuses is not done: the error is the guest's, and a second try succeeds", async () => {
    const { meet, clock, hostOptions, guestOptions } = await createJoinTest()
    const { ends } = await connect(clock)
    const hosting = hostJoin(ends[0], hostOptions)
    const joining = guestJoin(ends[1], { ...guestOptions, store: () => Promise.reject(new Error('full')) }).catch((error: unknown) => error)
    await clock.run(100)
    expect(await joining).toEqual(new Error('full'))
    ends[1].close()
    await clock.run(100)
    await hosting
    expect(nameOf((await meet())[1])).toBe('ok')
  })

  it('hands over a log that is longer than a message', async () => {
    const { world, log, meet, stored } = await createJoinTest()
    const { as } = log.signingEntry(world.alice.id, world.alice.deviceId, 'reader')!
    for (let i = 0; i < 40; i++) {
      // Of a kind that this version keeps and passes on.
      const content = {
        space: idBytes(world.space),
        kind: 15,
        as,
        by: world.alice.record.sign,
        parents: log.heads(),
        body: new Uint8Array(60_000),
      }
      expect(await log.add(await signOperation(world.alice.signing, content))).toEqual(ok('added'))
    }
    expect(nameOf((await meet())[1])).toBe('ok')
    expect(stored[0]!.operations).toHaveLength(log.operations().length)
  })

  it("refuses the guest with the admitter's reason", async () => {
    const { meet, stored } = await createJoinTest()
    for (const reason of ['used-up', 'expired', 'denied'] as const) {
      const [host, guest] = await meet({ admit: async () => fail(reason) })
      expect([host, nameOf(guest)]).toEqual([{ ok: false, error: reason }, reason])
    }
    expect(stored).toEqual([])
  })

  describe('ends as insecure', () => {
    it('with a host that shares a space of its own', async () => {
      const { meet, stored, guest } = await createJoinTest()
      const fake = await createJoinTest(await createTestSpace(seededCrypto('another space')))
      // The guest even is a member of it, so that nothing but the link's target can tell.
      await admit(fake.world, fake.world.alice, guest, 'editor')
      const [, joined] = await meet({ ...fake.hostOptions, random: createSeededRandom('fake') })
      expect(nameOf(joined)).toBe('insecure')
      expect(stored).toEqual([])
    })

    it('with a host that is no admin of the space', async () => {
      const test = await createJoinTest()
      const [, guest] = await test.meet({ identity: test.world.bob })
      expect(nameOf(guest)).toBe('insecure')
      expect(test.stored).toEqual([])
    })

    it('with a host that claims to have admitted the guest and has not', async () => {
      const { meet, hostOptions, stored } = await createJoinTest()
      let looks = 0
      const log = {
        ...hostOptions.log,
        device: (device: DeviceId) =>
          hostOptions.log.device(device) ?? (looks++ >= 0 ? hostOptions.log.device(hostOptions.identity.deviceId) : undefined),
      }
      const [, guest] = await meet({ log })
      expect(nameOf(guest)).toBe('insecure')
      expect(stored).toEqual([])
    })

    it('with a host that hands over a key that no epoch names', async () => {
      const { meet, hostOptions, stored, crypto, world } = await createJoinTest()
      const { epochKeyId } = await import('../../../src/access/keys/epochKeys.ts')
      const key = new Uint8Array(32).fill(66)
      const keyRing = { ...hostOptions.keyRing, newest: () => ({ id: epochKeyId(crypto, idBytes(world.space), key), key }) }
      const [, guest] = await meet({ keyRing })
      expect(nameOf(guest)).toBe('insecure')
      expect(stored).toEqual([])
    })

    it('with someone between both ends', async () => {
      const { meet, asked } = await createJoinTest()
      const [host, guest] = await meet({}, {}, (swarm) => swarm.forgeBinding('a', 'b'))
      expect(host.ok).toBe(false)
      expect(nameOf(guest)).not.toBe('ok')
      expect(asked).toEqual([])
    })

    it('with a run that was recorded, played again to the host', async () => {
      const { meet, clock, hostOptions, asked, log, settle } = await createJoinTest()
      const recorded: Uint8Array[] = []
      await meet({}, {}, (swarm) => void swarm.tap((from, _to, frame) => (from === 'b' && recorded.push(frame.slice()), frame)))
      const { ends } = await connect(clock)
      const before = log.operations().length
      const hosting = hostJoin(ends[0], { ...hostOptions, random: createSeededRandom('host 2') })
      for (const frame of recorded) ends[1].send(frame)
      expect(await settle(hosting)).toEqual({ ok: false, error: 'insecure-peer' })
      expect(asked).toHaveLength(1)
      expect(log.operations()).toHaveLength(before)
    })
  })

  describe('with a peer that stops reading', () => {
    /** Both ends of a conversation; the host's connection takes nothing while it is stuck. */
    async function openStuck() {
      const { clock, crypto, keys, settle } = await createJoinTest()
      const { ends } = await connect(clock)
      let stuck = false
      const connection = new Proxy(ends[0], {
        get(target, key) {
          if (stuck && (key === 'send' || key === 'canSend')) return () => false
          const value: unknown = Reflect.get(target, key, target)
          return typeof value === 'function' ? (value as () => unknown).bind(target) : value
        },
        set: (target, key, value) => Reflect.set(target, key, value, target),
      })
      const common = { crypto, clock, invitationId: keys.signing.publicKey, preSharedKey: joinPsk(crypto, keys.rendezvousKey) }
      const [host, guest] = await settle(
        Promise.all([
          openJoinPipe(connection, { ...common, random: createSeededRandom('h'), role: 'host' }),
          openJoinPipe(ends[1], { ...common, random: createSeededRandom('g'), role: 'guest' }),
        ]),
      )
      if (!host.ok || !guest.ok) throw new Error('no pipe')
      stuck = true
      let sent: boolean | undefined
      void host.value.send(Uint8Array.of(1), host.value.transcript).then((result) => (sent = result))
      const received = guest.value.receive(guest.value.transcript, { maxBytes: 100, deadlineMs: 300_000 })
      return { clock, ends, received, settle, sent: () => sent, unstick: () => (stuck = false) }
    }

    it('waits a minute and then closes', async () => {
      const { clock, received, settle, sent } = await openStuck()
      await clock.run(59_000)
      expect(sent()).toBe(undefined)
      await clock.run(2_000)
      expect(sent()).toBe(false)
      expect(await settle(received)).toEqual({ ok: false, error: 'closed' })
    })

    it('goes on when it reads again in time, and a later pause has a minute of its own', async () => {
      const { clock, ends, received, settle, sent, unstick } = await openStuck()
      await clock.run(40_000)
      ends[0].onDrain?.()
      await clock.run(40_000)
      expect(sent()).toBe(undefined)
      unstick()
      ends[0].onDrain?.()
      expect(await settle(received)).toEqual(ok(Uint8Array.of(1)))
      expect(sent()).toBe(true)
      await clock.run(120_000)
      expect(ends[0].canSend()).toBe(true)
    })
  })

  it("without the link's secret comes to nothing, and the host says nothing", async () => {
    const { meet, asked, crypto } = await createJoinTest()
    const keys = await deriveInvitationKeys(crypto, new Uint8Array(16).fill(45))
    const sent: number[] = []
    const [host, guest] = await meet(
      {},
      { keys },
      (swarm) => void swarm.tap((from, _to, frame) => (from === 'a' && sent.push(frame.length), frame)),
    )
    expect(host).toEqual({ ok: false, error: 'insecure-peer' })
    expect(nameOf(guest)).not.toBe('ok')
    expect(asked).toEqual([])
    // The hello, and nothing after it.
    expect(sent).toHaveLength(1)
  })

  it('of two guests, or two hosts, is none', async () => {
    const { clock, hostOptions, guestOptions, settle, asked } = await createJoinTest()
    const guests = await connect(clock)
    const both = await settle(Promise.all(guests.ends.map((end, i) => guestJoin(end, { ...guestOptions, random: createSeededRandom(i) }))))
    expect(both.map(nameOf)).toEqual(['wrong-kind', 'wrong-kind'])
    const hosts = await connect(clock)
    const two = await settle(Promise.all(hosts.ends.map((end, i) => hostJoin(end, { ...hostOptions, random: createSeededRandom(i) }))))
    expect(two).toEqual([
      { ok: false, error: 'wrong-kind' },
      { ok: false, error: 'wrong-kind' },
    ])
    expect(asked).toEqual([])
  })

  describe('by a patched guest', () => {
    /** A guest that asks with whatever `make` gives. */
    async function askWith(test: Awaited<ReturnType<typeof createJoinTest>>, make: (transcript: Uint8Array) => Promise<Uint8Array>) {
      const { clock, crypto, keys, hostOptions, settle } = test
      const { ends } = await connect(clock)
      const hosting = hostJoin(ends[0], hostOptions)
      const pipe = await settle(
        openJoinPipe(ends[1] as Connection, {
          crypto,
          clock,
          random: createSeededRandom('patched'),
          role: 'guest',
          invitationId: keys.signing.publicKey,
          preSharedKey: joinPsk(crypto, keys.rendezvousKey),
        }),
      )
      if (!pipe.ok) throw new Error(pipe.error)
      await pipe.value.send(await make(pipe.value.transcript), pipe.value.transcript)
      const before = test.log.operations().length
      const result = await settle(hosting)
      return { result, added: test.log.operations().length - before }
    }

    it('admits nobody whose identity never certified the device', async () => {
      const test = await createJoinTest()
      const victim = await createPerson(test.crypto)
      const { result, added } = await askWith(test, async (transcript) => {
        const record = { ...test.guest.record, identity: victim.record.identity, certifier: victim.record.identity }
        const consent = await createConsent(test.guest.signing, {
          target: test.invitation.target,
          invitationId: test.keys.signing.publicKey,
          record,
        })
        return createAsk(
          test.crypto,
          { records: [record], consent, codeDone: false, name: 'Victim' },
          transcript,
          test.keys.signing,
          test.guest.signing,
        )
      })
      expect(result).toEqual({ ok: false, error: 'malformed' })
      expect(added).toBe(0)
      expect(test.log.state.get().members.has(victim.id)).toBe(false)
    })

    it.each([
      [
        'another space',
        (test: Awaited<ReturnType<typeof createJoinTest>>) => ({
          target: new Uint8Array(16).fill(1),
          invitationId: test.keys.signing.publicKey,
          record: test.guest.record,
        }),
      ],
      [
        'another invitation',
        (test: Awaited<ReturnType<typeof createJoinTest>>) => ({
          target: test.invitation.target,
          invitationId: new Uint8Array(32).fill(1),
          record: test.guest.record,
        }),
      ],
    ])('admits nobody who consented to %s', async (_name, subjectOf) => {
      const test = await createJoinTest()
      const { result, added } = await askWith(test, async (transcript) => {
        const consent = await createConsent(test.guest.signing, subjectOf(test))
        return createAsk(
          test.crypto,
          { records: [test.guest.record], consent, codeDone: false, name: 'G' },
          transcript,
          test.keys.signing,
          test.guest.signing,
        )
      })
      expect(result.ok).toBe(false)
      expect(added).toBe(0)
    })

    it("admits nobody on another's proof, and tells the stranger no more than that", async () => {
      const test = await createJoinTest()
      const { result, added } = await askWith(test, async (transcript) => {
        const consent = await createConsent(test.guest.signing, {
          target: test.invitation.target,
          invitationId: test.keys.signing.publicKey,
          record: test.guest.record,
        })
        return createAsk(
          test.crypto,
          { records: [test.guest.record], consent, codeDone: false, name: 'G' },
          transcript,
          await test.crypto.createSigningKey(),
          test.guest.signing,
        )
      })
      expect(result).toEqual({ ok: false, error: 'bad-signature' })
      expect(added).toBe(0)
      expect(test.asked).toEqual([])
    })
  })
})
