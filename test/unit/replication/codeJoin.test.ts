import { describe, expect, it } from 'vitest'
import * as cpace from '../../../src/crypto/cpace.ts'
import type { Connection } from '../../../src/network/network.ts'
import type { CodeTerms } from '../../../src/replication/joining/hostCode.ts'
import { hostJoin, type HostJoinOptions } from '../../../src/replication/joining/hostJoin.ts'
import { guestJoin, type GuestJoinOptions } from '../../../src/replication/joining/guestJoin.ts'
import { createCodeShare } from '../../../src/replication/joining/codeExchange.ts'
import { decodeCodeMessage, encodeCodeMessage, type CodeMessage } from '../../../src/replication/joining/codeMessages.ts'
import { createAnswer, createAsk, readAnswer } from '../../../src/replication/joining/joinMessages.ts'
import { openJoinPipe, type JoinPipe } from '../../../src/replication/joining/joinPipe.ts'
import { nextTranscript } from '../../../src/replication/link/transcript.ts'
import { decodeRefusal } from '../../../src/replication/refusal.ts'
import { createConsent } from '../../../src/access/making/consent.ts'
import { hostMark } from '../../../src/access/invitations/invitation.ts'
import { joinPsk } from '../../../src/access/invitations/invitationKeys.ts'
import { toHex } from '../../../src/shared/bytes.ts'
import { idBytes } from '../../../src/shared/ids.ts'
import { fail, ok } from '../../../src/shared/result.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { connect } from './handshakeFixtures.ts'
import { createJoinTest, nameOf } from './joinFixtures.ts'

const right = '123456'
const limits = { maxBytes: 1_000_000, deadlineMs: 10_000 }

/** A host that wants a code, counting as the product does, and a guest whose person types `typed` one after the other. */
async function createTest(typed: readonly string[] = [right]) {
  const base = await createJoinTest()
  const state = { wrong: 0, passed: new Set<string>(), evaluated: 0 }
  const codes = [...typed]
  const asked: { readonly triesLeft: number; readonly wrong: boolean }[] = []
  let passedHost: Uint8Array | undefined

  const terms: HostJoinOptions['terms'] = async (ask) => {
    const device = toHex(ask.records.at(-1)!.sign)
    if (state.wrong >= 3) return fail('used-up')
    const code: CodeTerms = {
      code: right,
      codeKey: base.keys.codeKey,
      cpace,
      passed: state.passed.has(device),
      triesLeft: 3 - state.wrong,
      async judge(isRight) {
        if (state.wrong >= 3) return fail('used-up')
        state.evaluated++
        if (!isRight()) return ok(3 - ++state.wrong)
        state.passed.add(device)
        return ok('right')
      },
    }
    return ok({ code })
  }
  const guest: Partial<GuestJoinOptions> = {
    invitation: { ...base.invitation, code: true },
    loadCpace: async () => ok(cpace),
    askCode(question) {
      asked.push(question)
      const next = codes.shift()
      return next === undefined ? new Promise(() => {}) : Promise.resolve(next)
    },
    onPassed: (host) => (passedHost = host),
  }
  const meet = (host: Partial<HostJoinOptions> = {}, visitor: Partial<GuestJoinOptions> = {}, prepare?: Parameters<typeof base.meet>[2]) =>
    base.meet({ terms, ...host }, { ...guest, passedHost, ...visitor }, prepare)
  return { ...base, state, asked, admittedBy: base.asked, terms, guestParts: guest, meet, codes }
}

