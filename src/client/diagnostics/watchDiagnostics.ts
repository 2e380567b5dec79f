import type { Clock, Timer } from '../../shared/ports.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import { readingDiagnostics, type Diagnostics } from './diagnostics.ts'

/** Looks once. */
export type Examiner = () => Promise<Diagnostics>

const againAfterMs = 2_000

/**
 * Looks again and again while somebody is subscribed, and not at all otherwise.
 * @param load brings what looks; tried again where it rejects
 * @param isUnreachable what is known of the servers without it
 */
export function watchDiagnostics(clock: Clock, load: () => Promise<Examiner>, isUnreachable: () => boolean): Readable<Diagnostics> {
  const state = createWritable(readingDiagnostics)
  let examine: Examiner | undefined
  let subscribers = 0
  /** A look that is overtaken by the end of the subscription, or by the next one, says nothing. */
  let turn = 0
  let timer: Timer | undefined

  async function look(own: number): Promise<void> {
    const found = await examined()
    if (own !== turn) return
    if (JSON.stringify(found) !== JSON.stringify(state.get())) state.set(found)
    timer = clock.after(againAfterMs, () => void look(own))
  }

  async function examined(): Promise<Diagnostics> {
    try {
      examine ??= await load()
      return await examine()
    } catch {
      return notLoaded(isUnreachable())
    }
  }

  return {
    get: state.get,
    subscribe(listener) {
      const stop = state.subscribe(listener)
      if (++subscribers === 1) void look(++turn)
      let isOver = false
      return () => {
        if (isOver) return
        isOver = true
        stop()
        if (--subscribers > 0) return
        turn++
        clock.clear(timer)
      }
    },
  }
}

/** The page that has lost its server may have lost the signaling server, too: that says more than what could not be fetched. */
function notLoaded(isUnreachable: boolean): Diagnostics {
  const code = isUnreachable ? 'unreachable' : 'load-failed'
  return Object.freeze({
    ...readingDiagnostics,
    status: 'problem',
    findings: [{ code, check: 'signaling', severity: 'problem' } as const],
    report: () => `${code}, load-failed`,
  })
}
