import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { setupHarness, share } from './harness.ts'

const harness = setupHarness()
const title = 'Water the secret roses'

interface Scene {
  alice: Page
  bob: Page
  stranger: Page
  meeting: { signaling: string[]; room: string; password: string }
}

/** Two members who are linked and write on, and a page that knows where they meet. */
async function setScene(): Promise<Scene> {
  const [alice, bob] = [await harness.person('Alice'), await harness.person('Bob')]
  await share(alice, bob)
  await bob.evaluate(() => window.lab.untilPeers(1))
  await alice.evaluate((text) => window.lab.add(text), title)
  const meeting = { signaling: [harness.signalingUrl()], ...(await alice.evaluate(() => window.lab.probe.rendezvous())) }
  return { alice, bob, meeting, stranger: await harness.person(undefined, { start: false }) }
}

/** The very recorder that finds nothing at a stranger's sees the data come to an honest member. */
async function expectHonestDelivery({ alice, bob }: Scene): Promise<void> {
  const before = (await bob.evaluate(() => window.lab.strangers.received())).bytes
  const task = await alice.evaluate(() => window.lab.add('x'.repeat(20_000)))
  await bob.evaluate((id) => window.lab.untilTask(id, {}), task)
  expect((await bob.evaluate(() => window.lab.strangers.received())).bytes - before).toBeGreaterThan(20_000)
  await bob.evaluate((text) => {
    if (!window.lab.tasks().some((found) => found.title === text)) throw new Error('the first item is missing')
  }, title)
}

async function expectNoSecretHeard({ alice, stranger }: Scene): Promise<void> {
  const secrets = await alice.evaluate(() => window.lab.probe.secretIds())
  expect(secrets.length).toBeGreaterThan(5)
  const heard = await stranger.evaluate((ids) => ids.filter((id) => window.lab.strangers.heardHex(id)), secrets)
  expect(heard).toEqual([])
  const names = ['Alice', 'Bob', 'Garden', 'Water', 'xxxxxxxx']
  expect(await stranger.evaluate((texts) => texts.filter((text) => window.lab.strangers.heardText(text)), names)).toEqual([])
}

async function expectMembersUnharmed({ alice, bob }: Scene): Promise<void> {
  for (const page of [alice, bob]) {
    expect(await page.evaluate(() => window.lab.errors)).toEqual([])
    expect(await page.evaluate(() => window.lab.space.info.get().memberCount)).toBe(2)
    expect(await page.evaluate(() => window.lab.links().peers)).toBe(1)
    expect(await page.evaluate(() => window.lab.tasks().some(({ title: text }) => text === 'was here'))).toBe(false)
  }
}

describe('someone who knows the room and its password, but holds no key', () => {
  it('gets not one byte as a stock y-webrtc client', async () => {
    const scene = await setScene()
    await scene.stranger.evaluate((meeting) => window.lab.strangers.startStock(meeting), scene.meeting)
    // It finds both members, who take up connections with it.
    await expect
      .poll(() => scene.stranger.evaluate(() => window.lab.strangers.received().connections), { timeout: 15_000 })
      .toBeGreaterThanOrEqual(2)
    // A member who enters after it is called up by it, and so gets a channel of its making.
    await scene.bob.evaluate(() => {
      window.lab.echo.network.setEnabled(false)
      window.lab.echo.network.setEnabled(true)
    })
    await scene.bob.evaluate(() => window.lab.untilPeers(1))
    await expect
      .poll(() => scene.stranger.evaluate(() => window.lab.strangers.received().connections), { timeout: 15_000 })
      .toBeGreaterThanOrEqual(3)
    await expectHonestDelivery(scene)
    await scene.stranger.waitForTimeout(2_000)
    expect((await scene.stranger.evaluate(() => window.lab.strangers.received())).bytes).toBe(0)
    expect(await scene.stranger.evaluate(() => window.lab.strangers.stock())).toEqual({ documentBytes: 0, othersStates: 0 })
    await expectMembersUnharmed(scene)
  })

  for (const way of ['silent', 'hello', 'junk'] as const) {
    it(`gets hellos and no more on the real channel (${way})`, async () => {
      const scene = await setScene()
      await scene.stranger.evaluate(([meeting, how]) => window.lab.strangers.startRaw(meeting, how), [scene.meeting, way] as const)
      await expect
        .poll(() => scene.stranger.evaluate(() => window.lab.strangers.rawConnections()), { timeout: 15_000 })
        .toBeGreaterThanOrEqual(2)
      await expectHonestDelivery(scene)
      await scene.stranger.waitForTimeout(2_000)

      const { frames, bytes } = await scene.stranger.evaluate(() => window.lab.strangers.received())
      expect(bytes).toBeGreaterThan(0)
      expect(await scene.stranger.evaluate(() => window.lab.strangers.isOnlyHellos())).toBe(true)
      for (const sizes of frames) {
        // A hello, and after a hello of the stranger's own a proof that is sealed under a key it cannot derive.
        expect(sizes.length).toBeLessThanOrEqual(way === 'silent' ? 1 : 2)
        expect(Math.max(0, ...sizes)).toBeLessThan(512)
      }
      await expectNoSecretHeard(scene)
      await expectMembersUnharmed(scene)
    })
  }
})
