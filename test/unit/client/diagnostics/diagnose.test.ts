import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { watchDiagnostics } from '../../../../src/client/diagnostics/watchDiagnostics.ts'
import { readingDiagnostics, type Diagnostics } from '../../../../src/client/diagnostics/diagnostics.ts'
import type { Echo } from '../../../../src/client/echo.ts'
import { defineType } from '../../../../src/database/types/defineType.ts'
import { createSimulatedClock } from '../../../../src/testing/simulatedClock.ts'
import { setup } from '../../../../src/testing/setup.ts'

const Task = defineType('task', z.object({ title: z.string() }))
const options = { types: [Task], seed: 19 }
const cleanups: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

/** Looks anew until `isSo`, and answers what was seen then. */
async function diagnosed(echo: Echo, isSo: (seen: Diagnostics) => boolean, space?: string): Promise<Diagnostics> {
  const diagnosis = echo.diagnose(space)
  const stop = diagnosis.subscribe(() => {})
  try {
    await vi.waitFor(() => expect(isSo(diagnosis.get()), JSON.stringify(diagnosis.get())).toBe(true), { timeout: 8_000, interval: 20 })
    return diagnosis.get()
  } finally {
    stop()
  }
}

const codesOf = ({ findings }: Diagnostics) => findings.map(({ code }) => code)
const has = (code: string) => (seen: Diagnostics) => codesOf(seen).includes(code as never)

describe('the diagnosis of a device', () => {
  it('names each peer with the way to it, and forgets what is so no longer', async () => {
    const { alice, bob, shareSpace, swarm, dispose } = await setup('alice', 'bob', options)
    cleanups.push(dispose)
    const [hers] = await shareSpace('Garden', alice, bob)
    const fine = await diagnosed(alice.echo, ({ peers }) => peers.length === 1)
    expect(fine).toMatchObject({
      status: 'ok',
      findings: [],
      peers: [{ name: 'bob', path: 'direct', lacking: 0, space: { id: hers.id, name: 'Garden' } }],
    })

    bob.echo.network.setEnabled(false)
    expect(await diagnosed(alice.echo, has('peer-offline'))).toMatchObject({ status: 'notice', peers: [] })
    expect(codesOf(await diagnosed(bob.echo, has('switched-off')))).toEqual(['switched-off'])
    swarm.setSignaling(false)
    expect(codesOf(await diagnosed(alice.echo, has('unreachable')))).toEqual(['unreachable'])
    swarm.setSignaling(true)
    bob.echo.network.setEnabled(true)
    expect(codesOf(await diagnosed(alice.echo, ({ status }) => status === 'ok'))).toEqual([])
  })

  it('tells who was removed, on both sides, until he is let in again', async () => {
    const { alice, bob, shareSpace, join, dispose } = await setup('alice', 'bob', options)
    cleanups.push(dispose)
    const [hers, his] = await shareSpace('Garden', alice, bob)
    bob.echo.network.setEnabled(false)
    await hers.removeMember(his.members.get().find(({ isMe }) => isMe)!.id)
    bob.echo.network.setEnabled(true)
    expect(codesOf(await diagnosed(bob.echo, has('removed')))).toEqual(['removed'])
    expect(codesOf(await diagnosed(alice.echo, has('peer-removed')))).toEqual(['peer-removed'])
    await join(hers, bob)
    expect(codesOf(await diagnosed(alice.echo, ({ peers }) => peers.length === 1))).toEqual([])
  })

  it('looks at one space where it is told to, and sends a second tab to the one that connects', async () => {
    const { alice, bob, shareSpace, dispose } = await setup('alice', 'bob', options)
    cleanups.push(dispose)
    await shareSpace('Garden', alice, bob)
    const lone = await alice.echo.spaces.create({ name: 'Diary' })
    expect((await diagnosed(alice.echo, ({ status }) => status !== 'reading', lone.id)).peers).toEqual([])
    const tab = await alice.openTab()
    await Promise.all(tab.spaces.list.get().map(({ id }) => tab.spaces.open(id)))
    const seen = await diagnosed(tab, ({ peers }) => peers.length > 0)
    expect(codesOf(seen)).toEqual(['other-tab'])
    expect(new Set(seen.peers.map(({ path }) => path))).toEqual(new Set(['same-browser']))
  })

  it('writes a report with all of it, and without a name, an id or a word of anybody', async () => {
    const { alice, bob, shareSpace, dispose } = await setup('alice', 'bob', options)
    cleanups.push(dispose)
    const [hers, his] = await shareSpace('Geheimgarten', alice, bob)
    hers.create(Task, { title: 'Geheimes Wort' })
    const { report } = await diagnosed(alice.echo, ({ peers }) => peers.length === 1)
    const text = report()
    expect(text).toContain('Verdict: ok')
    expect(text).toMatch(/Peer 1 in space 1: direct, .*lacking 0/)
    const secrets = [
      'alice',
      'bob',
      'Geheim',
      hers.id,
      ...[hers, his].flatMap((space) => space.members.get().map(({ id }) => id)),
      alice.echo.app,
    ]
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([])
  })
})

