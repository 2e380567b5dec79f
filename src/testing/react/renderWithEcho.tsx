import { act, render, waitFor, type queries, type RenderOptions, type RenderResult } from '@testing-library/react'
import { Component, Fragment, Suspense, type ReactNode } from 'react'
import type { Echo } from '../../client/echo.ts'
import { EchoUiConfig, type EchoUiConfigProps } from '../../components/config/EchoUiConfig.tsx'
import { EchoProvider } from '../../react/EchoProvider.tsx'
import type { TestPeer } from '../testPeer.ts'

/** What {@link renderWithEcho} is told, and all that Testing Library's `render` takes; `wrapper` stands inside the provider. */
export interface RenderWithEchoOptions extends Omit<RenderOptions, 'queries'> {
  /** Whose screen it is. */
  readonly peer: TestPeer
  /** Another tab of the peer's; by default the first. */
  readonly echo?: Echo
  /** Words, language and direction of the kit's components; their time is that of the peer. */
  readonly config?: Omit<EchoUiConfigProps, 'children'>
}

/** How long a database and the spaces on a screen may take to open. */
const patienceMs = 10_000

/**
 * Renders with Testing Library as on the screen of a peer, below an `EchoProvider` and an `EchoUiConfig`. Resolves when the first content is there: the database
 * is open, and nothing suspends that has no boundary of its own.
 * @returns what `render` does; `rerender` keeps the provider
 * @throws (rejects) what a component throws before that, or Error where it still suspends after ten seconds
 * @example
 * import { setup } from 'echo-react/testing'
 * import { renderWithEcho } from 'echo-react/testing/react'
 * import { SyncStatus } from 'echo-react/components'
 *
 * const { alice, bob, shareSpace } = await setup('alice', 'bob')
 * const [hers] = await shareSpace('Garden', alice, bob)
 * const { findByText } = await renderWithEcho(<SyncStatus space={hers} />, { peer: alice })
 * await findByText(/^In sync/)
 */
export async function renderWithEcho(
  ui: ReactNode,
  { peer, echo = peer.echo, config, wrapper: Inner = Fragment, ...options }: RenderWithEchoOptions,
): Promise<RenderResult> {
  let waiting = 0
  let isOver = false
  let failure: { readonly error: unknown } | undefined
  const waits = <span hidden ref={countFallback} />

  function countFallback(): () => void {
    waiting++
    return () => {
      waiting--
    }
  }

  /** Keeps what is thrown while the screen opens for the test, which would see an empty page; later it falls through. */
  function keep(error: unknown): void {
    if (isOver) throw error
    failure = { error }
  }

  function Screen({ children }: { readonly children: ReactNode }): ReactNode {
    return (
      <Catches keep={keep}>
        <EchoProvider echo={echo} fallback={waits}>
          <EchoUiConfig now={peer.clock.now} {...config}>
            <Suspense fallback={waits}>
              <Inner>{children}</Inner>
            </Suspense>
          </EchoUiConfig>
        </EchoProvider>
      </Catches>
    )
  }

  const result = await act(async () => render<typeof queries>(ui, { ...options, wrapper: Screen }))
  await waitFor(
    () => {
      if (failure === undefined && waiting > 0)
        throw new Error('renderWithEcho: the database is still opening, or a component still suspends. Is the space here, and open?')
    },
    { timeout: patienceMs },
  )
  isOver = true
  if (failure !== undefined) throw failure.error
  return result
}

interface CatchesProps {
  keep(error: unknown): void
  readonly children: ReactNode
}

interface Caught {
  readonly failure?: { readonly error: unknown }
}

class Catches extends Component<CatchesProps, Caught> {
  override state: Caught = {}

  static getDerivedStateFromError(error: unknown): Caught {
    return { failure: { error } }
  }

  override render(): ReactNode {
    const { failure } = this.state
    if (failure === undefined) return this.props.children
    this.props.keep(failure.error)
    return null
  }
}