describe('a join with a code', () => {
  it('admits who knows it, in one run', async () => {
    const { meet, log, guest, state, asked } = await createTest()
    const [host, joined] = await meet()
    expect([host.ok, nameOf(joined)]).toEqual([true, 'ok'])
    expect(log.device(guest.deviceId)).toBeDefined()
    expect([state.evaluated, asked]).toEqual([1, [{ triesLeft: 3, wrong: false }]])
  })

  it('lets a person mistype twice on one connection', async () => {
    const { meet, asked, state } = await createTest(['000000', '111111', right])
    expect(nameOf((await meet())[1])).toBe('ok')
    expect(asked).toEqual([
      { triesLeft: 3, wrong: false },
      { triesLeft: 2, wrong: true },
      { triesLeft: 1, wrong: true },
    ])
    expect(state.wrong).toBe(2)
  })

  it('ends with the third wrong code, and refuses the right one afterwards', async () => {
    const { meet, log, guest, state, codes } = await createTest(['000000', '111111', '222222'])
    expect((await meet()).map((end) => (end.ok ? 'ok' : end.error))).toEqual([
      'wrong-code',
      expect.objectContaining({ reason: 'wrong-code' }),
    ])
    codes.push(right)
    const [host, again] = await meet()
    expect([host, nameOf(again)]).toEqual([{ ok: false, error: 'used-up' }, 'used-up'])
    expect(log.device(guest.deviceId)).toBeUndefined()
    expect(state.evaluated).toBe(3)
  })

  it(
    'costs no try where the connection breaks before the tag, and goes on after any frame without a second admission',
    { timeout: 60_000 },
    async () => {
      let frames = 0
      await (await createTest()).meet({}, {}, (swarm) => void swarm.tap((_from, _to, frame) => (frames++, frame)))
      for (let lost = 0; lost < frames; lost++) {
        const { meet, state, admittedBy, codes } = await createTest()
        let count = 0
        await meet({}, {}, (swarm) => void swarm.tap((_from, _to, frame) => (count++ >= lost ? undefined : frame)))
        if (codes.length === 0) codes.push(right)
        expect(nameOf((await meet())[1]), `lost from frame ${lost}`).toBe('ok')
        expect([state.wrong, admittedBy.length], `lost from frame ${lost}`).toEqual([0, 1])
      }
    },
  )

  it('does not ask again who has shown it over an earlier connection, and admits him', async () => {
    const { meet, asked } = await createTest()
    const first = await meet({ admit: async () => fail('timeout') })
    expect(nameOf(first[1])).toBe('timeout')
    expect([nameOf((await meet())[1]), asked.length]).toEqual(['ok', 1])
  })

  describe('ends as insecure', () => {
    it('where the host forgets to ask for the code', async () => {
      const { meet, stored } = await createTest()
      expect(nameOf((await meet({ terms: async () => ok({}) }))[1])).toBe('insecure')
      expect(stored).toEqual([])
    })

    it('where the host says that it was shown, and this guest knows nothing of it, or showed it to another host', async () => {
      const { meet, state, guest, stored } = await createTest([])
      state.passed.add(toHex(guest.record.sign))
      // The ask claims what the answer then repeats.
      expect(nameOf((await meet({}, { passedHost: new Uint8Array(32).fill(9) }))[1])).toBe('insecure')
      expect(stored).toEqual([])
    })

    it('where a link without a code leads to a host that asks for one', async () => {
      const { meet, invitation } = await createTest()
      expect(nameOf((await meet({}, { invitation }))[1])).toBe('insecure')
    })

    it('where the host does not know the code and says that it was right', async () => {
      const { meet, stored, terms } = await createTest()
      const liar: HostJoinOptions['terms'] = async (ask) => {
        const honest = await terms!(ask)
        return honest.ok ? ok({ code: { ...honest.value.code!, code: '999999', judge: async () => ok('right') } }) : honest
      }
      expect(nameOf((await meet({ terms: liar }))[1])).toBe('insecure')
      expect(stored).toEqual([])
    })
  })

  /** A patched guest: as the honest one up to the answer, then `talk`. */
  async function patched(
    test: Awaited<ReturnType<typeof createTest>>,
    talk: (pipe: JoinPipe, t2: Uint8Array, host: Uint8Array) => Promise<void>,
  ) {
    const { clock, crypto, keys, guest, invitation, hostOptions, settle, terms } = test
    const { ends } = await connect(clock)
    const hosting = hostJoin(ends[0], { ...hostOptions, terms: terms! })
    const invitationId = keys.signing.publicKey
    const pipe = await settle(
      openJoinPipe(ends[1] as Connection, {
        crypto,
        clock,
        random: createSeededRandom('patched'),
        role: 'guest',
        invitationId,
        preSharedKey: joinPsk(crypto, keys.rendezvousKey),
      }),
    )
    if (!pipe.ok) throw new Error(pipe.error)
    const t0 = pipe.value.transcript
    const consent = await createConsent(guest.signing, { target: invitation.target, invitationId, record: guest.record })
    const ask = await createAsk(crypto, { records: [guest.record], consent, codeDone: false, name: 'P' }, t0, keys.signing, guest.signing)
    await pipe.value.send(ask, t0)
    const t1 = nextTranscript(crypto, t0, ask)
    const answered = await settle(pipe.value.receive(t1, limits))
    if (!answered.ok) throw new Error(answered.error)
    const answer = await readAnswer(crypto, answered.value, t1)
    if (!answer.ok) throw new Error(answer.error)
    await talk(pipe.value, nextTranscript(crypto, t1, answered.value), answer.value.device)
    const result = await settle(hosting)
    pipe.value.close()
    return result
  }

  const neutral = new Uint8Array(32)
  const cases: readonly (readonly [string, string, readonly CodeMessage[]])[] = [
    ['a tag before a share', 'malformed', [{ kind: 'tag', tag: new Uint8Array(64) }]],
    ['a run out of turn', 'malformed', [{ kind: 'code-a', run: 2, share: neutral.with(0, 9) }]],
    ['the neutral element as share', 'bad-key', [{ kind: 'code-a', run: 1, share: neutral }]],
    ['a share that is not canonical', 'bad-key', [{ kind: 'code-a', run: 1, share: new Uint8Array(32).fill(255) }]],
    ['a share off the group', 'bad-key', [{ kind: 'code-a', run: 1, share: neutral.with(0, 1) }]],
    ["the host's own message", 'malformed', [{ kind: 'code-ok', tag: new Uint8Array(64) }]],
    ['a wait of its own', 'malformed', [{ kind: 'pending' }]],
  ]
  it.each(cases)('refuses %s as %s', async (_name, code, messages) => {
    const test = await createTest()
    const before = test.log.operations().length
    const result = await patched(test, async (pipe, t2) => {
      for (const message of messages) await pipe.send(encodeCodeMessage(message), t2)
    })
    expect(result).toEqual({ ok: false, error: code })
    expect([test.state.evaluated, test.log.operations().length]).toEqual([0, before])
  })

  it('hears while its person looks for the code that the host withdraws, and not from who is not the host that the link names', async () => {
    for (const [device, end] of [
      ['alice', { ok: false, error: { kind: 'end', reason: 'revoked', isProven: true } }],
      ['guest', { ok: false, error: { kind: 'link', fault: 'insecure-peer' } }],
    ] as const) {
      const test = await createTest([])
      const key = { alice: test.world.alice, guest: test.guest }[device].signing.publicKey
      let listeners = 0
      const terms: HostJoinOptions['terms'] = async (ask) => {
        const given = await test.terms!(ask)
        if (!given.ok) return given
        const onEnd: CodeTerms['onEnd'] = (listener) => {
          listeners++
          test.clock.after(2_000, () => listener('revoked'))
          return () => void listeners--
        }
        return ok({ code: { ...given.value.code!, onEnd } })
      }
      const [, result] = await test.meet({ terms }, { invitation: { ...test.invitation, code: true, host: hostMark(key) } })
      expect(result).toMatchObject(end)
      expect([test.asked.length, test.state.evaluated, listeners]).toEqual([device === 'alice' ? 1 : 0, 0, 0])
    }
  })

  it('hears a guest that gives up', async () => {
    const test = await createTest([])
    const ending = new AbortController()
    const ends = (await connect(test.clock)).ends
    const both = Promise.all([
      hostJoin(ends[0], { ...test.hostOptions, terms: test.terms! }),
      guestJoin(ends[1], { ...test.guestOptions, ...test.guestParts, signal: ending.signal }),
    ])
    await test.clock.run(1000)
    expect(test.asked).toHaveLength(1)
    ending.abort()
    expect((await test.settle(both))[0]).toEqual({ ok: false, error: 'cancelled' })
  })

  it('tells who tries one run after the other no more than three verdicts, and a share without a tag nothing', async () => {
    const test = await createTest()
    const { crypto, keys, guest } = test
    const heard: string[] = []
    const result = await patched(test, async (pipe, t2, host) => {
      for (let run = 1; run <= 5; run++) {
        const bound = {
          crypto,
          cpace,
          code: `00000${run}`,
          codeKey: keys.codeKey,
          invitationId: keys.signing.publicKey,
          transcript: t2,
          run,
        }
        const share = createCodeShare({ ...bound, guest: guest.record, host }, 'guest')
        await pipe.send(encodeCodeMessage({ kind: 'code-a', run, share: share.share }), t2)
        const b = await test.settle(pipe.receive(t2, limits))
        if (!b.ok) return
        const reply = decodeCodeMessage('code-b', b.value)
        if (reply === undefined) return void heard.push(decodeRefusal(b.value) ?? '?')
        await pipe.send(encodeCodeMessage({ kind: 'tag', tag: share.finish(reply.share)!.initiatorTag }), t2)
        const verdict = await test.settle(pipe.receive(t2, limits))
        heard.push(verdict.ok ? `left ${decodeCodeMessage('code-wrong', verdict.value)?.triesLeft}` : verdict.error)
      }
    })
    expect(result).toEqual({ ok: false, error: 'wrong-code' })
    expect(heard).toEqual(['left 2', 'left 1', 'left 0', 'wrong-code'])
  })
})

