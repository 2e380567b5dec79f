'use client'
import { useEffect, useRef } from 'react'
import { useAnnounce } from './Announcer.tsx'
import type { CommandState } from '../../react/useCommand.ts'

/** Closes a dialog when the command that it asked about is done, and says so. @returns what closes it by hand */
export function useCommandEnd({
  state,
  reset,
  onClose,
  said,
}: {
  readonly state: CommandState<unknown>
  readonly reset: () => void
  readonly onClose: () => void
  /** As it was named before it was done. */
  readonly said: string
}): () => void {
  const announce = useAnnounce()
  const end = (): void => {
    onClose()
    reset()
  }
  const latest = useRef({ end, said })
  useEffect(() => {
    // What is done may have no name any more.
    latest.current = { end, said: state.status === 'done' ? latest.current.said : said }
  })
  useEffect(() => {
    if (state.status !== 'done') return
    announce(latest.current.said)
    latest.current.end()
  }, [announce, state])
  return end
}
