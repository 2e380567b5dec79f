'use client'
import { useEffect, useRef, useState, type RefObject } from 'react'
import { useAnnounce } from '../basics/Announcer.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { plainName } from '../basics/plainName.ts'
import type { CommandState } from '../../react/useCommand.ts'
import type { MemberCall } from '../../react/useMemberCommands.ts'
import type { MemberInfo } from '../../client/states.ts'

/** What a member list asks the person before it is done. */
export type MemberQuestion =
  | { readonly about: 'remove'; readonly member: MemberInfo }
  | { readonly about: 'owner'; readonly member: MemberInfo }
  | { readonly about: 'leave' }

/** The question that is open, which is closed when it is done; says what was done, and gives the focus to the list where the asker is gone. */
export function useMemberDialog({
  members,
  command,
  onSettled,
}: {
  readonly members: readonly MemberInfo[]
  readonly command: CommandState<MemberCall>
  readonly onSettled: () => void
}): {
  readonly asking: MemberQuestion | undefined
  readonly ask: (question: MemberQuestion) => void
  readonly close: () => void
  readonly list: RefObject<HTMLUListElement | null>
} {
  const messages = useMessages()
  const { unnamed } = messages.members
  const announce = useAnnounce()
  const [asking, setAsking] = useState<MemberQuestion>()
  if (command.status === 'done' && asking !== undefined) setAsking(undefined)
  const list = useRef<HTMLUListElement>(null)
  /** Names of those who may be gone when it is said. */
  const names = useRef(new Map<string, string>())
  useEffect(() => {
    for (const { id, name } of members) names.current.set(id, plainName(name) || unnamed)
  }, [members, unnamed])
  useEffect(() => {
    if (command.status !== 'done') return
    const { call } = command
    const nameOf = (member: string): string => names.current.get(member) ?? ''
    onSettled()
    if (call.name === 'set-role') return announce(messages.members.roleChanged(nameOf(call.member), messages.roles[call.role]))
    announce(call.name === 'leave' ? messages.members.left : messages.members.removed(nameOf(call.member)))
    // After the dialog gave the focus back to what is not there any more.
    setTimeout(() => {
      if (document.activeElement === null || document.activeElement === document.body) list.current?.focus()
    })
  }, [announce, command, messages, onSettled])
  return {
    asking,
    ask(question) {
      onSettled()
      setAsking(question)
    },
    close() {
      setAsking(undefined)
      onSettled()
    },
    list,
  }
}
