import { describe, expect, it } from 'vitest'
import { report, setupHarness, share } from './harness.ts'

const harness = setupHarness()

describe('a page that lacks something', () => {
  it('says storage-unavailable where there is no IndexedDB', async () => {
    const page = await harness.person(undefined, { before: () => Object.defineProperty(window, 'indexedDB', { value: undefined }) })
    expect(await page.evaluate(() => window.lab.plain(window.lab.echo.state.get()))).toMatchObject({
      status: 'error',
      error: { code: 'storage-unavailable' },
    })
    expect(await page.evaluate(() => window.lab.codeOf(() => window.lab.echo.spaces.create({ name: 'Garden' })))).not.toBe('no error')
  })

  it('says storage-unavailable where IndexedDB refuses to open', async () => {
    const page = await harness.person(undefined, {
      before: () => {
        IDBFactory.prototype.open = () => {
          throw new DOMException('denied', 'SecurityError')
        }
      },
    })
    expect(await page.evaluate(() => window.lab.plain(window.lab.echo.state.get()))).toMatchObject({
      status: 'error',
      error: { code: 'storage-unavailable' },
    })
  })

  it('says that it cannot connect where there is no WebRTC, and works locally', async () => {
    const page = await harness.person('Alice', {
      before: () => {
        for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection']) Object.defineProperty(window, name, { value: undefined })
      },
    })
    expect(await page.evaluate(() => window.lab.plain(window.lab.echo.network.state.get()))).toMatchObject({
      status: 'unsupported',
      error: { code: 'no-webrtc' },
    })
    expect(await page.evaluate(() => window.lab.echo.network.diagnostics.get().map(({ code }) => code))).toEqual(['no-webrtc'])
    await page.evaluate(async () => {
      await window.lab.createSpace('Garden')
      window.lab.add('Water')
      await window.lab.space.flush()
    })
    expect(await page.evaluate(() => window.lab.plain(window.lab.space.sync.get()))).toMatchObject({
      status: 'offline',
      unsaved: 0,
      error: { code: 'no-webrtc' },
    })
    expect(await page.evaluate(() => window.lab.errors)).toEqual([])
  })

  it('says not-a-secure-context on plain http', async () => {
    const profile = await harness.profile(['--host-resolver-rules=MAP app.test 127.0.0.1'])
    const page = await profile.open({ host: 'app.test' })
    expect(await page.evaluate(() => window.isSecureContext)).toBe(false)
    expect(await page.evaluate(() => window.lab.plain(window.lab.echo.state.get()))).toMatchObject({
      status: 'error',
      error: { code: 'not-a-secure-context' },
    })
  })

  it('says that no signaling server answers, and works locally', async () => {
    const page = await harness.person('Alice', { signaling: ['ws://127.0.0.1:1'] })
    await page.evaluate(() => window.lab.createSpace('Garden'))
    const network = await page.evaluate(async () =>
      window.lab.plain(await window.lab.until(window.lab.echo.network.state, ({ status }) => status === 'unreachable')),
    )
    expect(network).toMatchObject({ connections: 0, error: { code: 'signaling-unreachable' } })
    await page.evaluate(() => window.lab.add('Water'))
    await page.evaluate(() => window.lab.space.flush())
    expect(await page.evaluate(() => window.lab.plain(window.lab.space.sync.get()))).toMatchObject({
      status: 'offline',
      unsaved: 0,
      error: { code: 'signaling-unreachable' },
    })
  })
})

describe('a full disk', () => {
  it('is shown, and nothing is lost when there is room again', async () => {
    const profile = await harness.profile()
    let page = await profile.open()
    await page.evaluate(() => window.lab.signUp('Alice'))
    const space = await page.evaluate(() => window.lab.createSpace('Garden'))
    await page.evaluate(() => window.lab.add('Before'))
    // The browser remembers for a while how much room there was, so the disk fills up while it does not run.
    await profile.close()
    page = await profile.open({ start: false })
    const session = await page.context().newCDPSession(page)
    const origin = new URL(page.url()).origin
    const { usage } = await session.send('Storage.getUsageAndQuota', { origin })
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + 300_000 })
    await page.evaluate(async () => void (await window.lab.start()))
    await page.evaluate((id) => window.lab.openSpace(id), space)

    const added = await page.evaluate(async () => {
      let count = 0
      // A first failure may concern the block of an edit that the write-ahead log has taken; what counts is one that nothing has taken.
      while (window.lab.space.sync.get().unsaved === 0 && count < 20) {
        window.lab.add(`${String(count++).padStart(2, '0')} ${'x'.repeat(200_000)}`)
        await window.lab.space.flush()
      }
      return count
    })
    expect(await page.evaluate(() => window.lab.plain(window.lab.space.sync.get()))).toMatchObject({
      status: 'error',
      error: { code: 'storage-full' },
    })
    expect((await page.evaluate(() => window.lab.space.sync.get())).unsaved).toBeGreaterThan(0)
    await page.evaluate(() => window.lab.add('Small while full'))
    expect(await page.evaluate(() => window.lab.tasks().length)).toBe(added + 2)

    await session.send('Storage.overrideQuotaForOrigin', { origin })
    await page.evaluate(() => window.lab.until(window.lab.space.sync, (sync) => sync.status !== 'error' && sync.unsaved === 0, 20_000))
    expect(new Set(await page.evaluate(() => window.lab.errors))).toEqual(new Set(['storage-full']))
    const before = await page.evaluate(() => window.lab.tasks())
    await harness.reload(page)
    await page.evaluate((id) => window.lab.openSpace(id), space)
    expect((await page.evaluate(() => window.lab.tasks())).map(({ title }) => title.slice(0, 20))).toEqual(
      before.map(({ title }) => title.slice(0, 20)),
    )
    expect(before).toHaveLength(added + 2)
    expect(await page.evaluate(() => window.lab.errors)).toEqual([])
  })
})

