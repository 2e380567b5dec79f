import { describe, expect, it } from 'vitest'
import { setupHarness } from './harness.ts'

const harness = setupHarness()

describe('a link with a code over the real network', () => {
  it('lets in who types the code, after a wrong one and after the host reloaded its page, and nobody after three wrong ones', async () => {
    const [alice, bob, cleo] = [await harness.person('Alice'), await harness.person('Bob'), await harness.person('Cleo')]
    const id = await alice.evaluate(() => window.lab.createSpace('Garden'))
    const { url, code } = await alice.evaluate(() => window.lab.inviteWithCode())
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0')

    await bob.evaluate((link) => window.lab.beginJoin(link), url)
    expect(await bob.evaluate((text) => window.lab.typeCode(text), wrong)).toBe('wrong-code 2')
    await harness.reload(alice)
    await alice.evaluate((space) => window.lab.openSpace(space), id)
    // He is asked anew when her page is back.
    await bob.evaluate(() => window.lab.until(window.lab.joining.state, ({ status }) => status === 'verifying', 40_000))
    expect(await bob.evaluate((text) => window.lab.typeCode(text), wrong)).toBe('wrong-code 1')
    expect(await bob.evaluate((text) => window.lab.typeCode(text), code)).toBe('success')
    expect(await alice.evaluate(() => window.lab.space.info.get().memberCount)).toBe(2)

    const next = await alice.evaluate(() => window.lab.inviteWithCode())
    await cleo.evaluate((link) => window.lab.beginJoin(link), next.url)
    const another = String((Number(next.code) + 1) % 1_000_000).padStart(6, '0')
    for (const left of ['wrong-code 2', 'wrong-code 1', 'error']) {
      expect(await cleo.evaluate((text) => window.lab.typeCode(text), another)).toBe(left)
    }
    await harness.reload(alice)
    await alice.evaluate((space) => window.lab.openSpace(space), id)
    await cleo.evaluate((link) => window.lab.beginJoin(link), next.url)
    await cleo.evaluate(() => window.lab.until(window.lab.joining.state, ({ status }) => status === 'used-up', 20_000))
    for (const page of [alice, bob, cleo]) expect(await page.evaluate(() => window.lab.errors)).toEqual([])
  })
})
