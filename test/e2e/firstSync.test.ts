import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { invite, report, setupHarness } from './harness.ts'

const harness = setupHarness()
const items = 80
const itemBytes = 128 * 1024

/** Joins, or goes on line again, and off line in the very task in which so much of the first sync is done. @returns progress when it began, and then */
function syncUntil(page: Page, share: number, link?: string): Promise<{ id: string; from: number; to: number }> {
  return page.evaluate(
    async ([least, text]) => {
      const { echo } = window.lab
      const progress = (): number => {
        const state = echo.spaces.list.get()[0]?.state
        if (state?.status === 'ready') return 1
        return state?.status === 'first-sync' ? state.progress : 0
      }
      if (text === undefined) echo.network.setEnabled(true)
      else echo.join(text).accept()
      const from = progress()
      while (progress() < least) await new Promise((resolve) => setTimeout(resolve))
      echo.network.setEnabled(false)
      return { id: String(echo.spaces.list.get()[0]?.id), from, to: progress() }
    },
    [share, link] as const,
  )
}

const received = (page: Page) => page.evaluate(() => window.lab.strangers.received().bytes)

async function makeBigSpace(page: Page): Promise<void> {
  await page.evaluate(
    async ([count, bytes]) => {
      await window.lab.createSpace('Archive')
      for (let i = 0; i < count; i++) {
        // Random, so that nothing makes it less on the way.
        const noise = Array.from({ length: (bytes * 3) / 4 / 1_024 }, () =>
          String.fromCharCode(...crypto.getRandomValues(new Uint8Array(1_024))),
        )
        window.lab.add(btoa(noise.join('')))
        await window.lab.space.flush()
      }
    },
    [items, itemBytes] as const,
  )
}

/** Nothing comes any more. */
async function expectCutOff(page: Page): Promise<void> {
  expect(
    await page.evaluate(() =>
      (({ echo }) => {
        const now = echo.network.state.get()
        return 'connections' in now ? now.connections : 0
      })(window.lab),
    ),
  ).toBe(0)
  const bytes = await received(page)
  await page.waitForTimeout(500)
  expect(await received(page)).toBe(bytes)
}

const titles = (page: Page) =>
  page.evaluate(() =>
    window.lab
      .tasks()
      .map(({ title }) => title.slice(0, 40))
      .toSorted(),
  )

describe('a space of ten megabytes', () => {
  it('reaches a new peer with progress, and goes on where it was when the link is cut twice', { timeout: 300_000 }, async () => {
    const alice = await harness.person('Alice')
    await makeBigSpace(alice)

    // Without a cut: what there is to receive.
    const carol = await harness.person('Carol')
    const startMs = performance.now()
    await invite(alice, carol)
    const wholeMs = performance.now() - startMs
    const wholeBytes = await received(carol)
    expect(wholeBytes).toBeGreaterThan((items * itemBytes * 3) / 4)
    await carol.context().close()

    const bob = await harness.person('Bob')
    const first = await syncUntil(bob, 1 / 3, await alice.evaluate(() => window.lab.invite()))
    await expectCutOff(bob)
    const second = await syncUntil(bob, 2 / 3)
    await expectCutOff(bob)
    report('progress at the cuts, per cent', { first: 100 * first.to, 'then from': 100 * second.from, second: 100 * second.to })
    // Twice in the middle, and the second time from where the first ended.
    expect([first, second].map(({ to }) => to > 0.3 && to < 1)).toEqual([true, true])
    expect(second.from).toBeGreaterThanOrEqual(first.to)
    const { id } = first
    await bob.evaluate(() => window.lab.echo.network.setEnabled(true))
    await bob.evaluate((space) => window.lab.openSpace(space), id)
    expect(await titles(bob)).toEqual(await titles(alice))
    const bytes = await received(bob)
    report('ten megabytes', {
      'whole, KB': wholeBytes / 1024,
      'with two cuts, KB': bytes / 1024,
      'whole, KB/s': wholeBytes / 1.024 / wholeMs,
    })
    expect(bytes).toBeLessThan(1.3 * wholeBytes)
    for (const page of [alice, bob]) expect(await page.evaluate(() => window.lab.errors)).toEqual([])
  })
})
