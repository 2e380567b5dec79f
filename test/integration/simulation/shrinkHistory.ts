import type { History, Step } from './step.ts'

export interface Shrunk {
  readonly history: History
  /** How many shorter histories were tried. */
  readonly runs: number
}

/**
 * Finds a shorter history that still fails, by leaving out devices, then runs of steps of half, a quarter, … the length down to single ones (delta
 * debugging), then the waits.
 * @param maxRuns how many histories may be run for it
 */
export async function shrinkHistory(failing: History, fails: (history: History) => Promise<boolean>, maxRuns: number): Promise<Shrunk> {
  let history = failing
  let runs = 0

  async function replaceIfFailing(candidate: History): Promise<boolean> {
    if (runs >= maxRuns) return false
    runs++
    if (!(await fails(candidate))) return false
    history = candidate
    return true
  }

  while (history.devices > 2 && (await replaceIfFailing(withoutLastDevice(history))));
  for (let length = Math.ceil(history.steps.length / 2); length >= 1 && runs < maxRuns; length = length === 1 ? 0 : Math.ceil(length / 2)) {
    for (let at = history.steps.length - length; at > -length && runs < maxRuns; at -= length) {
      const from = Math.max(0, at)
      const steps: readonly Step[] = [...history.steps.slice(0, from), ...history.steps.slice(at + length)]
      await replaceIfFailing({ ...history, steps })
    }
  }
  await replaceIfFailing({ ...history, steps: history.steps.map((step) => ({ ...step, waitMs: 0 })) })
  return { history, runs }
}

function withoutLastDevice(history: History): History {
  const devices = history.devices - 1
  return {
    ...history,
    devices,
    members: Math.min(history.members, devices),
    steps: history.steps.filter(({ device }) => device < devices),
  }
}
