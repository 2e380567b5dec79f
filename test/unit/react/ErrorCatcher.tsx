import { Component, type ReactNode } from 'react'
import { EchoError } from '../../../src/shared/echoError.ts'

/** Shows the code of an EchoError that a child throws. */
export class ErrorCatcher extends Component<{ readonly children: ReactNode }, { readonly code?: string }> {
  override state: { readonly code?: string } = {}
  static getDerivedStateFromError(error: unknown): { readonly code: string } {
    return { code: error instanceof EchoError ? error.code : 'other' }
  }
  override render(): ReactNode {
    return this.state.code === undefined ? this.props.children : <p>caught {this.state.code}</p>
  }
}