describe('watching a diagnosis', () => {
  const found = (status: 'ok' | 'problem'): Diagnostics => ({ ...readingDiagnostics, status })
  const isUnreachable = (): boolean => false

  it('looks every 2 s while somebody is subscribed, and not once more', async () => {
    const clock = createSimulatedClock()
    const examine = vi.fn<() => Promise<Diagnostics>>(() => Promise.resolve(found('ok')))
    const load = vi.fn<() => Promise<typeof examine>>(() => Promise.resolve(examine))
    const diagnosis = watchDiagnostics(clock, load, isUnreachable)
    await clock.run(10_000)
    expect(load).not.toHaveBeenCalled()
    const stops = [diagnosis.subscribe(() => {}), diagnosis.subscribe(() => {})]
    await clock.run(0)
    expect(diagnosis.get().status).toBe('ok')
    await clock.run(4_000)
    expect(examine).toHaveBeenCalledTimes(3)
    stops[0]!()
    stops[0]!()
    await clock.run(2_000)
    expect(examine).toHaveBeenCalledTimes(4)
    stops[1]!()
    await clock.run(60_000)
    expect(examine).toHaveBeenCalledTimes(4)
    expect(load).toHaveBeenCalledTimes(1)
  })

  it('tells only what is new', async () => {
    const clock = createSimulatedClock()
    let status: 'ok' | 'problem' = 'ok'
    const diagnosis = watchDiagnostics(clock, () => Promise.resolve(() => Promise.resolve(found(status))), isUnreachable)
    const listener = vi.fn<() => void>()
    const stop = diagnosis.subscribe(listener)
    await clock.run(10_000)
    expect(listener).toHaveBeenCalledTimes(1)
    status = 'problem'
    await clock.run(2_000)
    expect([listener.mock.calls.length, diagnosis.get().status]).toEqual([2, 'problem'])
    stop()
  })

  it('says nothing any more, and looks no further, where it was ended in the middle of a look', async () => {
    const clock = createSimulatedClock()
    let finish: (seen: Diagnostics) => void = () => {}
    const examine = vi.fn<() => Promise<Diagnostics>>(() => new Promise((resolve) => (finish = resolve)))
    const diagnosis = watchDiagnostics(clock, () => Promise.resolve(examine), isUnreachable)
    const stop = diagnosis.subscribe(() => {})
    await clock.run(0)
    stop()
    finish(found('ok'))
    await clock.run(10_000)
    expect(diagnosis.get()).toBe(readingDiagnostics)
    expect(examine).toHaveBeenCalledTimes(1)
  })

  it('says so where its own code cannot be fetched, and tries again', async () => {
    const clock = createSimulatedClock()
    let isThere = false
    let isUnreachable = false
    const diagnosis = watchDiagnostics(
      clock,
      () => (isThere ? Promise.resolve(() => Promise.resolve(found('ok'))) : Promise.reject(new Error('offline'))),
      () => isUnreachable,
    )
    const stop = diagnosis.subscribe(() => {})
    await clock.run(0)
    expect(codesOf(diagnosis.get())).toEqual(['load-failed'])
    // The server of the app's files and the signaling server are down alike.
    isUnreachable = true
    await clock.run(2_000)
    expect(codesOf(diagnosis.get())).toEqual(['unreachable'])
    isThere = true
    await clock.run(2_000)
    expect(diagnosis.get()).toMatchObject({ status: 'ok', findings: [] })
    stop()
  })
})
