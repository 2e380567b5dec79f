'use client'
import { useCallback, useEffect, useId, useRef, useState, type ComponentProps, type FormEvent, type ReactNode } from 'react'
import type { Space } from '../../client/echo.ts'
import { useCommand, type CommandState } from '../../react/useCommand.ts'
import { useEcho } from '../../react/useEcho.ts'
import { useAnnounce } from '../basics/Announcer.tsx'
import { Button } from '../basics/Button.tsx'
import { classNames } from '../basics/classNames.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { ErrorNote } from '../basics/ErrorNote.tsx'
import { FieldFault } from '../basics/FieldFault.tsx'
import { useLoss } from '../basics/LossQuestion.tsx'
import { plainName } from '../basics/plainName.ts'

export interface SpaceFormProps extends Omit<ComponentProps<'form'>, 'onSubmit' | 'children' | 'name'> {
  /** The space to be renamed; without one a new space is made. */
  readonly space?: Space
  /** The space that was made or renamed. */
  readonly onDone?: (space: Space) => void
  readonly onCancel?: () => void
}

/**
 * Makes a space, or renames one.
 * @example
 * <SpaceForm onDone={(space) => navigate(space.id)} />
 */
export function SpaceForm({ space, onDone, ...props }: SpaceFormProps): ReactNode {
  const echo = useEcho()
  const { spaces: messages } = useMessages()
  const announce = useAnnounce()
  const ended = useRef<(made: Space, name: string) => void>(undefined)
  useEffect(() => {
    ended.current = (made, name) => {
      announce(space === undefined ? messages.created(name) : messages.renamed(name))
      onDone?.(made)
    }
  })
  const perform = useCallback(
    async (name: string) => {
      space?.setName(name)
      const made = space ?? (await echo.spaces.create({ name }))
      ended.current?.(made, plainName(name))
    },
    [echo, space],
  )
  const { state, run } = useCommand(perform)
  const before = space?.info.get().name
  return <SpaceFormView key={space?.id} {...props} {...(before !== undefined && { name: before })} state={state} onSubmit={run} />
}

export interface SpaceFormViewProps extends Omit<ComponentProps<'form'>, 'onSubmit' | 'children' | 'name'> {
  /** What the space is called so far; without it a new one is made. */
  readonly name?: string
  readonly state: CommandState<unknown>
  readonly onSubmit: (name: string) => void
  readonly onCancel?: () => void
}

/** {@link SpaceForm} in any of its states. */
export function SpaceFormView({ name: before, state, onSubmit, onCancel, className, ...props }: SpaceFormViewProps): ReactNode {
  const { spaces: messages, common } = useMessages()
  const [name, setName] = useState(before ?? '')
  const [isMissing, setMissing] = useState(false)
  const id = useId()
  const isPending = state.status === 'pending'
  useLoss(name === (before ?? '') ? undefined : common.lossTyped)
  const isIdle = isPending || (state.status !== 'error' && name.trim() === before)
  const verb = before === undefined ? messages.create : messages.rename

  function submit(event: FormEvent): void {
    event.preventDefault()
    const trimmed = name.trim()
    setMissing(trimmed === '')
    if (trimmed !== '' && !isIdle) onSubmit(trimmed)
  }

  return (
    <form
      data-slot="space-form"
      data-state={state.status}
      className={classNames('echo-form', className)}
      {...props}
      onSubmit={submit}
      noValidate
    >
      <div className="echo-field">
        <label htmlFor={id}>{messages.name}</label>
        <input
          id={id}
          className="echo-input"
          value={name}
          onChange={(event) => setName(event.target.value)}
          readOnly={isPending}
          autoComplete="off"
          maxLength={100}
          aria-invalid={isMissing}
          aria-describedby={isMissing ? `${id}missing` : undefined}
        />
        {isMissing && <FieldFault id={`${id}missing`}>{messages.nameMissing}</FieldFault>}
      </div>
      {state.status === 'error' && <ErrorNote said="polite" error={state.error} />}
      <div className="echo-actions">
        <Button variant="primary" type="submit" aria-disabled={isIdle}>
          {isPending ? messages.busy : state.status === 'error' ? common.retry : verb}
        </Button>
        {onCancel !== undefined && <Button onClick={onCancel}>{common.cancel}</Button>}
      </div>
    </form>
  )
}
