'use client'
import { useCallback, useEffect, useMemo, useRef } from 'react'
import { EchoError } from '../shared/echoError.ts'
import { useCommand, type CommandState } from './useCommand.ts'
import { useEcho } from './useEcho.ts'
import type { SpaceCommands } from '../client/echo.ts'

export interface DeleteSpace {
  /** Of the deletion; its `call` is the space's id. */
  readonly state: CommandState<string>
  readonly deleteSpace: (options: Parameters<SpaceCommands['delete']>[1]) => void
  /** Puts an error away. */
  readonly reset: () => void
}

/**
 * Deletes a space from all devices of this person: one that the person has left, was removed from, or is alone in. What is not allowed ends as `error`,
 * such as `already-member`: leave it first.
 * @param onDeleted called when it is gone, also where this component has gone with the space's view
 * @throws EchoError no-provider
 * @example
 * const { state, deleteSpace } = useDeleteSpace(space.id, () => navigate('/'))
 * <button disabled={state.status === 'pending'} onClick={() => deleteSpace({ confirm: 'delete this space' })}>Delete</button>
 */
export function useDeleteSpace(id: string | undefined, onDeleted?: () => void): DeleteSpace {
  const { spaces } = useEcho()
  const latest = useRef(onDeleted)
  useEffect(() => {
    latest.current = onDeleted
  })
  const perform = useCallback(
    async (space: string, options?: Parameters<SpaceCommands['delete']>[1]) => {
      if (space === '' || options === undefined) throw new EchoError('space-not-found', 'There is no space yet to delete. Name one first.')
      await spaces.delete(space, options)
      latest.current?.()
    },
    [spaces],
  )
  const { state, run, reset } = useCommand(perform)
  return useMemo(() => ({ state, deleteSpace: (options) => run(id ?? '', options), reset }), [state, id, run, reset])
}
