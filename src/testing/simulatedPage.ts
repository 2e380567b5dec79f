import type { PageEvents } from '../client/tabs/watchPage.ts'

/** The page of a peer in a test: hidden, shown and used as the test says. */
export interface SimulatedPage extends PageEvents {
  /** As when another tab is opened over it. */
  hide(): void
  show(): void
  /** As a key pressed or a pointer moved. */
  use(): void
}

/** A visible page that nobody has used yet. */
export function createSimulatedPage(): SimulatedPage {
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' as DocumentVisibilityState })
  const window = new EventTarget()
  const turn = (visibilityState: DocumentVisibilityState): void => {
    document.visibilityState = visibilityState
    document.dispatchEvent(new Event('visibilitychange'))
  }
  return {
    document,
    window,
    hide: () => turn('hidden'),
    show: () => turn('visible'),
    use: () => void window.dispatchEvent(new Event('keydown')),
  }
}
