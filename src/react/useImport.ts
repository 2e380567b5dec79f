'use client'
import { useCallback, useMemo } from 'react'
import { useEcho } from './useEcho.ts'
import { useTransfer, type TransferState } from './useTransfer.ts'
import type { Space } from '../client/echo.ts'
import type { ImportOptions } from '../client/transfer/transferOptions.ts'

export interface Import {
  /**
   * `working` with `progress` from 0 to 1; `done` with the new space as `result`. An `error` with the code `bad-passphrase` means that the file is locked: start
   * again with a passphrase.
   */
  readonly state: TransferState<Space>
  /** Makes a new space of a file; another one takes the place of one that is under way. */
  readonly start: (file: Blob, options?: Omit<ImportOptions, 'onProgress' | 'signal'>) => void
  /** Cancels, so that nothing is left of it, or puts an end away. */
  readonly reset: () => void
}

/**
 * Makes a new space of a file, and says how far it is. It ends with the component.
 * @throws EchoError no-provider
 * @example
 * const { state, start } = useImport()
 * return <input type="file" disabled={state.status === 'working'} onChange={({ target }) => target.files?.[0] && start(target.files[0])} />
 */
export function useImport(): Import {
  const { spaces } = useEcho()
  const { state, run, reset } = useTransfer<Space>()
  const start = useCallback(
    (file: Blob, options: Omit<ImportOptions, 'onProgress' | 'signal'> = {}) =>
      run((reports) => spaces.import(file, { ...options, ...reports })),
    [run, spaces],
  )
  return useMemo(() => ({ state, start, reset }), [state, start, reset])
}
