import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { invite, report, setupHarness, share } from './harness.ts'
import type { Holdings } from './page/patchedMember.ts'

const harness = setupHarness()

const titles = (page: Page) => page.evaluate(() => window.lab.tasks().map(({ title }) => title))
const add = (page: Page, title: string) => page.evaluate((text) => window.lab.add(text), title)
const sees = (page: Page, task: string, patch: { title?: string } = {}) =>
  page.evaluate(([id, change]) => window.lab.untilTask(id!, change), [task, patch] as const)
const untilStatus = (page: Page, space: string, status: 'removed' | 'left' | 'ready') =>
  page.evaluate(
    ([id, wanted]) => window.lab.until(window.lab.echo.spaces.state(id!), (state) => state.status === wanted, 20_000).then(() => {}),
    [space, status] as const,
  )
const remove = (page: Page, name: string) =>
  page.evaluate((text) => window.lab.space.removeMember(window.lab.space.members.get().find((member) => member.name === text)!.id), name)
const holdingsOf = async (page: Page) => {
  await page.evaluate(() => window.lab.space.flush())
  return page.evaluate(() => window.lab.patched.holdings())
}
const since = ({ operations, blocks }: Holdings, before: Holdings): Holdings => {
  const known = new Set(before.blocks.map(({ id }) => id))
  return { operations, blocks: blocks.filter(({ id }) => !known.has(id)) }
}
const opens = (page: Page, holdings: Holdings) => page.evaluate((all) => window.lab.patched.opens(all), holdings)
describe('members who are removed', () => {
  it('see it, are cut off, and with their real old keys read nothing that comes after and write nothing that anybody takes', async () => {
    const [alice, bob, carol, dan, eve] = [
      await harness.person('Alice'),
      await harness.person('Bob'),
      await harness.person('Carol'),
      await harness.person('Dan'),
      await harness.person('Eve'),
    ]
    const { id } = await share(alice, bob, carol, dan, eve)
    for (const page of [alice, bob, carol, dan, eve]) await page.evaluate(() => window.lab.untilPeers(4))
    const his = await add(bob, 'Bob digs')
    await sees(carol, his)
    // An honest edit that rests on his.
    await carol.evaluate((task) => window.lab.update(task, { title: 'Carol digs on' }), his)
    for (const page of [alice, bob, dan, eve]) await sees(page, his, { title: 'Carol digs on' })
    await eve.evaluate(() => window.lab.echo.network.setEnabled(false))
    const before = await holdingsOf(alice)
    await bob.evaluate(() => window.lab.space.flush())
    await bob.evaluate(() => window.lab.patched.take())
    expect(await opens(bob, before)).toBe(before.blocks.length)
    const early = await bob.evaluate(() => window.lab.patched.forge('Bob dates back', 7))

    // Online.
    const startMs = performance.now()
    await remove(alice, 'Bob')
    const removedMs = performance.now() - startMs
    await untilStatus(bob, id, 'removed')
    report('removing a member, ms', { 'until the key is changed': removedMs, 'until he sees it': performance.now() - startMs })
    await bob.evaluate(() => window.lab.untilPeers(0))
    expect(await bob.evaluate(() => window.lab.codeOf(() => window.lab.add('Bob again')))).toBe('removed')
    for (const page of [carol, dan]) await page.evaluate(() => window.lab.until(window.lab.space.members, (list) => list.length === 4))
    const secret = await add(alice, 'Without Bob')
    const answer = await add(carol, 'Yes, without him')
    for (const page of [alice, carol, dan]) for (const task of [secret, answer]) await sees(page, task)
    // Everything written since, with all operations: he opens none of it, the others all.
    const after = since(await holdingsOf(alice), before)
    expect(after.blocks.length).toBeGreaterThanOrEqual(2)
    expect(await opens(bob, after)).toBe(0)
    expect(await opens(carol, after)).toBe(after.blocks.length)
    expect(await titles(bob)).toEqual(['Carol digs on'])

    // He comes with his own code to where they met when he was one of them, and gets nothing but the end itself.
    expect(await bob.evaluate((url) => window.lab.patched.enter(url, 1, 2_000), harness.signalingUrl())).toBe(0)
    const heard = await bob.evaluate(() => window.lab.patched.heard())
    expect(heard.filter((what) => what !== 'ready' && what !== 'ops' && !what.startsWith('failed'))).toEqual([])

    // A member helps him: what he dated back, and what he writes now, goes to everyone.
    const late = await bob.evaluate((known) => window.lab.patched.forge('Bob comes late', 8, known), after)
    await dan.evaluate(() => window.lab.patched.take())
    const own = await dan.evaluate(() => window.lab.patched.forge('Dan helps', 9))
    expect(await dan.evaluate((url) => window.lab.patched.enter(url, 2), harness.signalingUrl())).toBe(2)
    await dan.evaluate((blocks) => window.lab.patched.send(blocks), [early.bytes, late.bytes, own.bytes])
    const shown = ['Carol digs on', 'Dan helps', 'Without Bob', 'Yes, without him']
    for (const page of [alice, carol]) {
      await expect.poll(() => titles(page), { timeout: 15_000 }).toEqual(shown)
      const withdrawn = await page.evaluate(async () =>
        (await window.lab.space.readWithdrawn()).map(({ values }) => JSON.stringify(values)),
      )
      expect(withdrawn.filter((values) => values.includes('Bob dates back') || values.includes('Bob comes late'))).toHaveLength(2)
    }
    for (const page of [carol, dan]) {
      await harness.reload(page)
      await page.evaluate((space) => window.lab.openSpace(space), id)
    }
    await dan.evaluate(() => window.lab.echo.network.setEnabled(true))
    expect(await titles(carol)).toEqual(shown)

    // Offline: she writes on, and learns of it when she is back.
    await add(eve, 'Eve alone')
    await remove(alice, 'Eve')
    await eve.evaluate(() => window.lab.echo.network.setEnabled(true))
    await untilStatus(eve, id, 'removed')

    // In the midst of writing.
    for (const page of [carol, dan]) await page.evaluate(() => window.lab.untilPeers(2, 20_000))
    await carol.evaluate(() => {
      let count = 0
      const timer = setInterval(() => {
        try {
          window.lab.add(`Carol ${count++}`)
        } catch {
          clearInterval(timer)
        }
      }, 10)
    })
    await expect.poll(async () => (await titles(dan)).filter((title) => title.startsWith('Carol ')).length).toBeGreaterThan(3)
    await remove(alice, 'Carol')
    await untilStatus(carol, id, 'removed')
    await dan.evaluate(() => window.lab.until(window.lab.space.members, (list) => list.length === 2))
    const last = await add(alice, 'Two of us')
    await sees(dan, last)
    const hers = await titles(alice)
    await expect.poll(() => titles(dan)).toEqual(hers)
    expect(hers).toEqual(expect.arrayContaining([...shown, 'Carol 0', 'Two of us']))
    expect(hers).not.toContain('Eve alone')
    for (const page of [alice, dan])
      expect((await page.evaluate(() => window.lab.errors)).filter((code) => code !== 'block-withdrawn')).toEqual([])
  })
})

