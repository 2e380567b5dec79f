'use client'
import { useCallback, useMemo } from 'react'
import { EchoError } from '../shared/echoError.ts'
import { useEcho } from './useEcho.ts'
import { useTransfer, type TransferState } from './useTransfer.ts'
import type { Space } from '../client/echo.ts'
import type { ExportedSpace, ExportOptions } from '../client/transfer/transferOptions.ts'

export interface Export {
  /** `working` with `progress` from 0 to 1; `done` with the file as `result`. */
  readonly state: TransferState<ExportedSpace>
  /** Writes the space into a file; another one takes the place of one that is under way. */
  readonly start: (options: Omit<ExportOptions, 'onProgress' | 'signal'>) => void
  /** Cancels, or puts an end away. */
  readonly reset: () => void
}

/**
 * Writes a space into a file, and says how far it is. It ends with the component.
 * @throws EchoError no-provider
 * @example
 * const { state, start } = useExport(space)
 * if (state.status === 'working') return <progress value={state.progress} />
 * if (state.status === 'done') return <a href={URL.createObjectURL(state.result.blob)} download={state.result.name}>Save</a>
 * return <button onClick={() => start({ format: 'json' })}>Export</button>
 */
export function useExport(space: Space | undefined): Export {
  useEcho()
  const { state, run, reset } = useTransfer<ExportedSpace>()
  const start = useCallback(
    (options: Omit<ExportOptions, 'onProgress' | 'signal'>) =>
      run(async (reports) => {
        if (space === undefined) throw new EchoError('space-closed', 'Nothing can be exported while the space is not open yet.')
        return space.export({ ...options, ...reports })
      }),
    [run, space],
  )
  return useMemo(() => ({ state, start, reset }), [state, start, reset])
}
