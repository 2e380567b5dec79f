import { describe, expect, it } from 'vitest'
import { report, setupHarness, share } from './harness.ts'

const harness = setupHarness()

describe('a person with two devices', () => {
  it('recovers from the words on a clean profile while another own device is online, and writes as the same person', async () => {
    const [laptop, bob] = [await harness.person('Ann'), await harness.person('Bob')]
    const { id } = await share(laptop, bob)
    const water = await laptop.evaluate(() => window.lab.add('Water'))
    await laptop.evaluate(() => window.lab.echo.identity.updateProfile({ name: 'Ann Rose', emoji: '🌹' }))
    const kitchen = await laptop.evaluate(async () => (await window.lab.echo.spaces.create({ name: 'Kitchen' })).id)
    const phrase = await laptop.evaluate(() => window.lab.echo.identity.showPhrase())

    const phone = await harness.person()
    const beginMs = performance.now()
    await phone.evaluate((words) => window.lab.echo.identity.recover({ phrase: words }), phrase)
    await phone.evaluate(
      (ids) =>
        window.lab.until(
          window.lab.echo.spaces.list,
          (list) => ids.every((each) => list.some((space) => space.id === each && space.state.status === 'ready')),
          20_000,
        ),
      [id, kitchen],
    )
    report('recovered, ms', { 'all spaces open': performance.now() - beginMs })
    await phone.evaluate(() =>
      window.lab.until(window.lab.echo.identity.state, (state) => 'identity' in state && state.identity.emoji === '🌹', 10_000),
    )
    expect(await phone.evaluate(() => window.lab.echo.identity.contacts.get().map(({ name }) => name))).toEqual(['Bob'])
    expect(await phone.evaluate(() => window.lab.echo.identity.devices.get().length)).toBe(2)

    await phone.evaluate((space) => window.lab.openSpace(space), id)
    await phone.evaluate((task) => window.lab.untilTask(task, { title: 'Water' }), water)
    const weed = await phone.evaluate(() => window.lab.add('Weed'))
    await bob.evaluate((task) => window.lab.untilTask(task, { title: 'Weed' }), weed)
    const authors = await bob.evaluate(() =>
      window.lab.space.run(window.lab.query(window.lab.Task)).map(({ $ }) => ($ as { readonly createdBy: string }).createdBy),
    )
    const ann = await laptop.evaluate(() => {
      const state = window.lab.echo.identity.state.get()
      return 'identity' in state ? state.identity.id : undefined
    })
    expect(authors).toEqual([ann, ann])
    expect(await bob.evaluate(() => window.lab.space.members.get().map(({ name, deviceCount }) => [name, deviceCount]))).toEqual([
      ['Ann Rose', 2],
      ['Bob', 1],
    ])
    for (const page of [laptop, phone, bob]) expect(await page.evaluate(() => window.lab.errors)).toEqual([])
  })
})
