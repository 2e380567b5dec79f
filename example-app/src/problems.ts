import type { EchoError } from 'echo-react'

let latest: EchoError | undefined
const listeners = new Set<() => void>()

/** Shows a fault that no call could throw; undefined clears it. */
export function showProblem(error: EchoError | undefined): void {
  latest = error
  for (const listener of listeners) listener()
}

/** The last fault, for useSyncExternalStore. */
export const problems = {
  get: () => latest,
  subscribe(listener: () => void) {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  },
}
