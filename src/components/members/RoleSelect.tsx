'use client'
import { useId, type ReactNode } from 'react'
import { useMessages } from '../config/EchoUiConfig.tsx'
import type { Role } from '../../access/membershipLog.ts'

/** A role that an invitation can give. */
export type InvitedRole = Exclude<Role, 'owner'>

const roles: readonly InvitedRole[] = ['editor', 'reader', 'admin']

export interface RoleSelectProps {
  readonly value: InvitedRole
  readonly onChange: (role: InvitedRole) => void
  readonly disabled?: boolean
}

/** Chooses a role, and says what it allows. */
export function RoleSelect({ value, onChange, disabled = false }: RoleSelectProps): ReactNode {
  const messages = useMessages()
  const id = useId()
  return (
    <div className="echo-field" data-slot="role-select">
      <label htmlFor={id}>{messages.invite.role}</label>
      <select
        id={id}
        className="echo-input"
        value={value}
        disabled={disabled}
        aria-describedby={`${id}hint`}
        onChange={(event) => onChange(roles.find((role) => role === event.target.value) ?? value)}
      >
        {roles.map((role) => (
          <option key={role} value={role}>
            {messages.roles[role]}
          </option>
        ))}
      </select>
      <p id={`${id}hint`} className="echo-hint">
        {messages.roleHints[value]}
      </p>
    </div>
  )
}
