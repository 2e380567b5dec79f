import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { report, setupHarness, share } from './harness.ts'

const harness = setupHarness()

const typed = (page: Page, code: string): Promise<string> => page.evaluate((text) => window.lab.typeCode(text, window.lab.pairing), code)
const wrongFor = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

describe('a second browser', () => {
  it('is one of the devices of the person by link and code: profile, contacts and all spaces are there, and both write as one', async () => {
    const [laptop, bob] = [await harness.person('Ann'), await harness.person('Bob')]
    const { id } = await share(laptop, bob)
    const water = await laptop.evaluate(() => window.lab.add('Water'))
    await laptop.evaluate(() => window.lab.echo.identity.updateProfile({ name: 'Ann Rose', emoji: '🌹' }))
    const kitchen = await laptop.evaluate(async () => (await window.lab.echo.spaces.create({ name: 'Kitchen' })).id)
    const phone = await harness.person()

    // Three wrong codes end a link, also for who reloads in between, and over a reload of the device that made it.
    const guessed = await laptop.evaluate(() => window.lab.addDevice())
    await phone.evaluate((link) => window.lab.beginPairing(link), guessed.url)
    expect(await typed(phone, wrongFor(guessed.code))).toBe('wrong-code 2')
    await harness.reload(phone)
    await phone.evaluate((link) => window.lab.beginPairing(link), guessed.url)
    expect(await typed(phone, wrongFor(guessed.code))).toBe('wrong-code 1')
    await harness.reload(laptop)
    await laptop.evaluate((space) => {
      window.lab.adding = window.lab.echo.addDevice()
      return window.lab.openSpace(space)
    }, id)
    await phone.evaluate(() => window.lab.until(window.lab.pairing.state, ({ status }) => status === 'verifying', 40_000))
    expect(await typed(phone, wrongFor(guessed.code))).toBe('error')
    await laptop.evaluate(() => window.lab.until(window.lab.adding.state, ({ status }) => status === 'used-up', 10_000))
    await harness.reload(phone)
    await phone.evaluate((link) => window.lab.beginPairing(link), guessed.url)
    await phone.evaluate(() => window.lab.until(window.lab.pairing.state, ({ status }) => status === 'used-up', 20_000))

    const { url, code } = await laptop.evaluate(() => window.lab.addDevice())
    await phone.evaluate((link) => window.lab.beginPairing(link), url)
    expect(await typed(phone, code)).toBe('pending-approval')
    expect(await phone.evaluate(() => window.lab.echo.identity.state.get().status)).toBe('none')
    const beginMs = performance.now()
    await laptop.evaluate(() => window.lab.approveDevice())
    await phone.evaluate(() => window.lab.until(window.lab.pairing.state, ({ status }) => status === 'success', 30_000))
    report('paired, ms', { 'from the yes to all spaces': performance.now() - beginMs })

    const spaces = await phone.evaluate(() => window.lab.echo.spaces.list.get().map((space) => [space.id, space.state.status]))
    expect(new Map(spaces as [string, string][])).toEqual(
      new Map([
        [id, 'ready'],
        [kitchen, 'ready'],
      ]),
    )
    await phone.evaluate(() =>
      window.lab.until(window.lab.echo.identity.state, (state) => 'identity' in state && state.identity.emoji === '🌹', 10_000),
    )
    expect(await phone.evaluate(() => window.lab.echo.identity.contacts.get().map(({ name }) => name))).toEqual(['Bob'])
    expect(await phone.evaluate(() => window.lab.codeOf(() => window.lab.echo.identity.showPhrase()))).toBe('no-identity')

    await phone.evaluate((space) => window.lab.openSpace(space), id)
    await phone.evaluate((task) => window.lab.untilTask(task, { title: 'Water' }), water)
    const weed = await phone.evaluate(() => window.lab.add('Weed'))
    await bob.evaluate((task) => window.lab.untilTask(task, { title: 'Weed' }), weed)
    const authors = await bob.evaluate(() =>
      window.lab.space.run(window.lab.query(window.lab.Task)).map(({ $ }) => ($ as { readonly createdBy: string }).createdBy),
    )
    expect(new Set(authors).size).toBe(1)
    expect(await bob.evaluate(() => window.lab.space.members.get().map(({ name, deviceCount }) => [name, deviceCount]))).toEqual([
      ['Ann Rose', 2],
      ['Bob', 1],
    ])
    for (const page of [laptop, phone, bob]) expect(await page.evaluate(() => window.lab.errors)).toEqual([])
  })
})
