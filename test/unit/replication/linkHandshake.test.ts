import type { CryptoPort } from '../../../src/crypto/cryptoPort.ts'
import { describe, expect, it } from 'vitest'
import { epochKeyId } from '../../../src/access/keys/epochKeys.ts'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import type { Connection } from '../../../src/network/network.ts'
import { linkHandshake } from '../../../src/replication/link/linkHandshake.ts'
import { toHex, utf8 } from '../../../src/shared/bytes.ts'
import { idBytes, toId, type SpaceId } from '../../../src/shared/ids.ts'
import { createTestSpace } from '../documents/createTestSpace.ts'
import { connect, nameOf, optionsOf, shake, withBinding } from './handshakeFixtures.ts'

/** No end came to a link, and at least one of them said why with this fault. */
function expectNoLink(outcomes: readonly Parameters<typeof nameOf>[0][], fault: string): void {
  const names = outcomes.map(nameOf)
  expect(names).not.toContain('ok')
  expect(names).toContain(fault)
}

describe('linkHandshake', () => {
  it("gives two members a channel, each the other's device, and a secret that only they share", async () => {
    const world = await createTestSpace()
    const { ends } = await connect(world.clock)
    const [a, b] = await shake(world.clock, ends, optionsOf(world, 'alice', 'a'), optionsOf(world, 'bob', 'b'))
    if (!a.ok || !b.ok) throw new Error(`${nameOf(a)} ${nameOf(b)}`)
    expect([toId(a.value.device), toId(b.value.device)]).toEqual([world.bob.deviceId, world.alice.deviceId])
    expect(toHex(a.value.exporter)).toBe(toHex(b.value.exporter))
    expect(a.value.heads.map(toHex)).toEqual(world.log.heads().map(toHex))
    const heard: string[] = []
    a.value.channel.onMessage = (message) => void heard.push(new TextDecoder().decode(message))
    b.value.channel.onMessage = (message) => void heard.push(new TextDecoder().decode(message))
    a.value.channel.send(utf8('to b'), 'bulk')
    b.value.channel.send(utf8('to a'), 'urgent')
    await world.clock.run(20)
    expect(heard.sort()).toEqual(['to a', 'to b'])
  })

  it('gives every run keys of its own', async () => {
    const world = await createTestSpace()
    const exporters = []
    for (let run = 0; run < 3; run++) {
      const { ends } = await connect(world.clock)
      const [a] = await shake(world.clock, ends, optionsOf(world, 'alice', 'a'), optionsOf(world, 'bob', 'b'))
      exporters.push(a.ok ? toHex(a.value.exporter) : nameOf(a))
    }
    expect(new Set(exporters).size).toBe(3)
  })

  it('works without certificates on both ends', async () => {
    const world = await createTestSpace()
    const { ends } = await connect(world.clock)
    const bare: [Connection, Connection] = [withBinding(ends[0], undefined), withBinding(ends[1], undefined)]
    const outcomes = await shake(world.clock, bare, optionsOf(world, 'alice', 'a'), optionsOf(world, 'bob', 'b'))
    expect(outcomes.map(nameOf)).toEqual(['ok', 'ok'])
  })

  describe('ends as insecure-peer', () => {
    it('with who has another key of the same id', async () => {
      const world = await createTestSpace()
      const { ends } = await connect(world.clock)
      const key = { id: world.keyRing.newest()!.id, key: new Uint8Array(32).fill(66) }
      expectNoLink(await shake(world.clock, ends, optionsOf(world, 'alice', 'a'), optionsOf(world, 'bob', 'b', { key })), 'insecure-peer')
    })

    it('with who is in another epoch', async () => {
      const world = await createTestSpace()
      const { ends } = await connect(world.clock)
      const secret = new Uint8Array(32).fill(66)
      const key = { id: epochKeyId(world.crypto, idBytes(world.space), secret), key: secret }
      expectNoLink(await shake(world.clock, ends, optionsOf(world, 'alice', 'a'), optionsOf(world, 'bob', 'b', { key })), 'insecure-peer')
    })

    it('with who means another space', async () => {
      const world = await createTestSpace()
      const { ends } = await connect(world.clock)
      const space = toId<SpaceId>(new Uint8Array(32).fill(9))
      expectNoLink(await shake(world.clock, ends, optionsOf(world, 'alice', 'a'), optionsOf(world, 'bob', 'b', { space })), 'insecure-peer')
    })

    it('where someone sits between both ends of the transport', async () => {
      const world = await createTestSpace()
      const { ends } = await connect(world.clock, (swarm) => swarm.forgeBinding('a', 'b'))
      expectNoLink(await shake(world.clock, ends, optionsOf(world, 'alice', 'a'), optionsOf(world, 'bob', 'b')), 'insecure-peer')
    })

    it('where certificates are swapped, or there on one end only', async () => {
      const world = await createTestSpace()
      const first = await connect(world.clock)
      const { local, remote } = first.ends[1].binding!
      const swapped = withBinding(first.ends[1], { local: remote, remote: local })
      expectNoLink(
        await shake(world.clock, [first.ends[0], swapped], optionsOf(world, 'alice', 'a'), optionsOf(world, 'bob', 'b')),
        'insecure-peer',
      )
      const second = await connect(world.clock)
      const bare = withBinding(second.ends[1], undefined)
      expectNoLink(
        await shake(world.clock, [second.ends[0], bare], optionsOf(world, 'alice', 'a'), optionsOf(world, 'bob', 'b')),
        'insecure-peer',
      )
    })

    it('with a recorded run, played again to either side', async () => {
      for (const victim of ['a', 'b']) {
        const world = await createTestSpace()
        const recorded: Uint8Array[] = []
        const played = victim === 'a' ? 'b' : 'a'
        const first = await connect(
          world.clock,
          (swarm) => void swarm.tap((from, _to, frame) => (from === played && recorded.push(frame.slice()), frame)),
        )
        const honest = await shake(world.clock, first.ends, optionsOf(world, 'alice', 'a'), optionsOf(world, 'bob', 'b'))
        expect(honest.map(nameOf)).toEqual(['ok', 'ok'])
        expect(recorded).toHaveLength(2)
        let next = 0
        const second = await connect(
          world.clock,
          (swarm) => void swarm.tap((from, _to, frame) => (from === played ? recorded[next++] : frame)),
        )
        const outcomes = await shake(world.clock, second.ends, optionsOf(world, 'alice', 'a2'), optionsOf(world, 'bob', 'b2'))
        expectNoLink(outcomes, 'insecure-peer')
        expect(next).toBeGreaterThan(0)
      }
    })

    it('or not at all with any bit of the conversation changed', { timeout: 60_000 }, async () => {
      const world = await createTestSpace()
      const lengths: number[] = []
      const honest = await connect(world.clock, (swarm) => void swarm.tap((_from, _to, frame) => (lengths.push(frame.length), frame)))
      await shake(world.clock, honest.ends, optionsOf(world, 'alice', 'a'), optionsOf(world, 'bob', 'b'))
      expect(lengths).toHaveLength(4)
      let runs = 0
      for (const [which, length] of lengths.entries()) {
        for (let bit = which; bit < length * 8; bit += 29) {
          let count = 0
          const { ends } = await connect(world.clock, (swarm) => {
            swarm.tap((_from, _to, frame) => {
              if (count++ !== which) return frame
              const changed = frame.slice()
              changed[bit >> 3]! ^= 1 << (bit & 7)
              return changed
            })
          })
          const outcomes = await shake(world.clock, ends, optionsOf(world, 'alice', 'a'), optionsOf(world, 'bob', 'b'))
          runs++
          // Who proved himself second cannot know that his last frame was harmed; his channel tells him at the first frame.
          const ok = outcomes.filter((outcome) => outcome.ok)
          expect(ok.length, `frame ${which}, bit ${bit}`).toBeLessThan(2)
          if (which < 3) expect(ok.length, `frame ${which}, bit ${bit}`).toBe(0)
        }
      }
      expect(runs).toBeGreaterThan(60)
    })
  })

  it("ends as reflected with one's own hello and with one's own device", async () => {
    const world = await createTestSpace()
    let own: Uint8Array | undefined
    const first = await connect(world.clock, (swarm) => {
      swarm.tap((from, _to, frame) => {
        if (from === 'a') own ??= frame
        return from === 'b' && own !== undefined ? own : frame
      })
    })
    const [a] = await shake(world.clock, first.ends, optionsOf(world, 'alice', 'a'), optionsOf(world, 'bob', 'b'))
    expect(nameOf(a)).toBe('reflected')
    const second = await connect(world.clock)
    expectNoLink(await shake(world.clock, second.ends, optionsOf(world, 'alice', 'a'), optionsOf(world, 'alice', 'b')), 'reflected')
  })

  it.each([
    ['zero', new Uint8Array(32)],
    ['one', Uint8Array.of(1, ...new Uint8Array(31))],
    [
      'order 8',
      Uint8Array.from('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'.match(/../g)!, (byte) => parseInt(byte, 16)),
    ],
  ])('ends as bad-key with an ephemeral key of low order (%s)', async (_name, ephemeral) => {
    const world = await createTestSpace(await createWebCrypto())
    const { ends } = await connect(world.clock, (swarm) => {
      swarm.tap((from, _to, frame) => {
        if (from !== 'b' || frame[0] !== 1) return frame
        const changed = frame.slice()
        changed.set(ephemeral, 5)
        return changed
      })
    })
    // WebCrypto takes its own time, which the simulated clock does not wait for.
    const both = Promise.all([linkHandshake(ends[0], optionsOf(world, 'alice', 'a')), linkHandshake(ends[1], optionsOf(world, 'bob', 'b'))])
    let done = false
    void both.then(() => (done = true))
    for (let turn = 0; turn < 2000 && !done; turn++) {
      await world.clock.run(10)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    expect(nameOf((await both)[0])).toBe('bad-key')
  })

  it('runs with WebCrypto too', async () => {
    const world = await createTestSpace(await createWebCrypto())
    const { ends } = await connect(world.clock)
    const both = Promise.all([linkHandshake(ends[0], optionsOf(world, 'alice', 'a')), linkHandshake(ends[1], optionsOf(world, 'bob', 'b'))])
    let done = false
    void both.then(() => (done = true))
    for (let turn = 0; turn < 2000 && !done; turn++) {
      await world.clock.run(2)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    expect((await both).map(nameOf)).toEqual(['ok', 'ok'])
  })

  it('gives up on silence after ten seconds, and on more than 16 KiB before proof at once', async () => {
    const world = await createTestSpace()
    const silent = await connect(world.clock)
    const startMs = world.clock.now()
    const waiting = linkHandshake(silent.ends[0], optionsOf(world, 'alice', 'a'))
    let done = false
    void waiting.then(() => (done = true))
    await world.clock.runUntil(() => done)
    expect(nameOf(await waiting)).toBe('timeout')
    expect(world.clock.now() - startMs).toBe(10_000)

    const flood = await connect(world.clock)
    const flooded = linkHandshake(flood.ends[0], optionsOf(world, 'alice', 'a'))
    for (let i = 0; i < 3; i++) flood.ends[1].send(new Uint8Array(8000))
    await world.clock.run(10)
    expect(nameOf(await flooded)).not.toBe('ok')
  })

  it('keeps no more than 16 KiB of what comes before the proof is verified, also from who can prove it', async () => {
    const received: [small: number, large: number][] = []
    for (let round = 0; round < 8; round++) {
      const world = await createTestSpace()
      const slow: CryptoPort = {
        ...world.crypto,
        verify: (...signed) => new Promise((resolve) => world.clock.after(1000, () => void world.crypto.verify(...signed).then(resolve))),
      }
      const counts: number[] = []
      for (const bytes of [1000, 8000]) {
        const { ends } = await connect(world.clock)
        let isVerified = false
        let count = 0
        const hers = linkHandshake(ends[0], optionsOf(world, 'alice', `a${round}`, { crypto: slow })).then((result) => {
          isVerified = true
          if (result.ok) result.value.channel.onMessage = () => void count++
        })
        const his = linkHandshake(ends[1], optionsOf(world, 'bob', `b${round}`))
        let early = false
        void his.then((result) => {
          early = !isVerified
          if (result.ok) for (let i = 0; i < 4; i++) result.value.channel.send(new Uint8Array(bytes), 'bulk')
        })
        await world.clock.run(5000)
        await Promise.all([hers, his])
        if (early) counts.push(count)
      }
      if (counts.length === 2) received.push(counts as [number, number])
    }
    // Who is the responder is done first, and may speak while the other still verifies; half of the runs, or so.
    expect(received.length).toBeGreaterThan(0)
    for (const [small, large] of received) {
      expect(small).toBe(4)
      expect(large).toBeLessThan(3)
    }
  })

  it('refuses a hello of another protocol or role', async () => {
    const world = await createTestSpace()
    for (const [at, value] of [
      [1, 2],
      [2, 1],
      [2, 2],
      [2, 3],
    ] as const) {
      const { ends } = await connect(world.clock, (swarm) => {
        swarm.tap((from, _to, frame) => {
          if (from !== 'b' || frame[0] !== 1) return frame
          const changed = frame.slice()
          changed[at] = value
          return changed
        })
      })
      const [a] = await shake(world.clock, ends, optionsOf(world, 'alice', 'a'), optionsOf(world, 'bob', 'b'))
      expect(nameOf(a)).toBe('wrong-kind')
    }
  })

  describe('leaves a channel that closes', () => {
    async function linked() {
      const world = await createTestSpace()
      const { ends, swarm } = await connect(world.clock)
      const [a, b] = await shake(world.clock, ends, optionsOf(world, 'alice', 'a'), optionsOf(world, 'bob', 'b'))
      if (!a.ok || !b.ok) throw new Error('no link')
      const heard: string[] = []
      const closed: string[] = []
      b.value.channel.onMessage = (message) => void heard.push(new TextDecoder().decode(message))
      b.value.channel.onClose = (why) => void closed.push(why)
      a.value.channel.onClose = (why) => void closed.push(`peer ${why}`)
      return { clock: world.clock, swarm, channel: a.value.channel, heard, closed }
    }

    it.each(['drop', 'change', 'repeat', 'auth again'] as const)('when a frame is harmed: %s', async (how) => {
      const { clock, swarm, channel, heard, closed } = await linked()
      let count = 0
      let first: Uint8Array | undefined
      swarm.tap((from, _to, frame) => {
        if (from !== 'a') return frame
        count++
        first ??= frame
        if (count !== 2) return frame
        if (how === 'drop') return undefined
        if (how === 'repeat') return first
        const changed = frame.slice()
        changed[how === 'change' ? 9 : 0]! ^= 1
        return changed
      })
      for (const text of ['one', 'two', 'three']) channel.send(utf8(text), 'bulk')
      await clock.run(50)
      expect(heard).toEqual(['one'])
      expect(closed.sort()).toEqual(['insecure', 'peer closed'])
    })

    it.each([{ duplicate: 1 }, { reorder: 1 }])('when the network does %o', async (faults) => {
      const { clock, swarm, channel, heard, closed } = await linked()
      swarm.setFaults(faults)
      for (const text of ['one', 'two', 'three']) channel.send(utf8(text), 'bulk')
      await clock.run(50)
      expect(heard.length).toBeLessThan(3)
      expect(closed).toContain('insecure')
    })

    it('but not when all is well', async () => {
      const { clock, channel, heard, closed } = await linked()
      for (const text of ['one', 'two', 'three']) channel.send(utf8(text), 'bulk')
      await clock.run(50)
      expect(heard).toEqual(['one', 'two', 'three'])
      expect(closed).toEqual([])
    })
  })
})
