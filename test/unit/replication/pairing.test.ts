import { describe, expect, it } from 'vitest'
import { invitationTarget } from '../../../src/access/making/consent.ts'
import { createDeviceAddition } from '../../../src/access/making/createDeviceAddition.ts'
import { createEpoch } from '../../../src/access/making/createEpoch.ts'
import { createGenesis, createHaloGenesis } from '../../../src/access/making/createGenesis.ts'
import { createKeyRing } from '../../../src/access/keys/createKeyRing.ts'
import { createMembershipLog } from '../../../src/access/createMembershipLog.ts'
import type { Invitation } from '../../../src/access/invitations/invitation.ts'
import { deriveInvitationKeys, joinPsk } from '../../../src/access/invitations/invitationKeys.ts'
import { labelledHash } from '../../../src/crypto/labels.ts'
import { newDeviceIdentity } from '../../../src/identity/localIdentity.ts'
import { signDeviceSelf, type DeviceRecord } from '../../../src/identity/record.ts'
import { deriveRootKey } from '../../../src/identity/rootKey.ts'
import { guestComparison, hostComparison } from '../../../src/replication/blocks/comparison.ts'
import { guestJoin, type GuestJoinOptions, type JoinedSpace } from '../../../src/replication/joining/guestJoin.ts'
import { hostJoin, type HostJoinOptions, type HostTerms } from '../../../src/replication/joining/hostJoin.ts'
import { createAsk, noConsent, readAnswer } from '../../../src/replication/joining/joinMessages.ts'
import { openJoinPipe, type JoinPipe } from '../../../src/replication/joining/joinPipe.ts'
import { encodePairingMessage, type PairingMessage } from '../../../src/replication/joining/pairingMessages.ts'
import { nextTranscript } from '../../../src/replication/link/transcript.ts'
import { concatBytes, toHex } from '../../../src/shared/bytes.ts'
import { fail, ok, type Result } from '../../../src/shared/result.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'
import type { MemorySwarm } from '../../../src/network/memory/memorySwarm.ts'
import { createDevice, createPerson, seededCrypto } from '../access/people.ts'
import { connect } from './handshakeFixtures.ts'
import { nameOf } from './joinFixtures.ts'

const limits = { maxBytes: 1_000_000, deadlineMs: 10_000 }

