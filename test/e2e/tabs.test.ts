import { describe, expect, it } from 'vitest'
import { report, setupHarness, share } from './harness.ts'

const harness = setupHarness()

describe('two tabs of one profile', () => {
  it("show each other's edits at once without signaling and without a reload", async () => {
    await harness.stopSignaling()
    const first = await harness.person('Alice')
    const space = await first.evaluate(() => window.lab.createSpace('Garden'))
    const second = await harness.tab(first)
    await second.evaluate((id) => window.lab.openSpace(id), space)
    expect(await second.evaluate(() => window.lab.tasks())).toEqual([])

    const task = await first.evaluate(() => window.lab.add('Water'))
    await second.evaluate((id) => window.lab.untilTask(id, { title: 'Water' }), task)
    await second.evaluate((id) => window.lab.update(id, { done: true }), task)
    await first.evaluate((id) => window.lab.untilTask(id, { done: true }), task)

    const note = await second.evaluate(() => window.lab.space.create(window.lab.Note, { title: 'Plan' }).id)
    for (const tab of [first, second]) await tab.evaluate((id) => window.lab.openNote(id), note)
    await first.evaluate(() => window.lab.write(0, 'Dig'))
    await second.evaluate(() => window.lab.untilText('Dig'))
    await second.evaluate(() => window.lab.write(3, ' deep'))
    await first.evaluate(() => window.lab.untilText('Dig deep'))
    for (const tab of [first, second]) {
      expect(await tab.evaluate(() => window.lab.links())).toEqual({ peers: 0, connections: 0 })
      expect(await tab.evaluate(() => window.lab.errors)).toEqual([])
    }
  })

  for (const end of ['closes', 'crashes'] as const) {
    it(`go on with the other members when the networking tab ${end}`, async () => {
      const [alice, bob] = [await harness.person('Alice'), await harness.person('Bob')]
      const { id } = await share(alice, bob)
      const second = await harness.tab(alice)
      await second.evaluate((space) => window.lab.openSpace(space), id)
      // It knows of the peer only through the first tab, and reaches it through that.
      await second.evaluate(() => window.lab.untilPeers(1))
      const before = await second.evaluate(() => window.lab.add('Through the first tab'))
      await bob.evaluate((task) => window.lab.untilTask(task, {}), before)

      const startMs = Date.now()
      if (end === 'closes') await alice.close()
      else await harness.crash(alice)
      const task = await second.evaluate(() => window.lab.add('From the second tab'))
      const seenMs = await bob.evaluate((item) => window.lab.untilTask(item, {}).then(() => Date.now()), task)
      report(`networking tab ${end}, ms`, { 'peer has the edit of the other tab': seenMs - startMs })
      // 0.3 s as a rule. A first attempt that meets the dead tab's connection is given up after 4 to 8 s, then comes the next.
      expect(seenMs - startMs).toBeLessThan(12_000)
      await second.evaluate(() => window.lab.untilPeers(1))
      expect(await second.evaluate(() => window.lab.links())).toEqual({ peers: 1, connections: 1 })
      const answer = await bob.evaluate(() => window.lab.add('An answer'))
      await second.evaluate((item) => window.lab.untilTask(item, {}), answer)
      for (const page of [second, bob]) expect(await page.evaluate(() => window.lab.errors)).toEqual([])
    })
  }

  for (const end of ['closes', 'crashes'] as const) {
    it(`do not lose sight of the last words of a tab that ${end} in the moment it writes them`, async () => {
      const [alice, bob] = [await harness.person('Alice'), await harness.person('Bob')]
      const { id } = await share(alice, bob)
      const second = await harness.tab(alice)
      await second.evaluate((space) => window.lab.openSpace(space), id)
      await second.evaluate(() => window.lab.untilPeers(1))
      const note = await second.evaluate(() => window.lab.space.create(window.lab.Note, { title: 'Plan' }).id)
      for (const page of [alice, second, bob]) await page.evaluate((item) => window.lab.openNote(item), note)
      // After opening, a tab looks once more at what is stored: that shall be over.
      await second.waitForTimeout(1_500)

      void alice
        .evaluate(() => {
          for (let i = 0; i < 20; i++) window.lab.add(`${i} ${'x'.repeat(10_000)}`)
          window.lab.write(0, 'Last words')
        })
        .catch(() => undefined)
      if (end === 'closes') await alice.close()
      else await harness.crash(alice)
      const startMs = performance.now()
      // A tab that says no goodbye is missed after two pings, 5 s apart.
      for (const page of [second, bob]) {
        await page.evaluate(() =>
          window.lab.until(window.lab.space.live(window.lab.query(window.lab.Task)), (tasks) => tasks.length === 20, 20_000),
        )
        await page.evaluate(() => window.lab.untilText('Last words'))
      }
      report(`last words of a tab that ${end}, ms`, { 'with everybody': performance.now() - startMs })
      for (const page of [second, bob]) expect(await page.evaluate(() => window.lab.errors)).toEqual([])
    })
  }

  it('do not lose sight of what an Echo still stores while the next one of the page opens', async () => {
    const page = await harness.person('Alice')
    const space = await page.evaluate(() => window.lab.createSpace('Garden'))
    const notes = await page.evaluate(async () => {
      const { lab } = window
      const ids = Array.from({ length: 400 }, (_, i) => lab.space.create(lab.Note, { title: `Note ${i}` }).id)
      // A block for each text: more than one write takes.
      const texts = await Promise.all(ids.map((id) => lab.space.openText(id)))
      for (const text of texts) text.current.get().yText.insert(0, 'Dig')
      void lab.echo.dispose()
      await lab.start()
      return ids
    })
    await page.evaluate((id) => window.lab.openSpace(id), space)
    await page.evaluate(async (ids) => {
      const texts = await Promise.all(ids.map((id) => window.lab.space.openText(id)))
      for (const text of texts) await window.lab.until(text.content, (content) => content === 'Dig')
    }, notes)
    expect(await page.evaluate(() => window.lab.errors)).toEqual([])
  })

  it('may be one page that makes the same Echo twice, and the second networks when the first is disposed', async () => {
    const [alice, bob] = [await harness.person('Alice'), await harness.person('Bob')]
    const { id } = await share(alice, bob)
    await alice.evaluate(async (space) => {
      const { lab } = window
      const [firstEcho, firstSpace] = [lab.echo, lab.space]
      await lab.start()
      await lab.openSpace(space)
      const task = firstSpace.create(lab.Task, { title: 'Water' })
      await lab.untilTask(task.id, { title: 'Water' })
      lab.update(task.id, { done: true })
      await lab.until(firstSpace.liveItem(lab.Task, task.id), (item) => item?.done === true)
      await firstEcho.dispose()
    }, id)
    const startMs = performance.now()
    await alice.evaluate(() => window.lab.untilPeers(1))
    await alice.evaluate(() =>
      window.lab.until(window.lab.echo.network.state, (network) => 'connections' in network && network.connections === 1),
    )
    report('first Echo of the page disposed, ms', { 'second is linked': performance.now() - startMs })
    const task = await alice.evaluate(() => window.lab.add('From the second Echo'))
    await bob.evaluate((item) => window.lab.untilTask(item, {}), task)
    for (const page of [alice, bob]) expect(await page.evaluate(() => window.lab.errors)).toEqual([])
  })
})
