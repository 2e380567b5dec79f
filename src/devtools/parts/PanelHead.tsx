import type { ReactNode } from 'react'
import type { Reading } from './useReading.ts'

/** What a panel shows, in a sentence, with a button that reads it anew, and what went wrong. */
export function PanelHead({
  reading,
  children,
}: {
  readonly reading?: Pick<Reading<unknown>, 'error' | 'refresh'>
  readonly children: ReactNode
}): ReactNode {
  return (
    <div className="echo-devtools-head">
      <p className="echo-devtools-note">{children}</p>
      {reading !== undefined && (
        <button type="button" onClick={reading.refresh}>
          Refresh
        </button>
      )}
      {reading?.error !== undefined && <p role="alert">{reading.error}</p>}
    </div>
  )
}
