'use client'
import { use, useEffect, useMemo, useReducer } from 'react'
import { useEchoContext } from './echoContext.ts'
import { nothing } from './trackedPromise.ts'
import { useReadable } from './useReadable.ts'
import type { Space } from '../client/echo.ts'
import type { TextGeneration, TextHandle } from '../documents/textHandle.ts'

/** An open text and what an editor binds to now; a new object whenever that changes. */
export interface OpenText extends Omit<TextHandle, 'release'>, TextGeneration {
  /** Whether this person may only read the space: an editor must not take input then. */
  readonly readOnly: boolean
}

/**
 * The live text of a text item, for editors. Suspends while it is opened for the first time; it closes soon after its last component is gone.
 * When the document is rebuilt, `generation` and `yText` change and editors bind anew. Undefined for an undefined space or id.
 * @throws EchoError no-provider; item-not-found and wrong-kind go to the nearest error boundary
 * @example
 * const text = useText(space, noteId)
 * return text && <TextField text={text} label="Notes" multiline />
 */
export function useText(space: Space, id: string): OpenText
export function useText(space: Space | undefined, id: string | undefined): OpenText | undefined
export function useText(space: Space | undefined, id: string | undefined): OpenText | undefined {
  const { texts } = useEchoContext()
  const [, askAnew] = useReducer((count: number) => count + 1, 0)
  const opening = space === undefined || id === undefined ? undefined : texts.open(space, id)
  const opened: Promise<TextHandle | undefined> = opening?.promise ?? nothing
  const handle = use(opened)
  useEffect(() => {
    if (opening === undefined) return
    const release = opening.retain()
    // Hidden long enough for the text to be closed, and shown again.
    if (release === undefined) askAnew()
    return release
  }, [opening])
  const current = useReadable(handle?.current)
  const readOnly = useReadable(space?.info)?.role === 'reader'
  return useMemo(
    () =>
      handle === undefined || current === undefined
        ? undefined
        : {
            item: handle.item,
            current: handle.current,
            content: handle.content,
            generation: current.generation,
            yText: current.yText,
            readOnly,
          },
    [handle, current, readOnly],
  )
}
