'use client'
import { useMemo } from 'react'
import { useEchoContext } from './echoContext.ts'
import { useOpening } from './useOpening.ts'
import { useReadable } from './useReadable.ts'
import type { Space } from '../client/echo.ts'
import type { ModelHandle } from '../client/spaces/spaceModels.ts'
import type { ActionsOf, AnyModelType, SnapshotOf } from '../database/types/defineModel.ts'

/**
 * The content of an item that follows a model of the app's, live, and the model's actions. Suspends while it is opened for the first time; it closes soon
 * after its last component is gone. Undefined for an undefined space or id.
 * @throws EchoError no-provider; item-not-found, wrong-kind and data-corrupt go to the nearest error boundary
 * @example
 * const [count, { add }] = useModel(space, Counter, poll.id)
 * return <button onClick={() => add(1)}>{count}</button>
 */
export function useModel<M extends AnyModelType>(space: Space, model: M, id: string): readonly [SnapshotOf<M>, ActionsOf<M>]
export function useModel<M extends AnyModelType>(
  space: Space | undefined,
  model: M,
  id: string | undefined,
): readonly [SnapshotOf<M>, ActionsOf<M>] | undefined
export function useModel<M extends AnyModelType>(
  space: Space | undefined,
  model: M,
  id: string | undefined,
): readonly [SnapshotOf<M>, ActionsOf<M>] | undefined {
  const { models } = useEchoContext()
  const opening =
    space === undefined || id === undefined ? undefined : models.open(space, `${model.name}/${id}`, () => space.openModel(model, id))
  const handle = useOpening(opening) as ModelHandle<M> | undefined
  const snapshot = useReadable(handle?.snapshot)
  return useMemo(() => (handle === undefined ? undefined : [snapshot as SnapshotOf<M>, handle.actions]), [handle, snapshot])
}
