import { useSyncExternalStore, type ReactNode } from 'react'
import { Button, ErrorNote } from 'echo-react/components'
import { problems, showProblem } from './problems.ts'

/** The last fault of the background, until it is put away. */
export function ProblemNotice(): ReactNode {
  const problem = useSyncExternalStore(problems.subscribe, problems.get)
  if (problem === undefined) return null
  return (
    <div className="problem" role="alert">
      <ErrorNote error={problem} />
      <Button variant="quiet" onClick={() => showProblem(undefined)}>
        Dismiss
      </Button>
    </div>
  )
}