it('a guest that goes on and on gives its place with the host back after twenty minutes', async () => {
  const { hostOptions, guestOptions, guestParts, terms, clock } = await createTest()
  const { ends } = await connect(clock)
  let told: unknown
  void hostJoin(ends[0], {
    ...hostOptions,
    async terms(ask) {
      const given = await terms!(ask)
      // As for a guest that has shown the code before, whose wrong ones cost nothing.
      return given.ok ? ok({ code: { ...given.value.code!, judge: async () => ok(1) } }) : given
    },
  }).then((result) => (told = result))
  const askCode = (): Promise<string> => new Promise((resolve) => clock.after(290_000, () => resolve('000000')))
  void guestJoin(ends[1], { ...guestOptions, ...guestParts, askCode })
  await clock.run(19 * 60_000)
  expect(told).toBe(undefined)
  await clock.run(61_000)
  expect(told).toEqual(fail('timeout'))
})

describe('keys after the code', () => {
  it('are shared by who has the same secret, and by nobody else on the same connection', async () => {
    const { clock, crypto, keys, settle } = await createJoinTest()
    const open = async (secrets: readonly [number, number]) => {
      const { ends } = await connect(clock)
      const common = { crypto, clock, invitationId: keys.signing.publicKey, preSharedKey: joinPsk(crypto, keys.rendezvousKey) }
      const [host, guest] = await settle(
        Promise.all([
          openJoinPipe(ends[0] as Connection, { ...common, random: createSeededRandom('h'), role: 'host' }),
          openJoinPipe(ends[1] as Connection, { ...common, random: createSeededRandom('g'), role: 'guest' }),
        ]),
      )
      if (!host.ok || !guest.ok) throw new Error('no pipe')
      const t2 = new Uint8Array(32).fill(8)
      host.value.rekey(t2, new Uint8Array(64).fill(secrets[0]))
      guest.value.rekey(t2, new Uint8Array(64).fill(secrets[1]))
      await guest.value.send(encodeCodeMessage({ kind: 'pending' }), t2)
      return settle(host.value.receive(t2, limits))
    }
    expect((await open([1, 1])).ok).toBe(true)
    expect(await open([1, 2])).toEqual({ ok: false, error: 'insecure-peer' })
  })
})

