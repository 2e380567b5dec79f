'use client'
import { useEffect, useRef } from 'react'
import { useAnnounce } from './Announcer.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { errorText } from '../config/messages.ts'
import type { CommandState } from '../../react/useCommand.ts'

/** Says that a command has failed whose dialog was closed while it was under way: nobody would hear of it. */
export function useUnseenFailure({
  open,
  about,
  state,
}: {
  readonly open: boolean
  /** The dialog's title. */
  readonly about: string
  readonly state: CommandState<unknown>
}): void {
  const messages = useMessages()
  const announce = useAnnounce()
  const latest = useRef({ open, about, messages })
  useEffect(() => {
    // What it was about may have no name any more.
    latest.current = { open, about: open ? about : latest.current.about, messages }
  })
  const error = state.status === 'error' ? state.error : undefined
  useEffect(() => {
    if (error === undefined || latest.current.open) return
    announce(`${latest.current.about} ${errorText(latest.current.messages, error.code, error.details)}`)
  }, [announce, error])
}
