import { act, render, renderHook } from '@testing-library/react'
import { StrictMode, Suspense, type ReactNode } from 'react'
import { EchoProvider } from '../../../src/react/EchoProvider.tsx'
import type { EchoError } from '../../../src/shared/echoError.ts'
import type { FakeEcho } from './fakeEcho.ts'

/** Wraps in a provider of `fake`, in StrictMode unless asked otherwise. */
export function wrapperOf(fake: FakeEcho, options: { readonly onError?: (error: EchoError) => void } = {}) {
  return function Wrapper({ children }: { readonly children: ReactNode }): ReactNode {
    return (
      <StrictMode>
        <EchoProvider echo={fake.echo} {...options}>
          <Suspense fallback={<p>suspended</p>}>{children}</Suspense>
        </EchoProvider>
      </StrictMode>
    )
  }
}

export function renderInEcho(fake: FakeEcho, children: ReactNode, options?: { readonly onError?: (error: EchoError) => void }) {
  return render(children, { wrapper: wrapperOf(fake, options) })
}

export function renderHookInEcho<Result, Props>(fake: FakeEcho, hook: (props: Props) => Result, initialProps?: Props) {
  return renderHook(hook, { wrapper: wrapperOf(fake), ...(initialProps !== undefined && { initialProps }) })
}

/** Runs `change` and waits for what it made suspend, as React's test rules ask for. */
export async function settle<T>(change: () => T): Promise<T> {
  return act(async () => change())
}

/** A promise that is kept open until told. */
export function createGate(): { readonly promise: Promise<void>; open(): void } {
  let open = (): void => {}
  const promise = new Promise<void>((resolve) => {
    open = resolve
  })
  return { promise, open: () => open() }
}