describe('a join that somebody decides about', () => {
  it('waits for the decision, and ends as it says', async () => {
    for (const [decision, end] of [
      [ok(undefined), 'ok'],
      [fail('denied' as const), 'denied'],
    ] as const) {
      const { meet, clock } = await createJoinTest()
      let pending = 0
      const [, guest] = await meet(
        { terms: async () => ok({ decision: () => new Promise((resolve) => clock.after(4 * 60_000, () => resolve(decision))) }) },
        { onPending: () => void pending++ },
      ).catch(() => [undefined, undefined])
      expect(guest && nameOf(guest)).toBe(end)
      expect(pending).toBe(1)
    }
  })

  it('ends the wait when the guest goes or says that it gives up', async () => {
    const { hostOptions, guestOptions, clock, settle } = await createJoinTest()
    const ending = new AbortController()
    const { ends } = await connect(clock)
    const both = Promise.all([
      hostJoin(ends[0], { ...hostOptions, terms: async () => ok({ decision: () => new Promise(() => {}) }) }),
      guestJoin(ends[1], { ...guestOptions, signal: ending.signal }),
    ])
    await clock.run(5_000)
    ending.abort()
    expect((await settle(both))[0]).toEqual({ ok: false, error: 'cancelled' })
  })
})

describe('code messages', () => {
  const all: readonly CodeMessage[] = [
    { kind: 'code-a', run: 1, share: new Uint8Array(32).fill(1) },
    { kind: 'code-b', run: 10, share: new Uint8Array(32).fill(2) },
    { kind: 'tag', tag: new Uint8Array(64).fill(3) },
    { kind: 'code-ok', tag: new Uint8Array(64).fill(4) },
    { kind: 'code-wrong', triesLeft: 2 },
    { kind: 'pending' },
  ]
  it('are read as written, as what they are, and never by halves or with more behind', () => {
    for (const message of all) {
      const bytes = encodeCodeMessage(message)
      expect(decodeCodeMessage(message.kind, bytes)).toEqual(message)
      for (const other of all) if (other.kind !== message.kind) expect(decodeCodeMessage(other.kind, bytes)).toBeUndefined()
      for (let end = 0; end < bytes.length; end++) expect(decodeCodeMessage(message.kind, bytes.subarray(0, end))).toBeUndefined()
      expect(decodeCodeMessage(message.kind, Uint8Array.of(...bytes, 0))).toBeUndefined()
    }
  })
  it('are refused with a run that cannot be, or more tries than there are', () => {
    for (const run of [0, 11, 255]) expect(decodeCodeMessage('code-a', Uint8Array.of(0x32, run, ...new Uint8Array(32)))).toBeUndefined()
    for (const left of [3, 255]) expect(decodeCodeMessage('code-wrong', Uint8Array.of(0x36, left))).toBeUndefined()
  })
})

describe('answers', () => {
  it('that ask for a code and call it shown at once, or promise more tries than there are, are malformed', async () => {
    const { crypto, world } = await createJoinTest()
    const t1 = new Uint8Array(32)
    const answer = {
      device: world.alice.record.sign,
      identity: idBytes(world.alice.id),
      alreadyMember: false,
      approval: false,
      isRefusal: false,
      name: 'A',
    }
    const bytes = await createAnswer(crypto, { ...answer, code: 'required', triesLeft: 3 }, t1, world.alice.signing)
    for (const [at, value] of [
      [65, 33],
      [66, 4],
    ] as const) {
      expect(await readAnswer(crypto, bytes.with(at, value), t1)).toEqual({ ok: false, error: 'malformed' })
    }
    expect(await readAnswer(crypto, bytes.with(65, 128), t1)).toEqual({ ok: false, error: 'newer-version' })
  })
})