/** Ann's laptop with her private space, and a phone that belongs to nobody. Her person says yes, and the digits are compared. */
async function createTest() {
  const crypto = seededCrypto('pairing')
  const clock = createSimulatedClock()
  const root = await deriveRootKey(crypto, new Uint8Array(32).fill(7))
  const laptop = await createDevice(crypto, root.signing)
  const genesis = await createHaloGenesis(crypto, root)
  const log = createMembershipLog({ crypto, space: genesis.space })
  await log.add(genesis.operation)
  const signer = { deviceId: 'root', signing: root.signing } as const
  for (const operation of await createDeviceAddition({ log, identity: laptop.id, signer, record: laptop.record })) await log.add(operation)
  const keyRing = createKeyRing({ crypto, log })
  const epoch = await createEpoch({ crypto, log, signer: laptop, keyRing })
  await log.add(epoch.operation)
  keyRing.add(epoch.key.id, epoch.key.key)
  const operations = log.operations().length

  const keys = await deriveInvitationKeys(crypto, new Uint8Array(16).fill(4))
  const target = invitationTarget(crypto, root.signing.publicKey)
  const invitation = { kind: 'device', secret: new Uint8Array(16).fill(4), target, code: false, compare: true } as Invitation
  const phone = newDeviceIdentity({ signing: await crypto.createSigningKey(), agreement: await crypto.createAgreementKey() })
  const stored: JoinedSpace[] = []
  const shown: { host: string[]; guest: string[] } = { host: [], guest: [] }

  async function list(record: DeviceRecord): Promise<Result<void, 'malformed'>> {
    const by = { deviceId: laptop.deviceId, signing: laptop.signing }
    for (const operation of await createDeviceAddition({ log, identity: laptop.id, signer: by, record })) {
      if (!(await log.add(operation)).ok) return fail('malformed')
    }
    return ok(undefined)
  }
  const terms: HostTerms = {
    compare: true,
    decision: async (digits = '') => {
      shown.host.push(digits)
      return ok(undefined)
    },
  }
  const hostOptions: HostJoinOptions = {
    crypto,
    clock,
    random: createSeededRandom('host'),
    identity: laptop,
    ownName: 'Ann',
    space: genesis.space,
    log,
    keyRing,
    invitationId: keys.signing.publicKey,
    preSharedKey: joinPsk(crypto, keys.rendezvousKey),
    content: () => [],
    asks: 'new-device',
    terms: async () => ok(terms),
    admit: (_ask, record) => list(record!),
  }
  const guestOptions: GuestJoinOptions = {
    crypto,
    clock,
    random: createSeededRandom('guest'),
    identity: phone,
    pairing: { compare: async (digits) => void shown.guest.push(digits) },
    name: 'Phone',
    invitation,
    keys,
    onAnswer: () => {},
    store: async (joined) => void stored.push(joined),
  }

  async function settle<T>(promise: Promise<T>): Promise<T> {
    let done = false
    void promise.then(() => (done = true))
    await clock.runUntil(() => done, 600_000)
    return promise
  }
  async function meet(host: Partial<HostJoinOptions> = {}, guest: Partial<GuestJoinOptions> = {}, prepare?: (swarm: MemorySwarm) => void) {
    const { ends } = await connect(clock, prepare)
    const [hosted, joined] = await settle(
      Promise.all([hostJoin(ends[0], { ...hostOptions, ...host }), guestJoin(ends[1], { ...guestOptions, ...guest })]),
    )
    return [hosted.ok ? 'ok' : hosted.error, nameOf(joined)] as const
  }
  /** One end of a conversation that only these tests hold. */
  async function openPipe(connection: Parameters<typeof openJoinPipe>[0], role: 'guest' | 'host', seed: string): Promise<JoinPipe> {
    const psk = joinPsk(crypto, keys.rendezvousKey)
    const options = { crypto, clock, random: createSeededRandom(seed), role, invitationId: keys.signing.publicKey, preSharedKey: psk }
    const pipe = await openJoinPipe(connection, options)
    if (!pipe.ok) throw new Error(pipe.error)
    return pipe.value
  }
  /** A patched phone: as the honest one up to the answer, then it says `messages`. */
  async function say(identity: typeof phone, messages: (host: Uint8Array) => Promise<readonly (PairingMessage | Uint8Array)[]>) {
    const { ends } = await connect(clock)
    const hosting = hostJoin(ends[0], { ...hostOptions, terms: async () => ok({ decision: async () => ok(undefined) }) })
    const pipe = await settle(openPipe(ends[1], 'guest', 'patched'))
    const t0 = pipe.transcript
    const asked = { records: [], newDevice: identity.record, consent: noConsent, codeDone: false, name: 'P' }
    const ask = await createAsk(crypto, asked, t0, keys.signing, identity.signing)
    await pipe.send(ask, t0)
    const t1 = nextTranscript(crypto, t0, ask)
    const answered = await settle(pipe.receive(t1, limits))
    if (!answered.ok) throw new Error(answered.error)
    const answer = await readAnswer(crypto, answered.value, t1)
    if (!answer.ok) throw new Error(answer.error)
    const t2 = nextTranscript(crypto, t1, answered.value)
    for (const message of await messages(answer.value.device)) {
      await pipe.send(message instanceof Uint8Array ? message : encodePairingMessage(message), t2)
    }
    const result = await settle(hosting)
    pipe.close()
    return result.ok ? 'ok' : result.error
  }
  const unchanged = (): void => expect([log.operations().length, stored.length]).toEqual([operations, 0])
  return {
    operations,
    crypto,
    clock,
    root,
    laptop,
    genesis,
    log,
    epoch,
    phone,
    invitation,
    stored,
    shown,
    hostOptions,
    meet,
    openPipe,
    say,
    settle,
    unchanged,
  }
}

