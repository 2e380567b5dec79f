import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright'
import { WebSocketServer } from 'ws'
import { afterEach, describe, expect, it } from 'vitest'
import type { DiagnosticFinding } from '../../src/core.ts'
import { invite, setupHarness, share } from './harness.ts'
import { createRefusingRelay, ownAddresses } from './refusingRelay.ts'

declare global {
  interface Window {
    /** Whether addresses of others lead to nowhere. */
    isWalled: boolean
  }
}

const harness = setupHarness()
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const diagnosed = (page: Page, codes: readonly DiagnosticFinding['code'][], linked = false) =>
  page.evaluate(([wanted, isLinked]) => window.lab.diagnosed(wanted, isLinked), [codes, linked] as const)
const setOnline = (page: Page, isOnline: boolean) => page.evaluate((on) => window.lab.echo.network.setEnabled(on), isOnline)

/** Something at an address that is no signaling server. */
async function somethingElse(echoes: boolean): Promise<string> {
  const server = createServer((_, response) => response.writeHead(404).end('Nothing here.'))
  const sockets = echoes ? new WebSocketServer({ server }) : undefined
  sockets?.on('connection', (socket) => socket.on('message', (data) => socket.send(String(data))))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    for (const socket of sockets?.clients ?? []) socket.terminate()
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Runs in the page: a firewall that can be put up. What others say to be reached at becomes an address of documentation (RFC 5737). */
function wall(): void {
  window.isWalled = false
  const elsewhere = <T extends { candidate?: string; sdp?: string }>(given: T): T => {
    if (!window.isWalled) return given
    const { candidate, sdp } = given
    const hidden = (text: string): string => text.replaceAll(/(candidate:\S+ \d \w+ \d+ )\S+/g, '$1192.0.2.1')
    return {
      ...('toJSON' in given ? (given as unknown as { toJSON(): T }).toJSON() : given),
      ...(candidate !== undefined && { candidate: hidden(candidate) }),
      ...(sdp !== undefined && { sdp: hidden(sdp) }),
    }
  }
  const { prototype } = RTCPeerConnection
  const { addIceCandidate, setRemoteDescription } = prototype as {
    readonly addIceCandidate: (candidate?: RTCIceCandidateInit | null) => Promise<void>
    readonly setRemoteDescription: (description: RTCSessionDescriptionInit) => Promise<void>
  }
  prototype.addIceCandidate = function (candidate?: RTCIceCandidateInit | null) {
    return addIceCandidate.call(this, candidate ? elsewhere(candidate) : candidate)
  }
  prototype.setRemoteDescription = function (description: RTCSessionDescriptionInit) {
    return setRemoteDescription.call(this, elsewhere(description))
  }
}

/** Runs in the page: its clock is ten minutes ahead. */
function hurry(): void {
  const now = Date.now
  Date.now = () => now() + 600_000
}

describe('the doctor', () => {
  it('finds everything in order where it is, then that the other is offline, then that he was removed', async () => {
    const [alice, bob] = [await harness.person('Alice'), await harness.person('Bob')]
    const { id } = await share(alice, bob)
    const meeting = await alice.evaluate(() => window.lab.probe.rendezvous())
    const link = await alice.evaluate(() => window.lab.invite())
    const fine = await diagnosed(alice, [], true)
    expect(fine).toMatchObject({ status: 'ok', peers: [{ name: 'Bob', path: 'direct' }], servers: [{ status: 'answers' }] })
    // Who is linked has at least proven to the other who he is, whatever addresses the browser has gone over to since.
    expect(Math.min(fine.peers[0]!.bytesSent!, fine.peers[0]!.bytesReceived!)).toBeGreaterThan(300)
    expect(fine.servers[0]!.roundTripMs).toBeLessThan(1_000)
    expect(fine.report).toMatch(/Peer 1 in space 1: direct, sent \d+ B/)
    const secrets = ['Alice', 'Bob', 'Garden', 'lab', id, meeting.room, meeting.password, link.split('#')[1]!, ...ownAddresses]
    expect(secrets.filter((secret) => fine.report.includes(secret))).toEqual([])

    await setOnline(bob, false)
    expect(await diagnosed(alice, ['peer-offline'])).toMatchObject({ status: 'notice', peers: [] })
    await alice.evaluate(() => window.lab.space.removeMember(window.lab.space.members.get().find(({ isMe }) => !isMe)!.id))
    await setOnline(bob, true)
    expect(await diagnosed(bob, ['removed'])).toMatchObject({ status: 'problem' })
    await diagnosed(alice, ['peer-removed'])
  })

  it('tells a server that is down from one that is something else', async () => {
    const [alice, page, echo] = [
      await harness.person('Alice'),
      await harness.person('Ann', { signaling: [`${await somethingElse(false)}/rooms?token=geheim`] }),
      await harness.person('Amy', { signaling: [await somethingElse(true)] }),
    ]
    for (const person of [alice, page, echo]) await person.evaluate(() => window.lab.createSpace('Garden'))
    await diagnosed(alice, [])
    await harness.stopSignaling()
    expect(await diagnosed(alice, ['server-refused'])).toMatchObject({ status: 'problem', servers: [{ status: 'refused' }] })
    const { findings, report } = await diagnosed(page, ['server-foreign'])
    expect(findings).toMatchObject([{ url: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/…$/) }])
    expect(report).not.toContain('geheim')
    await diagnosed(echo, ['server-foreign'])
    await harness.startSignaling()
    expect(await diagnosed(alice, [])).toMatchObject({ status: 'ok' })
  })

  // A way that leads nowhere is given up after 4 to 8 s and tried again, on both sides, each a few times where the machine is busy.
  it(
    'names a relay that refuses: in passing while there is another way, as the cause where there is none',
    { timeout: 180_000 },
    async () => {
      const relay = await createRefusingRelay()
      closers.push(relay.close)
      const [alice, bob] = [
        await harness.person(undefined, { before: wall, start: false }),
        await harness.person(undefined, { before: wall, start: false }),
      ]
      for (const [page, name] of [
        [alice, 'Alice'],
        [bob, 'Bob'],
      ] as const) {
        const iceServers = [{ urls: relay.url, username: 'ann', credential: 'geheim' }]
        await page.evaluate(async (servers) => void (await window.lab.start({ iceServers: servers })), iceServers)
        await page.evaluate((own) => window.lab.signUp(own), name)
      }
      await share(alice, bob)
      const linked = await diagnosed(alice, ['relay-refused'], true)
      expect(linked).toMatchObject({ status: 'notice', findings: [{ url: relay.url, reason: 401 }], peers: [{ path: 'direct' }] })
      expect(relay.refused()).toBeGreaterThan(0)
      expect(linked.report).toContain(`Relay ${relay.url}: refused, reason 401`)
      expect(linked.report).not.toMatch(/geheim|ann\b/)

      for (const page of [alice, bob]) await page.evaluate(() => void (window.isWalled = true))
      await setOnline(bob, false)
      await bob.evaluate(() => window.lab.untilPeers(0))
      await setOnline(bob, true)
      const walled = await diagnosed(alice, ['no-way', 'relay-refused'])
      expect(walled).toMatchObject({ status: 'problem', ways: { addresses: { relayed: 0 } }, peers: [] })
      for (const page of [alice, bob]) await page.evaluate(() => void (window.isWalled = false))
      expect(await diagnosed(alice, ['relay-refused'], true)).toMatchObject({ status: 'notice' })
    },
  )

  it('names a clock far off, a version too new and one too old', async () => {
    const [alice, bob] = [await harness.person('Alice'), await harness.person('Bob', { before: hurry })]
    await alice.evaluate(() => window.lab.createSpace('Garden'))
    await invite(alice, bob)
    const { findings } = await diagnosed(alice, ['clock-skew'], true)
    expect(findings).toMatchObject([{ person: 'Bob', severity: 'notice' }])
    const { aheadMs } = findings[0] as Extract<DiagnosticFinding, { code: 'clock-skew' }>
    expect(Math.abs(aheadMs - 600_000)).toBeLessThan(60_000)
    await bob.evaluate(() => window.lab.space.flush())
    await bob.evaluate(() => window.lab.patched.take())
    const enterAs = (version: 'newer' | 'older') =>
      bob.evaluate(([as, signaling]) => window.lab.patched.enterAs(as, signaling), [version, harness.signalingUrl()] as const)
    await enterAs('newer')
    expect(await diagnosed(alice, ['peer-newer'])).toMatchObject({ status: 'problem', peers: [] })
    await enterAs('older')
    await diagnosed(alice, ['peer-newer', 'peer-older'])
  })
})