describe('one person', () => {
  it('shuts a lost device out of all spaces in one action, and a reader with a client of her own is heard by nobody', async () => {
    const [laptop, bob, rae] = [await harness.person('Ann'), await harness.person('Bob'), await harness.person('Rae')]
    const second = await laptop.evaluate(() => window.lab.createSpace('Kitchen'))
    await invite(laptop, bob)
    const { id } = await share(laptop, bob)
    await invite(laptop, rae, 'reader')
    const phrase = await laptop.evaluate(() => window.lab.echo.identity.showPhrase())
    const phone = await harness.person()
    await phone.evaluate((words) => window.lab.echo.identity.recover({ phrase: words }), phrase)
    for (const space of [id, second]) await untilStatus(phone, space, 'ready')
    await phone.evaluate((space) => window.lab.openSpace(space), id)
    for (const page of [laptop, bob, rae, phone]) await page.evaluate(() => window.lab.untilPeers(3))

    // The kit refuses a reader's write at once; with code of her own she is refused by everyone.
    expect(await rae.evaluate(() => window.lab.codeOf(() => window.lab.add('Rae writes')))).toBe('read-only')
    await rae.evaluate(() => window.lab.patched.take())
    const hers = await rae.evaluate(() => window.lab.patched.forge('Rae writes', 7))
    const deviceOf = (page: Page) => page.evaluate(() => window.lab.echo.identity.devices.get().find(({ isThis }) => isThis)!.id)
    const [bobsDevice, phonesDevice] = [await deviceOf(bob), await deviceOf(phone)]
    expect(await rae.evaluate((url) => window.lab.patched.enter(url, 3), harness.signalingUrl())).toBe(3)
    await rae.evaluate(([block, device]) => window.lab.patched.send([block], device), [hers.bytes, bobsDevice] as const)
    await expect.poll(() => bob.evaluate(() => window.lab.errors)).toEqual(['block-refused'])
    const proof = await add(bob, 'Bob heard her')
    for (const page of [laptop, phone]) {
      await sees(page, proof)
      expect(await page.evaluate(() => window.lab.errors)).toEqual([])
    }
    await rae.evaluate((block) => window.lab.patched.send([block]), hers.bytes)
    for (const page of [laptop, bob, phone]) {
      await expect.poll(() => page.evaluate(() => window.lab.errors)).toContain('block-refused')
      expect((await holdingsOf(page)).blocks.map((block) => block.id)).not.toContain(hers.id)
      expect(await titles(page)).toEqual(['Bob heard her'])
      await page.evaluate(() => window.lab.errors.splice(0))
    }

    // The phone is lost.
    const task = await add(phone, 'From the phone')
    for (const page of [laptop, bob]) await sees(page, task)
    await phone.evaluate(() => window.lab.space.flush())
    await phone.evaluate(() => window.lab.patched.take())
    const early = await phone.evaluate(() => window.lab.patched.forge('The thief dates back', 7))
    const before: Holdings[] = []
    for (const space of [second, id]) {
      await bob.evaluate((each) => window.lab.openSpace(each), space)
      before.push(await holdingsOf(bob))
    }
    await laptop.evaluate((device) => window.lab.echo.spaces.revokeDevice(device), phonesDevice)
    for (const space of [second, id]) await untilStatus(phone, space, 'removed')
    await phone.evaluate(() => window.lab.untilPeers(0))
    expect(await laptop.evaluate(() => window.lab.echo.identity.devices.get().length)).toBe(1)
    for (const [i, space] of [second, id].entries()) {
      for (const page of [laptop, bob]) await page.evaluate((each) => window.lab.openSpace(each), space)
      await phone.evaluate((each) => window.lab.openSpace(each), space)
      await bob.evaluate(() => window.lab.until(window.lab.space.members, (list) => list.every((member) => member.deviceCount === 1)))
      const word = await add(laptop, 'Without the phone')
      const answer = await add(bob, 'Without it')
      for (const [page, each] of [
        [bob, word],
        [laptop, answer],
      ] as const)
        await sees(page, each)
      const after = since(await holdingsOf(bob), before[i]!)
      expect(after.blocks.length).toBeGreaterThanOrEqual(2)
      expect(await opens(phone, before[i]!)).toBe(before[i]!.blocks.length)
      expect(await opens(phone, after)).toBe(0)
      expect(await opens(laptop, after)).toBe(after.blocks.length)
    }
    // Whoever has its keys has a helper among the members.
    await bob.evaluate(() => window.lab.patched.take())
    const helper = await bob.evaluate(() => window.lab.patched.forge('Bob helps', 9))
    expect(await bob.evaluate((url) => window.lab.patched.enter(url, 1), harness.signalingUrl())).toBe(1)
    await bob.evaluate((blocks) => window.lab.patched.send(blocks), [early.bytes, helper.bytes])
    await expect.poll(() => titles(laptop)).toEqual(['Bob heard her', 'Bob helps', 'From the phone', 'Without it', 'Without the phone'])
  })
})