describe('a pairing', () => {
  it('lists the new device under the record that both have signed, and gives it log and key', async () => {
    const { laptop, genesis, log, epoch, phone, stored, shown, meet } = await createTest()
    expect(await meet()).toEqual(['ok', 'ok'])
    expect(stored).toMatchObject([{ space: genesis.space, key: { id: epoch.key.id }, hostName: 'Ann', alreadyMember: false }])
    const { identity, sign, seal, certifier } = stored[0]!.record
    expect([identity, sign, seal, certifier]).toEqual([laptop.record.identity, phone.record.sign, phone.record.seal, laptop.record.sign])
    expect(log.isWriter(laptop.id, phone.deviceId)).toBe(true)
    expect(shown.host).toEqual(shown.guest)
    expect(shown.host[0]).toMatch(/^\d{6}$/)
    expect(await meet()).toEqual(['ok', 'ok'])
    expect([stored[1]!.alreadyMember, shown.host.length]).toEqual([true, 1])
  })

  it('is not done before both have said yes', async () => {
    const { clock, hostOptions, meet, unchanged } = await createTest()
    // Neither ever answers: the wait has an end.
    const never = new Promise<never>(() => {})
    expect(await meet({}, { pairing: { compare: () => never } })).toEqual(['timeout', 'timeout'])
    unchanged()
    expect(await meet({ terms: async () => ok({ compare: true, decision: async () => fail('denied') }) })).toEqual(['denied', 'denied'])
    unchanged()
    const giveUp = new AbortController()
    clock.after(1_000, () => giveUp.abort())
    expect((await meet(hostOptions, { pairing: { compare: () => never }, signal: giveUp.signal }))[0]).toBe('cancelled')
    unchanged()
  })

  it('that breaks off after any frame succeeds at the second try, with the device listed once', { timeout: 60_000 }, async () => {
    let frames = 0
    await (await createTest()).meet({}, {}, (swarm) => void swarm.tap((_from, _to, frame) => (frames++, frame)))
    expect(frames).toBeGreaterThan(10)
    for (let lost = 0; lost < frames; lost++) {
      const { log, laptop, stored, meet, operations } = await createTest()
      let count = 0
      await meet({}, {}, (swarm) => void swarm.tap((_from, _to, frame) => (count++ >= lost ? undefined : frame)))
      expect((await meet())[1], `lost from frame ${lost}`).toBe('ok')
      expect([log.operations().length, log.state.get().members.get(laptop.id)?.devices.length], `lost from frame ${lost}`).toEqual([
        operations + 1,
        2,
      ])
      expect(stored.length).toBeGreaterThan(0)
    }
  })

  it('ends as insecure with a host of another person, of a space of its own, or that leaves a step out', async () => {
    const first = await createTest()
    expect((await first.meet({ identity: await createPerson(first.crypto) }))[1]).toBe('insecure')
    first.unchanged()

    // The host says that it is of this person, and hands out the private space of another.
    const second = await createTest()
    const foreign = await deriveRootKey(second.crypto, new Uint8Array(32).fill(8))
    const genesis = await createHaloGenesis(second.crypto, foreign)
    const log = { ...second.log, operations: () => [genesis.operation] }
    expect((await second.meet({ log }))[1]).toBe('insecure')
    expect(second.stored).toEqual([])

    // A device of hers, as one that was shut out, makes a space of its own in her name, and lists the phone there as a true one would.
    const third = await createTest()
    const { crypto, laptop } = third
    const { space, operation } = await createGenesis({ crypto, identity: laptop, name: 'Ann' })
    const own = createMembershipLog({ crypto, space })
    await own.add(operation)
    const keyRing = createKeyRing({ crypto, log: own })
    const epoch = await createEpoch({ crypto, log: own, signer: laptop, keyRing })
    await own.add(epoch.operation)
    keyRing.add(epoch.key.id, epoch.key.key)
    const signer = { deviceId: laptop.deviceId, signing: laptop.signing }
    const admit: HostJoinOptions['admit'] = async (_ask, record) => {
      for (const entry of await createDeviceAddition({ log: own, identity: laptop.id, signer, record: record! })) await own.add(entry)
      return ok(undefined)
    }
    expect((await third.meet({ space, log: own, keyRing, admit }))[1]).toBe('insecure')
    expect(own.device(third.phone.deviceId)).toBeDefined()
    third.unchanged()

    // Without the comparison, with neither step, and with another step than the link names.
    const yes = async (): Promise<Result<void, never>> => ok(undefined)
    for (const terms of [{ decision: yes }, {}] as const) {
      const test = await createTest()
      expect((await test.meet({ terms: async () => ok(terms) }))[1]).toBe('insecure')
      test.unchanged()
    }
    const last = await createTest()
    expect((await last.meet({}, { invitation: { ...last.invitation, compare: false, code: true } }))[1]).toBe('insecure')
    last.unchanged()
  })

  it('refuses a forged agreement, a sealing key of low order, and messages out of turn', async () => {
    const { crypto, laptop, phone, say, unchanged } = await createTest()
    const fields = (identity = laptop.record.identity, certifier = laptop.record.sign) => ({ ...phone.record, identity, certifier })
    const confirm = async (value: Promise<Uint8Array>): Promise<readonly PairingMessage[]> => [{ kind: 'confirm', value: await value }]
    const another = await crypto.createSigningKey()
    const cases: readonly (readonly [string, () => Promise<string>])[] = [
      ['bad-signature', () => say(phone, () => confirm(signDeviceSelf(another, fields())))],
      ['bad-signature', () => say(phone, () => confirm(signDeviceSelf(phone.signing, fields(new Uint8Array(32).fill(9)))))],
      ['bad-signature', () => say(phone, () => confirm(signDeviceSelf(phone.signing, fields(undefined, another.publicKey))))],
      ['bad-signature', () => say(phone, async () => [{ kind: 'confirm', value: new Uint8Array(64) }])],
      ['malformed', () => say(phone, async () => [{ kind: 'nonce', value: new Uint8Array(16) }])],
      ['malformed', () => say(phone, async () => [Uint8Array.of(0x3a)])],
      ['malformed', () => say(phone, async () => [new Uint8Array(0)])],
      ['cancelled', () => say(phone, async () => [Uint8Array.of(0x3f, 1, 0)])],
      ['timeout', () => say(phone, async () => [])],
    ]
    for (const [code, run] of cases) {
      expect(await run()).toBe(code)
      unchanged()
    }
    const lowOrder = { ...phone, record: { ...phone.record, seal: new Uint8Array(32) } }
    const self = signDeviceSelf(phone.signing, { ...fields(), seal: new Uint8Array(32) })
    expect(await say(lowOrder, () => confirm(self))).toBe('bad-key')
    unchanged()
    expect(await say(phone, () => confirm(signDeviceSelf(phone.signing, fields())))).toBe('ok')
  })

  it('takes no person where a device is asked for, and no device where a person is', async () => {
    const { crypto, meet, unchanged } = await createTest()
    const person = await createPerson(crypto)
    expect((await meet({}, { identity: person, pairing: undefined as never }))[0]).toBe('malformed')
    expect((await meet({ asks: 'member' }))[0]).toBe('malformed')
    unchanged()
  })
})

