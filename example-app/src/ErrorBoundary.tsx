import { Component, type ReactNode } from 'react'
import { EchoError } from 'echo-react'
import { Button, ErrorNote } from 'echo-react/components'
import { navigate } from './route.ts'

interface Props {
  readonly children: ReactNode
}

/** Catches what goes wrong below it, and leads back. Give it a key, such as the space's id, so that another space starts clean. */
export class ErrorBoundary extends Component<Props, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: undefined }

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error }
  }

  readonly #retry = (): void => this.setState({ error: undefined })

  readonly #leave = (): void => {
    navigate({})
    this.#retry()
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return (
      <div className="centre" role="alert">
        <div className="panel">
          <h1>This did not work</h1>
          {error instanceof EchoError ? (
            <ErrorNote error={error} />
          ) : (
            <p>Something unexpected happened. What you wrote is safe on this device.</p>
          )}
          <div className="row">
            <Button variant="primary" onClick={this.#retry}>
              Try again
            </Button>
            <Button onClick={this.#leave}>Back to your spaces</Button>
          </div>
        </div>
      </div>
    )
  }
}
