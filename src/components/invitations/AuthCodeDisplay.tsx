import type { ComponentProps, ReactNode } from 'react'
import { classNames } from '../basics/classNames.ts'

export interface AuthCodeDisplayProps extends Omit<ComponentProps<'span'>, 'children'> {
  /** The digits. */
  readonly code: string
}

/**
 * A code to be told to somebody, or compared with another screen: digits of one width, which screen readers read one by one and not as a number.
 * @example
 * <AuthCodeDisplay code="048215" />
 */
export function AuthCodeDisplay({ code, className, ...native }: AuthCodeDisplayProps): ReactNode {
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an <img> has no text to select and copy
    <span data-slot="code" dir="ltr" role="img" aria-label={[...code].join(' ')} {...native} className={classNames('echo-code', className)}>
      {code}
    </span>
  )
}
