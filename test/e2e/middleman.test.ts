import type { Page } from 'playwright'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHostileSignaling, type HostileSignaling } from './hostileSignaling.ts'
import { report, setupHarness, share } from './harness.ts'
import type { Attack } from './page/middleman.ts'

const harness = setupHarness()
let signaling: HostileSignaling

beforeEach(async () => {
  signaling = await createHostileSignaling()
})
afterEach(() => signaling.close())

interface Scene {
  readonly attacker: Page
  /** Two members of one space. */
  readonly alice: Page
  readonly bob: Page
  /** Somebody in a space of her own. */
  readonly carol: Page
}

/** Everyone meets through the attacker's server while that is honest; the attacker knows where, and the passwords. */
async function setScene(): Promise<Scene> {
  const through = { signaling: [signaling.url] }
  const [alice, bob] = [await harness.person('Alice', through), await harness.person('Bob', through)]
  await share(alice, bob)
  const carol = await harness.person('Carol', through)
  await carol.evaluate(() => window.lab.createSpace('Orchard'))
  await bob.evaluate(() => window.lab.untilPeers(1))
  const attacker = await harness.person(undefined, { start: false })
  const rooms = [await alice.evaluate(() => window.lab.probe.rendezvous()), await carol.evaluate(() => window.lab.probe.rendezvous())]
  await attacker.evaluate(([url, known]) => window.lab.middleman.listen(url, known), [signaling.attackerUrl, rooms] as const)
  return { attacker, alice, bob, carol }
}

const members = ({ alice, bob, carol }: Scene): Page[] => [alice, bob, carol]

/** Cuts every link, and remembers from now on the most peers that anyone was linked to, or saw present. */
async function cutOff(scene: Scene): Promise<void> {
  for (const page of members(scene)) await page.evaluate(() => window.lab.echo.network.setEnabled(false))
  for (const page of members(scene)) {
    await page.evaluate(() => window.lab.untilPeers(0))
    expect(await page.evaluate(() => window.lab.links())).toEqual({ peers: 0, connections: 0 })
    await page.evaluate(() => window.lab.probe.watchCompany())
  }
}

async function enter(scene: Scene): Promise<void> {
  for (const page of members(scene)) await page.evaluate(() => window.lab.echo.network.setEnabled(true))
}

async function begin(scene: Scene, how: Attack): Promise<void> {
  await cutOff(scene)
  signaling.setHonest(false)
  await scene.attacker.evaluate((next) => window.lab.middleman.attack(next), how)
  await enter(scene)
}

const channels = ({ attacker }: Scene) => attacker.evaluate(() => window.lab.middleman.channels())

/** No further attack begins; whatever would follow a handshake has followed. */
async function end({ attacker }: Scene): Promise<void> {
  await attacker.evaluate(() => window.lab.middleman.attack(undefined))
  await attacker.waitForTimeout(1_500)
}

async function untilChannels(scene: Scene, count: number): Promise<void> {
  await expect.poll(async () => (await channels(scene)).length, { timeout: 30_000 }).toBeGreaterThanOrEqual(count)
  await end(scene)
}

async function expectNobodyLinked(scene: Scene): Promise<void> {
  for (const page of members(scene)) {
    expect(await page.evaluate(() => window.lab.probe.mostCompany())).toEqual({ peers: 0, present: 0 })
    expect(await page.evaluate(() => window.lab.errors)).toEqual([])
  }
}

/** In the end the same people are willing to link, and what they wrote meanwhile passes, through the same server. */
async function expectHonestDelivery(scene: Scene, task: string): Promise<void> {
  signaling.setHonest(true)
  // A server that comes back: everyone announces themselves anew.
  for (const page of members(scene)) await page.evaluate(() => window.lab.echo.network.setEnabled(false))
  await enter(scene)
  await scene.bob.evaluate(() => window.lab.untilPeers(1, 20_000))
  await scene.bob.evaluate((id) => window.lab.untilTask(id, { title: 'Water the secret roses' }), task)
  expect(await scene.carol.evaluate(() => window.lab.tasks())).toEqual([])
}

