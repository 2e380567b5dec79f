'use client'
import type { ComponentProps, ReactNode } from 'react'
import { classNames } from './classNames.ts'
import { useMessages } from './EchoUiConfig.tsx'
import { errorText } from './messages.ts'
import type { EchoError } from '../shared/echoError.ts'

/** What went wrong in the user's words and what its children add, with the error's code and message behind a disclosure. */
export function ErrorNote({ error, className, children, ...props }: ComponentProps<'div'> & { readonly error: EchoError }): ReactNode {
  const messages = useMessages()
  return (
    <div data-slot="error" className={classNames('echo-error', className)} {...props}>
      <p>{errorText(messages, error.code, error.details)}</p>
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
