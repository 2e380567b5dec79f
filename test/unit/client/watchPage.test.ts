import { describe, expect, it } from 'vitest'
import { watchPage } from '../../../src/client/tabs/watchPage.ts'

function createTest() {
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' as DocumentVisibilityState })
  const window = new EventTarget()
  const seen: string[] = []
  const stop = watchPage({ onHide: () => seen.push('hide'), onBack: () => seen.push('back') }, { document, window })
  return { document, window, seen, stop }
}

describe('the watch over the page', () => {
  it.each([
    ['document', 'freeze', 'hide'],
    ['document', 'resume', 'back'],
    ['window', 'pagehide', 'hide'],
    ['window', 'online', 'back'],
  ] as const)('hears of %s %s', (target, name, expected) => {
    const { seen, stop, ...page } = createTest()
    page[target].dispatchEvent(new Event(name))
    expect(seen).toEqual([expected])
    stop()
    page[target].dispatchEvent(new Event(name))
    expect(seen).toEqual([expected])
  })

  it('hears of being hidden and seen again', () => {
    const { document, seen } = createTest()
    for (const visibilityState of ['hidden', 'visible'] as const) {
      document.visibilityState = visibilityState
      document.dispatchEvent(new Event('visibilitychange'))
    }
    expect(seen).toEqual(['hide', 'back'])
  })

  it('takes a page that is shown for a return only where it comes from the history', () => {
    const { window, seen } = createTest()
    window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }))
    expect(seen).toEqual([])
    window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
    expect(seen).toEqual(['back'])
  })
})