describe('what a person enters', () => {
  it('may be a paste of two megabytes, which arrives at the peer', async () => {
    const [alice, bob] = [await harness.person('Alice'), await harness.person('Bob')]
    await share(alice, bob)
    const note = await alice.evaluate(() => window.lab.space.create(window.lab.Note, { title: 'Plan' }).id)
    for (const page of [alice, bob]) await page.evaluate((id) => window.lab.openNote(id), note)
    const startMs = performance.now()
    const pasteMs = await alice.evaluate(() => {
      const pasteStartMs = performance.now()
      window.lab.write(0, '0123456789abcdef'.repeat(131_072))
      return performance.now() - pasteStartMs
    })
    await bob.evaluate(() => window.lab.until(window.lab.text.content, (text) => text.length === 2_097_152, 20_000))
    report('paste of 2 MB, ms', { 'in the page': pasteMs, 'at the peer': performance.now() - startMs })
    expect(await bob.evaluate(() => window.lab.content() === '0123456789abcdef'.repeat(131_072))).toBe(true)
    await bob.evaluate(() => window.lab.write(0, 'Thanks. '))
    await alice.evaluate(() => window.lab.untilText('Thanks. 0123'))
    for (const page of [alice, bob]) expect(await page.evaluate(() => window.lab.errors)).toEqual([])
  })

  it('may not be a field of more than 256 KiB', async () => {
    const page = await harness.person('Alice')
    await page.evaluate(() => window.lab.createSpace('Garden'))
    const task = await page.evaluate(() => window.lab.add('x'.repeat(250 * 1024)))
    expect(await page.evaluate((id) => window.lab.codeOf(() => window.lab.update(id, { title: 'x'.repeat(257 * 1024) })), task)).toBe(
      'value-too-large',
    )
    expect(await page.evaluate(() => window.lab.codeOf(() => window.lab.add('x'.repeat(257 * 1024))))).toBe('value-too-large')
    expect(await page.evaluate(() => window.lab.tasks().map(({ title }) => title.length))).toEqual([250 * 1024])
  })

  it('is told what is wrong with a link', async () => {
    const alice = await harness.person('Alice')
    await alice.evaluate(() => window.lab.createSpace('Garden'))
    const link = await alice.evaluate(() => window.lab.invite())
    const codes = await alice.evaluate((whole) => {
      const cases = {
        'cut off': whole.slice(0, -3),
        empty: '',
        prose: 'come to my garden',
        changed: whole.replace(/.(?=.{20}$)/, (letter) => (letter === 'A' ? 'B' : 'A')),
        long: `${whole}${'A'.repeat(10_000)}`,
      }
      return Object.fromEntries(
        Object.entries(cases).map(([name, text]) => {
          const { state } = window.lab.echo.join(text)
          const now = state.get()
          return [name, now.status === 'invalid' ? now.error.code : now.status]
        }),
      )
    }, link)
    const malformed = 'invitation-malformed'
    expect(codes).toEqual({ 'cut off': malformed, empty: malformed, prose: malformed, changed: malformed, long: malformed })

    const other = await harness.person('Bob', { start: false })
    const foreign = await other.evaluate(async (text) => {
      const echo = await window.lab.start({ app: 'another-app' })
      return window.lab.plain(echo.join(text).state.get())
    }, link)
    expect(foreign).toMatchObject({ status: 'invalid', error: { code: 'invitation-wrong-app' } })
  })

  it('is told that a space does not exist', async () => {
    const page = await harness.person('Alice')
    for (const id of ['nonsense', 'A'.repeat(43), '']) {
      expect(await page.evaluate((text) => window.lab.codeOf(() => window.lab.echo.spaces.open(text)), id)).toBe('space-not-found')
      expect(await page.evaluate((text) => window.lab.echo.spaces.state(text).get(), id)).toEqual({ status: 'not-found' })
    }
  })
})
