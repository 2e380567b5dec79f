import { writeFileSync } from 'node:fs'
import { drawHistory } from './drawHistory.ts'
import { explainFailure } from './explainFailure.ts'
import { runHistory } from './runHistory.ts'

export interface SoakOptions {
  readonly seed: number
  /** Goes on drawing seeds until this time is over… */
  readonly minutes: number
  /** …or so many were run. */
  readonly seeds: number
  /** Where the summary goes, as JSON; none by default. */
  readonly summaryPath: string | undefined
  readonly print: (line: string) => void
}

const progressEveryMs = 60_000
/** Who reads more failures than this will mend the first ones first. */
const maxFailures = 10

/** Runs histories from a seed on, tells how it goes each minute, and sums up in the end. @returns how many seeds failed */
export async function soak({ seed, minutes, seeds, summaryPath, print }: SoakOptions): Promise<number> {
  const startMs = Date.now()
  const counts: Record<string, number> = {}
  const failures: { readonly seed: number; readonly trace: string }[] = []
  let run = 0
  let simulatedMs = 0
  let printedMs = startMs

  const line = (): string =>
    `${((Date.now() - startMs) / 60_000).toFixed(1)} min: ${run} seeds (${seed}…${seed + run - 1}), ${failures.length} failed, ${(simulatedMs / 3_600_000).toFixed(1)} h simulated, ${counts['blocks'] ?? 0} blocks, ${counts['frames'] ?? 0} frames`

  while (run < seeds && Date.now() - startMs < minutes * 60_000 && failures.length < maxFailures) {
    const history = drawHistory(seed + run)
    const result = await runHistory(history)
    run++
    simulatedMs += result.simulatedMs
    for (const [what, count] of Object.entries(result.counts)) {
      if (what === 'quiet after s') counts[what] = Math.max(counts[what] ?? 0, count)
      else counts[what] = (counts[what] ?? 0) + count
    }
    if (result.faults.length > 0) {
      const trace = await explainFailure(history, result, runHistory)
      failures.push({ seed: history.seed, trace })
      print(trace)
    }
    if (Date.now() - printedMs >= progressEveryMs) {
      printedMs = Date.now()
      print(line())
    }
  }

  print(line())
  const summary = {
    date: new Date(startMs).toISOString(),
    firstSeed: seed,
    seeds: run,
    minutes: Math.round((Date.now() - startMs) / 6000) / 10,
    simulatedHours: Math.round(simulatedMs / 360_000) / 10,
    failed: failures.map((failure) => failure.seed),
    counts: Object.fromEntries(Object.entries(counts).sort()),
    failures,
  }
  print(JSON.stringify({ ...summary, failures: undefined }, undefined, 2))
  if (summaryPath !== undefined) writeFileSync(summaryPath, `${JSON.stringify(summary, undefined, 2)}\n`)
  return failures.length
}
