'use client'
import { Component, useEffect, useRef, type ComponentProps, type ErrorInfo, type ReactNode } from 'react'
import { EchoError } from '../../shared/echoError.ts'
import { Button } from '../basics/Button.tsx'
import { classNames } from '../basics/classNames.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { ErrorNote } from '../basics/ErrorNote.tsx'

export interface EchoErrorBoundaryProps {
  readonly children?: ReactNode
  /** Begins anew where it changes: an id of what is shown, such as the space's. */
  readonly resetKey?: string | number | undefined
  /** Hears of each error that is caught, for a log of the app's own. */
  readonly onError?: (error: unknown, info: ErrorInfo) => void
  /** In the place of the kit's panel. */
  readonly fallback?: (error: unknown, retry: () => void) => ReactNode
}

interface Caught {
  readonly caught: { readonly error: unknown } | undefined
  readonly resetKey: string | number | undefined
}

/**
 * Keeps what goes wrong in one part of a page from taking the rest down: that part is replaced by a panel that says so and tries again. Put one around each
 * part that is useful alone.
 * @example
 * <EchoErrorBoundary resetKey={space.id}><Trash space={space} /></EchoErrorBoundary>
 */
export class EchoErrorBoundary extends Component<EchoErrorBoundaryProps, Caught> {
  override state: Caught = { caught: undefined, resetKey: this.props.resetKey }

  static getDerivedStateFromError(error: unknown): Partial<Caught> {
    return { caught: { error } }
  }

  static getDerivedStateFromProps({ resetKey }: EchoErrorBoundaryProps, state: Caught): Caught | null {
    return resetKey === state.resetKey ? null : { caught: undefined, resetKey }
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    this.props.onError?.(error, info)
  }

  readonly #retry = (): void => this.setState({ caught: undefined })

  override render(): ReactNode {
    const { caught } = this.state
    if (caught === undefined) return this.props.children
    return this.props.fallback?.(caught.error, this.#retry) ?? <ErrorPanel error={caught.error} onRetry={this.#retry} />
  }
}

export interface ErrorPanelProps extends ComponentProps<'section'> {
  readonly error: unknown
  readonly onRetry: () => void
}

/**
 * What an {@link EchoErrorBoundary} shows. Of an error that is not an `EchoError` only the name is shown: its message is somebody else's, and may hold what
 * nobody should see.
 */
export function ErrorPanel({ error, onRetry, className, ...props }: ErrorPanelProps): ReactNode {
  const { boundary, common } = useMessages()
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    // What had the focus may be gone with the part that failed; the focus of another part stays.
    if (document.activeElement === null || document.activeElement === document.body) panel.current?.focus()
  }, [])
  return (
    <section
      ref={panel}
      tabIndex={-1}
      role="alert"
      data-slot="error-panel"
      aria-label={boundary.title}
      className={classNames('echo-step echo-error-panel', className)}
      {...props}
    >
      <strong>{boundary.title}</strong>
      {error instanceof EchoError ? (
        <ErrorNote error={error} />
      ) : (
        <div data-slot="error" className="echo-error">
          <p>{boundary.hint}</p>
          <details>
            <summary>{common.details}</summary>
            <p>
              <code>{error instanceof Error ? error.name.slice(0, 60) : typeof error}</code>
            </p>
          </details>
        </div>
      )}
      <div className="echo-actions">
        <Button variant="primary" onClick={onRetry}>
          {common.retry}
        </Button>
      </div>
    </section>
  )
}
