import { expect, it } from 'vitest'
import { createPageActivity, idleAfterMs } from '../../../src/client/presence/pageActivity.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { createSimulatedPage } from '../../../src/testing/simulatedPage.ts'

it('of a page opened behind another is away, then active, and each input keeps it from being idle', async () => {
  const clock = createSimulatedClock()
  const page = createSimulatedPage()
  page.hide()
  const { state, dispose } = createPageActivity(clock, page)
  expect(state.get()).toBe('away')
  page.show()
  expect(state.get()).toBe('active')
  for (const name of ['pointerdown', 'pointermove', 'wheel', 'keydown', 'input']) {
    await clock.run(idleAfterMs - 1)
    expect([name, state.get()]).toEqual([name, 'active'])
    page.window.dispatchEvent(new Event(name))
  }
  await clock.run(idleAfterMs)
  expect(state.get()).toBe('idle')
  dispose()
  page.use()
  page.hide()
  expect([state.get(), clock.pendingCount()]).toEqual(['idle', 0])
})

it('is always active where there is no page', async () => {
  const clock = createSimulatedClock()
  const { state } = createPageActivity(clock, undefined)
  await clock.run(2 * idleAfterMs)
  expect([state.get(), clock.pendingCount()]).toEqual(['active', 0])
})
