'use client'
import { useCallback, useEffect, useRef, useState, type ComponentType, type CSSProperties, type ReactNode } from 'react'
import type { DevtoolsPanelProps } from './DevtoolsPanel.tsx'

export interface EchoDevtoolsProps {
  /** Whether the panel is open at first; false by default. */
  readonly initialOpen?: boolean
  /** The corner of the page that the button stands in; `bottom-end` by default. */
  readonly position?: 'bottom-end' | 'bottom-start'
}

/**
 * A button in a corner that opens a panel with what ECHO holds and does: spaces, peers, documents, live queries, blocks, membership and storage. Put it below
 * `EchoProvider`; the panel is fetched when it is opened first, and nothing is measured before. For developers, so it speaks English only.
 * @throws EchoError no-provider, once the panel is open
 * @example
 * import { EchoProvider } from 'echo-react'
 * import { EchoDevtools } from 'echo-react/devtools'
 *
 * <EchoProvider echo={echo}>
 *   <App />
 *   <EchoDevtools />
 * </EchoProvider>
 */
export function EchoDevtools({ initialOpen = false, position = 'bottom-end' }: EchoDevtoolsProps): ReactNode {
  const [isOpen, setOpen] = useState(initialOpen)
  const [Panel, setPanel] = useState<ComponentType<DevtoolsPanelProps>>()
  const [hasFailed, setFailed] = useState(false)
  const [isAsked, setAsked] = useState(false)
  const button = useRef<HTMLButtonElement>(null)

  const load = useCallback(() => {
    import('./DevtoolsPanel.tsx').then(
      ({ DevtoolsPanel }) => setPanel(() => DevtoolsPanel),
      () => setFailed(true),
    )
  }, [])
  const isMissing = isOpen && Panel === undefined
  useEffect(() => {
    if (isMissing) load()
  }, [isMissing, load])

  function open(): void {
    setAsked(true)
    if (hasFailed) load()
    setFailed(false)
    setOpen(true)
  }

  function close(): void {
    setOpen(false)
    button.current?.focus()
  }

  return (
    <>
      <button
        ref={button}
        type="button"
        data-slot="devtools-button"
        aria-expanded={isOpen}
        aria-label={hasFailed ? 'ECHO devtools could not be fetched. Try again' : 'ECHO devtools'}
        style={{ ...buttonStyle, [position === 'bottom-end' ? 'insetInlineEnd' : 'insetInlineStart']: '1rem' }}
        onClick={isOpen && !hasFailed ? close : open}
      >
        {hasFailed ? '!' : <Logo />}
      </button>
      {isOpen && Panel !== undefined && <Panel onClose={close} takesFocus={isAsked} />}
    </>
  )
}

/** Written on the element: the button must look right before anything is fetched, and costs those who do not open it no style sheet. */
const buttonStyle: CSSProperties = {
  position: 'fixed',
  insetBlockEnd: '1rem',
  zIndex: 2147483000,
  display: 'grid',
  placeItems: 'center',
  inlineSize: '2.75rem',
  blockSize: '2.75rem',
  padding: 0,
  border: '2px solid #ffffff',
  borderRadius: '50%',
  background: '#24409c',
  color: '#ffffff',
  font: 'bold 1.25rem/1 system-ui, sans-serif',
  boxShadow: '0 2px 10px rgb(0 0 0 / 35%)',
  cursor: 'pointer',
}

/** A source and what comes back from it. */
function Logo(): ReactNode {
  return (
    <svg
      viewBox="0 0 24 24"
      width="24"
      height="24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <circle cx="6" cy="12" r="2.25" fill="currentColor" stroke="none" />
      <path d="M11 7.5a6.5 6.5 0 0 1 0 9M14.5 4.5a11 11 0 0 1 0 15M18 2a15.5 15.5 0 0 1 0 20" />
    </svg>
  )
}
