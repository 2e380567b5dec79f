'use client'
import type { ComponentProps, ReactNode } from 'react'
import { useSaid } from './Announcer.tsx'
import { classNames } from './classNames.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { errorText } from '../config/messages.ts'
import type { EchoError } from '../../shared/echoError.ts'

export interface ErrorNoteProps extends ComponentProps<'div'> {
  readonly error: EchoError
  /** What the error means here, where that differs from elsewhere. */
  readonly text?: string | undefined
  /** Has the nearest announcer say it, also when the same comes again; without it, it is only seen. */
  readonly said?: 'polite' | 'assertive' | undefined
}

/** What went wrong in the user's words and what its children add, with the error's code and message behind a disclosure. */
export function ErrorNote({ error, text, said, className, children, ...props }: ErrorNoteProps): ReactNode {
  const messages = useMessages()
  const shown = text ?? errorText(messages, error.code, error.details)
  const role = useSaid(said === undefined ? undefined : shown, said, error)
  return (
    <div data-slot="error" role={role} className={classNames('echo-error', className)} {...props}>
      <p>{shown}</p>
      {children}
      <details>
        <summary>{messages.common.details}</summary>
        <p>
          <code>{error.code}</code> {error.message}
        </p>
      </details>
    </div>
  )
}
