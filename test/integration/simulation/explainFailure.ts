import { kindOfFault, type HistoryResult } from './runHistory.ts'
import { shrinkHistory } from './shrinkHistory.ts'
import { describeHistory, type History } from './step.ts'

/** Shrinks a failing history and says what is wrong with it, how to run it again, and its shortest steps that still fail. */
export async function explainFailure(
  history: History,
  { faults }: HistoryResult,
  run: (history: History) => Promise<HistoryResult>,
  maxRuns = 150,
): Promise<string> {
  const kinds = new Set(faults.map(kindOfFault))
  let last = faults
  const shrunk = await shrinkHistory(
    history,
    async (candidate) => {
      const result = await run(candidate)
      // Another fault is another story.
      const fails = result.faults.some((fault) => kinds.has(kindOfFault(fault)))
      if (fails) last = result.faults
      return fails
    },
    maxRuns,
  )
  return [
    `Seed ${history.seed} fails (npm run test:soak -- --seed ${history.seed} --seeds 1):`,
    ...faults.slice(0, 5).map((fault) => `  ${fault}`),
    `Shrunk from ${history.steps.length} to ${shrunk.history.steps.length} steps in ${shrunk.runs} runs:`,
    describeHistory(shrunk.history),
    'which ends with:',
    ...last.slice(0, 5).map((fault) => `  ${fault}`),
  ].join('\n')
}
