import { describe, expect, it } from 'vitest'
import { report, setupHarness, share } from './harness.ts'

const harness = setupHarness()

describe('three people', () => {
  it('stay linked when signaling dies, and hand each other what a third has missed', async () => {
    const bobsProfile = await harness.profile()
    const alice = await harness.person('Alice')
    const carol = await harness.person('Carol')
    let bob = await bobsProfile.open()
    await bob.evaluate(() => window.lab.signUp('Bob'))
    const { id } = await share(alice, bob, carol)
    for (const page of [alice, bob, carol]) await page.evaluate(() => window.lab.untilPeers(2))

    await harness.stopSignaling()
    const live = await alice.evaluate(() => window.lab.add('Signaling is dead'))
    for (const page of [bob, carol]) await page.evaluate((task) => window.lab.untilTask(task, {}), live)
    const back = await bob.evaluate(() => window.lab.add('It is'))
    await alice.evaluate((task) => window.lab.untilTask(task, {}), back)

    await bobsProfile.close()
    const missed = await alice.evaluate(() => window.lab.add('Bob misses this'))
    const note = await alice.evaluate(() => window.lab.space.create(window.lab.Note, { title: 'Plan' }).id)
    await alice.evaluate((item) => window.lab.openNote(item), note)
    await alice.evaluate(() => window.lab.write(0, 'Dig'))
    await carol.evaluate((task) => window.lab.untilTask(task, {}), missed)
    await carol.evaluate((item) => window.lab.openNote(item), note)
    await carol.evaluate(() => window.lab.untilText('Dig'))
    // From here on the author is gone, and Carol need not even have noticed.
    await alice.context().close()

    await harness.startSignaling()
    bob = await bobsProfile.open()
    const startMs = performance.now()
    await bob.evaluate((space) => window.lab.openSpace(space), id)
    await bob.evaluate((task) => window.lab.untilTask(task, {}, 15_000), missed)
    report('a member who was away, ms', { 'has the missed item': performance.now() - startMs })
    await bob.evaluate((item) => window.lab.openNote(item), note)
    await bob.evaluate(() => window.lab.untilText('Dig'))
    expect(await bob.evaluate(() => window.lab.links())).toEqual({ peers: 1, connections: 1 })
    expect(await bob.evaluate(() => window.lab.tasks())).toEqual(await carol.evaluate(() => window.lab.tasks()))
    for (const page of [bob, carol]) expect(await page.evaluate(() => window.lab.errors)).toEqual([])

    // Whoever is said to have stored something has it, though his browser is killed the moment that this is said.
    const kill = await bobsProfile.prepareKill()
    const copies = await carol.evaluate(async () => {
      const { add, space, until } = window.lab
      add('Bob keeps this')
      const before = space.sync.get().copies
      await until(space.sync, (sync) => sync.copies.others > 0)
      return [before, space.sync.get().copies]
    })
    await kill()
    expect(copies).toEqual([
      { own: 0, others: 0 },
      { own: 0, others: 1 },
    ])
    // Nobody can hand it back to him.
    await harness.stopSignaling()
    bob = await bobsProfile.open()
    await bob.evaluate((space) => window.lab.openSpace(space), id)
    expect(await bob.evaluate(() => window.lab.tasks().map(({ title }) => title))).toContain('Bob keeps this')
    expect(await bob.evaluate(() => window.lab.links())).toEqual({ peers: 0, connections: 0 })
  })
})
