import type { Clock } from '../shared/ports.ts'
import { createWritable, type Readable } from '../shared/readable.ts'
import type { Finding } from './network.ts'

const maxFindings = 50

/** The newest {@link Finding}s of a network. */
export interface FindingLog {
  readonly findings: Readable<readonly Finding[]>
  /** Adds one; where the newest says the same already, only its time moves. */
  add(code: Finding['code'], message: string): void
}

/** Makes an empty log of at most 50 findings. Never throws. */
export function createFindingLog(clock: Clock): FindingLog {
  const findings = createWritable<readonly Finding[]>([])
  return {
    findings,
    add: (code, message) => {
      const present = findings.get()
      const newest = present.at(-1)
      const isRepeated = newest?.code === code && newest.message === message
      const kept = isRepeated ? present.slice(0, -1) : present.slice(-(maxFindings - 1))
      findings.set([...kept, { code, message, timeMs: clock.now() }])
    },
  }
}
