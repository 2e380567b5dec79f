import type { Clock } from '../../shared/ports.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import type { Activity } from '../../replication/presence/presenceMessage.ts'
import type { PageEvents } from '../tabs/watchPage.ts'

/** Without any input for so long, somebody is idle. */
export const idleAfterMs = 120_000

const inputs = ['pointerdown', 'pointermove', 'wheel', 'keydown', 'input'] as const

/**
 * Whether somebody uses the page: away while it is hidden, idle after two minutes without input.
 * @param page undefined outside of browsers, where it is always active
 */
export function createPageActivity(clock: Clock, page: PageEvents | undefined): { readonly state: Readable<Activity>; dispose(): void } {
  const state = createWritable<Activity>(page?.document.visibilityState === 'hidden' ? 'away' : 'active')
  if (page === undefined) return { state, dispose() {} }
  const { document, window } = page
  let usedAt = clock.now()
  let timer = clock.after(idleAfterMs, look)

  function show(next: Activity): void {
    if (state.get() !== next) state.set(next)
  }

  /** Pointers move a hundred times a second, so what they do is looked at when it is due, not a timer set by each. */
  function look(): void {
    // A clock that was set back keeps nobody active.
    usedAt = Math.min(usedAt, clock.now())
    const leftMs = usedAt + idleAfterMs - clock.now()
    if (leftMs > 0) {
      timer = clock.after(leftMs, look)
      return
    }
    if (document.visibilityState !== 'hidden') show('idle')
  }

  function onUse(): void {
    usedAt = clock.now()
    if (state.get() !== 'active') onVisibility()
  }

  function onVisibility(): void {
    if (document.visibilityState === 'hidden') return show('away')
    // Whoever comes back looks at it.
    usedAt = clock.now()
    clock.clear(timer)
    timer = clock.after(idleAfterMs, look)
    show('active')
  }

  document.addEventListener('visibilitychange', onVisibility)
  // Captured: an app may keep events from going further.
  const options = { capture: true, passive: true }
  for (const name of inputs) window.addEventListener(name, onUse, options)
  return {
    state,
    dispose() {
      clock.clear(timer)
      document.removeEventListener('visibilitychange', onVisibility)
      for (const name of inputs) window.removeEventListener(name, onUse, options)
    },
  }
}
