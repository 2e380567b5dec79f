'use client'
import { useId, useState, type ComponentProps, type FormEvent, type ReactNode } from 'react'
import { useProfile } from '../../react/useProfile.ts'
import { asEchoError, type EchoError } from '../../shared/echoError.ts'
import { Avatar } from '../members/Avatar.tsx'
import { personColour } from '../members/personColour.ts'
import { hueOf } from '../../client/spaces/memberHues.ts'
import { Button } from '../basics/Button.tsx'
import { classNames } from '../basics/classNames.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { ErrorNote } from '../basics/ErrorNote.tsx'
import { FieldFault } from '../basics/FieldFault.tsx'
import { useLoss } from '../basics/LossQuestion.tsx'
import type { ProfileChange } from '../../identity/identityStore.ts'
import type { Profile } from '../../identity/profileRecord.ts'

export type ProfileFormState =
  | { readonly status: 'editing' }
  | { readonly status: 'saving' }
  | { readonly status: 'saved' }
  | { readonly status: 'error'; readonly error: EchoError }

export interface ProfileFormViewProps extends Omit<ComponentProps<'form'>, 'onSubmit'> {
  readonly id: string
  readonly profile: Profile
  readonly state: ProfileFormState
  readonly onSave: (change: ProfileChange) => void
}

/**
 * Lets people choose how they are shown in every space: name, emoji, colour. Shows nothing while nobody is here.
 * @example
 * <ProfileForm />
 */
export function ProfileForm(props: Omit<ComponentProps<'form'>, 'id' | 'onSubmit'>): ReactNode {
  const { profile, update } = useProfile()
  const [state, setState] = useState<ProfileFormState>({ status: 'editing' })
  if (profile === undefined) return null
  const save = (change: ProfileChange): void => {
    setState({ status: 'saving' })
    update(change).then(
      () => setState({ status: 'saved' }),
      (error: unknown) => setState({ status: 'error', error: asError(error) }),
    )
  }
  // A profile that comes from another device takes the place of a draft: the fields begin anew.
  return <ProfileFormView {...props} key={keyOf(profile)} id={profile.id} profile={profile} state={state} onSave={save} />
}

/** {@link ProfileForm} in any of its states. */
export function ProfileFormView({ id, profile, state, onSave, className, ...props }: ProfileFormViewProps): ReactNode {
  const { profile: messages, identity, common } = useMessages()
  const [name, setName] = useState(profile.name)
  const [emoji, setEmoji] = useState(profile.emoji ?? '')
  const [colour, setColour] = useState(profile.colour)
  const [isMissing, setMissing] = useState(false)
  const field = useId()
  const isDraft = name !== profile.name || emoji !== (profile.emoji ?? '') || colour !== profile.colour
  useLoss(isDraft ? common.lossTyped : undefined)

  const next = { name: name.trim(), emoji: emoji.trim() === '' ? undefined : emoji.trim(), colour }
  const isIdle = state.status === 'saving' || (state.status !== 'error' && keyOf(next) === keyOf(profile))

  function onSubmit(event: FormEvent): void {
    event.preventDefault()
    setMissing(next.name === '')
    if (next.name !== '' && !isIdle) onSave(next)
  }

  const shown = { ...profile, name, ...(emoji.trim() !== '' ? { emoji: emoji.trim() } : {}), ...(colour !== undefined && { colour }) }
  const { emoji: _former, ...withoutEmoji } = shown
  return (
    <form
      data-slot="profile-form"
      data-state={state.status}
      className={classNames('echo-form', className)}
      {...props}
      onSubmit={onSubmit}
      noValidate
    >
      <Avatar id={id} {...(emoji.trim() === '' ? withoutEmoji : shown)} />
      <div className="echo-field">
        <label htmlFor={`${field}name`}>{identity.name}</label>
        <input
          id={`${field}name`}
          className="echo-input"
          value={name}
          onChange={(event) => setName(event.target.value)}
          autoComplete="name"
          maxLength={64}
          aria-invalid={isMissing}
          aria-describedby={isMissing ? `${field}missing` : undefined}
        />
        {isMissing && <FieldFault id={`${field}missing`}>{identity.nameMissing}</FieldFault>}
      </div>
      <div className="echo-field">
        <label htmlFor={`${field}emoji`}>{messages.emoji}</label>
        <input
          id={`${field}emoji`}
          className="echo-input"
          value={emoji}
          onChange={(event) => setEmoji(event.target.value)}
          maxLength={16}
        />
      </div>
      <div className="echo-field">
        <label htmlFor={`${field}colour`}>{messages.colour}</label>
        <input
          id={`${field}colour`}
          type="color"
          value={colour ?? personColour(hueOf(id))}
          onChange={(event) => setColour(event.target.value)}
        />
      </div>
      {state.status === 'error' && <ErrorNote said="polite" error={state.error} />}
      <div className="echo-actions">
        <Button variant="primary" type="submit" aria-disabled={isIdle}>
          {messages.save}
        </Button>
        <output className="echo-hint">{state.status === 'saved' ? messages.saved : ''}</output>
      </div>
    </form>
  )
}

function keyOf({ name, emoji = '', colour = '' }: ProfileChange): string {
  return JSON.stringify([name, emoji, colour])
}

function asError(error: unknown): EchoError {
  return asEchoError(error, 'bad-value', 'The profile could not be saved. See the cause.')
}
