'use client'
import { useId, type ReactNode } from 'react'
import { useMessages } from '../config/EchoUiConfig.tsx'
import type { InvitationOptions } from '../../client/invitations/invitationOptions.ts'

/** What a person chooses about an invitation, besides the role. */
export interface InviteChoices {
  /** `now`: one person, ten minutes, while this page is open; else a link to send. */
  readonly lasts: 'now' | 'hour' | 'day' | 'week' | 'month'
  readonly people: number
  readonly code: boolean
  readonly approval: boolean
  readonly delegated: boolean
}

export const defaultInviteChoices: InviteChoices = { lasts: 'now', people: 1, code: false, approval: false, delegated: false }

const hourMs = 3_600_000
const spans = { now: undefined, hour: hourMs, day: 24 * hourMs, week: 7 * 24 * hourMs, month: 30 * 24 * hourMs } as const
const lifetimes = ['now', 'hour', 'day', 'week', 'month'] as const
const maxPeople = 1000

/** Whether other admins could host it: they would each let in the one person of a single one, and do not know a code. */
function mayDelegate({ lasts, people, code }: InviteChoices): boolean {
  return lasts !== 'now' && people > 1 && !code
}

/** The choices as the client takes them; what does not go together is left out. */
export function toInvitationOptions(role: InvitationOptions['role'], choices: InviteChoices): InvitationOptions {
  const { lasts, people, code, approval, delegated } = choices
  const expiresInMs = spans[lasts]
  if (expiresInMs === undefined) return { role, code, approval }
  return { role, code, approval, kind: 'sent', expiresInMs, maxUses: people, ...(delegated && mayDelegate(choices) && { delegated }) }
}

export interface InviteOptionsProps {
  readonly value: InviteChoices
  readonly onChange: (value: InviteChoices) => void
  readonly disabled?: boolean
}

/**
 * How long an invitation lasts and for how many, and what it asks for beside the link.
 * @example
 * const { create } = useInvite(space)
 * const [choices, setChoices] = useState(defaultInviteChoices)
 * return (
 *   <>
 *     <InviteOptions value={choices} onChange={setChoices} />
 *     <Button onClick={() => create(toInvitationOptions('editor', choices))}>Create link</Button>
 *   </>
 * )
 */
export function InviteOptions({ value, onChange, disabled = false }: InviteOptionsProps): ReactNode {
  const { invite } = useMessages()
  const id = useId()
  const option = (name: 'code' | 'approval' | 'delegated', text: string, possible = true): ReactNode => (
    <label className="echo-check">
      <input
        type="checkbox"
        checked={value[name] && possible}
        disabled={disabled || !possible}
        onChange={(event) => onChange({ ...value, [name]: event.target.checked })}
      />{' '}
      {text}
    </label>
  )
  return (
    <div className="echo-step" data-slot="invite-options">
      <div className="echo-field">
        <label htmlFor={`${id}lasts`}>{invite.lasts}</label>
        <select
          id={`${id}lasts`}
          className="echo-input"
          value={value.lasts}
          disabled={disabled}
          onChange={(event) => onChange({ ...value, lasts: lifetimes.find((lasts) => lasts === event.target.value) ?? value.lasts })}
        >
          {lifetimes.map((lasts) => (
            <option key={lasts} value={lasts}>
              {invite.lifetimes[lasts]}
            </option>
          ))}
        </select>
      </div>
      {value.lasts !== 'now' && (
        <div className="echo-field">
          <label htmlFor={`${id}people`}>{invite.people}</label>
          <input
            id={`${id}people`}
            className="echo-input"
            type="number"
            inputMode="numeric"
            min={1}
            max={maxPeople}
            value={value.people}
            disabled={disabled}
            onChange={(event) => {
              const people = Math.round(event.target.valueAsNumber)
              if (people >= 1 && people <= maxPeople) onChange({ ...value, people })
            }}
          />
        </div>
      )}
      <div className="echo-field">
        {option('code', invite.withCode)}
        {option('approval', invite.withApproval)}
        {value.lasts !== 'now' && option('delegated', invite.withOthers, mayDelegate(value))}
      </div>
    </div>
  )
}