describe('a signaling server that knows rooms and passwords and has turned against its users', () => {
  it('delivers while it is honest', async () => {
    const scene = await setScene()
    await cutOff(scene)
    await enter(scene)
    await scene.bob.evaluate(() => window.lab.untilPeers(1))
    const task = await scene.alice.evaluate(() => window.lab.add('x'.repeat(20_000)))
    await scene.bob.evaluate((id) => window.lab.untilTask(id, {}), task)
    expect(await scene.bob.evaluate(() => window.lab.probe.mostCompany())).toEqual({ peers: 1, present: 1 })
    expect(await channels(scene)).toEqual([])
  })

  it('gets nothing through with certificates of its own, sitting between two members or leading one to itself', async () => {
    const scene = await setScene()
    for (const how of ['swap', 'reflect'] as const) {
      const before = (await channels(scene)).length
      await begin(scene, how)
      const task = await scene.alice.evaluate(() => window.lab.add('Water the secret roses'))
      await untilChannels(scene, before + 2)

      const tapped = (await channels(scene)).slice(before)
      report(`${how}, channels`, { opened: tapped.length, frames: tapped.reduce((sum, { sizes }) => sum + sizes.length, 0) })
      for (const { sizes, startsWithHello, handedOn } of tapped) {
        expect(startsWithHello).toBe(true)
        // It truly stands between: what the other end said arrived.
        expect(handedOn).toBeGreaterThan(0)
        // A hello, and from the initiator a proof, sealed under a key that nobody else has.
        expect(sizes.length).toBeLessThanOrEqual(2)
        expect(Math.max(...sizes)).toBeLessThan(512)
      }
      // Nobody answers a proof that was made over other certificates.
      expect(tapped.filter(({ sizes }) => sizes.length === 2).length).toBeLessThanOrEqual(tapped.length / 2)
      await expectNobodyLinked(scene)
      expect(await scene.bob.evaluate((id) => window.lab.tasks().some((found) => found.id === id), task)).toBe(false)
      await expectHonestDelivery(scene, task)
    }
  })

  it('gets nothing through by saying again what members once said', async () => {
    const scene = await setScene()
    await begin(scene, 'swap')
    await untilChannels(scene, 2)
    const before = (await channels(scene)).length
    await begin(scene, 'replay')
    const task = await scene.alice.evaluate(() => window.lab.add('Water the secret roses'))
    await untilChannels(scene, before + 3)

    const tapped = (await channels(scene)).slice(before)
    report('replay, channels', { opened: tapped.length, frames: tapped.reduce((sum, { sizes }) => sum + sizes.length, 0) })
    for (const { sizes, startsWithHello, handedOn } of tapped) {
      expect(startsWithHello).toBe(true)
      expect(handedOn).toBeGreaterThan(0)
      expect(sizes.length).toBeLessThanOrEqual(2)
      expect(Math.max(...sizes)).toBeLessThan(512)
    }
    await expectNobodyLinked(scene)
    await expectHonestDelivery(scene, task)
  })

  it('gets nothing through by leading members of two spaces to each other', async () => {
    const scene = await setScene()
    // Alice and Bob never hear of each other, only of Carol; their connections with her are real, from page to page.
    await begin(scene, 'cross')
    const task = await scene.alice.evaluate(() => window.lab.add('Water the secret roses'))
    const received = () => scene.carol.evaluate(() => window.lab.strangers.received())
    await expect.poll(async () => (await received()).frames.flat().length, { timeout: 30_000 }).toBeGreaterThanOrEqual(3)
    await end(scene)
    expect(await scene.attacker.evaluate(() => window.lab.middleman.crossed())).toBeGreaterThan(0)

    const { opened, frames } = await received()
    report('cross, channels', { opened, frames: frames.flat().length })
    expect(await scene.carol.evaluate(() => window.lab.strangers.isOnlyHellos())).toBe(true)
    for (const sizes of frames) {
      expect(sizes.length).toBeLessThanOrEqual(2)
      expect(Math.max(0, ...sizes)).toBeLessThan(512)
    }
    await expectNobodyLinked(scene)
    await expectHonestDelivery(scene, task)
  })
})
