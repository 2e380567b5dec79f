import type { ComponentProps, ReactNode } from 'react'
import { addressOf, navigate, type Route } from './route.ts'

/** A link to a route: opens in place, and in a new tab when the user asks for one. */
export function RouteLink({ to, onClick, children, ...props }: Omit<ComponentProps<'a'>, 'href'> & { readonly to: Route }): ReactNode {
  return (
    <a
      {...props}
      href={addressOf(to)}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
        event.preventDefault()
        navigate(to)
        onClick?.(event)
      }}
    >
      {children}
    </a>
  )
}
