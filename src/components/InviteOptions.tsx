'use client'
import type { ReactNode } from 'react'
import { useMessages } from './EchoUiConfig.tsx'

export interface InviteSafety {
  readonly code: boolean
  readonly approval: boolean
}

/** What an invitation asks for beside the link. */
export function InviteOptions({
  value,
  onChange,
  disabled = false,
}: {
  readonly value: InviteSafety
  readonly onChange: (value: InviteSafety) => void
  readonly disabled?: boolean
}): ReactNode {
  const { invite } = useMessages()
  const option = (name: keyof InviteSafety, text: string): ReactNode => (
    <label className="echo-check">
      <input
        type="checkbox"
        checked={value[name]}
        disabled={disabled}
        onChange={(event) => onChange({ ...value, [name]: event.target.checked })}
      />{' '}
      {text}
    </label>
  )
  return (
    <div className="echo-field" data-slot="invite-options">
      {option('code', invite.withCode)}
      {option('approval', invite.withApproval)}
    </div>
  )
}