describe('the digits that two devices compare', () => {
  it('are alike at both ends of a connection, and never where somebody sits between two', { timeout: 60_000 }, async () => {
    const { crypto, clock, openPipe, settle } = await createTest()
    const t2 = new Uint8Array(32).fill(2)
    const pipes = async (seed: number): Promise<readonly [JoinPipe, JoinPipe]> => {
      const { ends } = await connect(clock)
      return settle(Promise.all([openPipe(ends[0], 'host', `h${seed}`), openPipe(ends[1], 'guest', `g${seed}`)]))
    }
    const value = (digits: Result<string, unknown>): string => (digits.ok ? digits.value : 'none')
    for (let run = 0; run < 60; run++) {
      // Host with the one in the middle, who is the host of another connection to the guest.
      const [[host, middleGuest], [middleHost, guest]] = [await pipes(2 * run), await pipes(2 * run + 1)]
      const digits = await settle(
        Promise.all([
          hostComparison(host, crypto, t2),
          guestComparison(middleGuest, crypto, t2),
          hostComparison(middleHost, crypto, t2),
          guestComparison(guest, crypto, t2),
        ]),
      )
      const [atHost, atMiddle, , atGuest] = digits.map(value)
      expect(atHost).toBe(atMiddle)
      expect(atHost).not.toBe(atGuest)
      for (const pipe of [host, middleGuest, middleHost, guest]) pipe.close()
    }
  })

  it('are not made with a host whose nonce is not the one that it committed to, and depend on both nonces', async () => {
    const { crypto, clock, openPipe, settle } = await createTest()
    const t2 = new Uint8Array(32).fill(2)
    const seen = new Set<string>()
    for (const [committed, revealed] of [
      [1, 1],
      [2, 2],
      [1, 2],
    ] as const) {
      const { ends } = await connect(clock)
      const [host, guest] = await settle(Promise.all([openPipe(ends[0], 'host', 'h'), openPipe(ends[1], 'guest', 'g')]))
      const nonce = (fill: number): Uint8Array => new Uint8Array(16).fill(fill)
      const comparing = guestComparison(guest, crypto, t2)
      const commitment = labelledHash(crypto, 'commit', t2, nonce(committed))
      await host.send(encodePairingMessage({ kind: 'commit', value: commitment }), t2)
      const theirs = await settle(host.receive(t2, limits))
      await host.send(encodePairingMessage({ kind: 'reveal', value: nonce(revealed) }), t2)
      const digits = await settle(comparing)
      if (committed !== revealed) expect(digits).toEqual({ ok: false, error: { fake: true } })
      else {
        expect(digits.ok && theirs.ok).toBe(true)
        if (digits.ok) seen.add(digits.value)
        // The same connection secret gives other bytes for another purpose.
        expect(toHex(host.derive('compare', concatBytes(t2, nonce(1))))).not.toBe(toHex(host.derive('another', concatBytes(t2, nonce(1)))))
      }
      host.close()
      guest.close()
    }
    expect(seen.size).toBe(2)
  })
})
