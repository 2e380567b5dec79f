'use client'
import type { ComponentProps, ReactNode } from 'react'
import { classNames } from './classNames.ts'

export interface ButtonProps extends ComponentProps<'button'> {
  /** How much it stands out; `plain` by default. */
  readonly variant?: 'primary' | 'danger' | 'plain' | 'quiet'
}

/** A `<button>` that does not submit unless told to. */
export function Button({ variant = 'plain', type = 'button', className, ...props }: ButtonProps): ReactNode {
  return <button data-slot="button" data-variant={variant} className={classNames('echo-button', className)} {...props} type={type} />
}
