'use client'
import { useEffect, useId, useImperativeHandle, useLayoutEffect, useRef, type ComponentProps, type ReactNode } from 'react'
import { Announcer, useAnnounce } from './Announcer.tsx'
import { classNames } from './classNames.ts'
import { useMessages } from './EchoUiConfig.tsx'

export interface DialogProps extends Omit<ComponentProps<'dialog'>, 'open' | 'onClose' | 'title'> {
  readonly open: boolean
  /** Called on Escape, on the close button and on a click beside the dialog. The caller sets `open`. */
  readonly onClose: () => void
  /** The heading, which names the dialog. */
  readonly title: string
  /** Names the present step: when it changes and the focus went with the former step's content, the heading gets it. */
  readonly step?: string
}

/**
 * A native modal `<dialog>`: the page behind is inert, Escape closes, and the focus goes to the heading and back to the opener.
 * Its content exists only while it is open.
 */
export function Dialog({ open, onClose, title, step, className, children, ref, ...props }: DialogProps): ReactNode {
  const own = useRef<HTMLDialogElement>(null)
  const headingId = useId()
  useImperativeHandle(ref, () => own.current as HTMLDialogElement, [])
  // Before the heading's effect asks for the focus: only an open dialog can hold it.
  useLayoutEffect(() => {
    const dialog = own.current
    if (dialog === null || !open) return
    if (typeof dialog.showModal === 'function') {
      dialog.showModal()
      return () => dialog.close()
    }
    // jsdom, where an app's tests may run, has no modal dialogs: there it is shown, and gives the focus back as a browser's would.
    const opener = document.activeElement
    dialog.open = true
    return () => {
      dialog.open = false
      if (opener instanceof HTMLElement) opener.focus()
    }
  }, [open])
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events -- Escape is the key for it
    <dialog
      data-slot="dialog"
      data-state={open ? 'open' : 'closed'}
      className={classNames('echo-dialog', className)}
      {...props}
      aria-labelledby={headingId}
      ref={own}
      onCancel={(event) => {
        // The caller decides: closing by itself would leave `open` wrong.
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose()
      }}
    >
      {open && (
        <Announcer>
          <DialogContent headingId={headingId} title={title} step={step ?? title} onClose={onClose}>
            {children}
          </DialogContent>
        </Announcer>
      )}
    </dialog>
  )
}

interface DialogContentProps {
  readonly headingId: string
  readonly title: string
  readonly step: string
  readonly onClose: () => void
  readonly children: ReactNode
}

function DialogContent({ headingId, title, step, onClose, children }: DialogContentProps): ReactNode {
  const messages = useMessages()
  const announce = useAnnounce()
  const heading = useRef<HTMLHeadingElement>(null)
  const shownStep = useRef<string>(undefined)
  useEffect(() => {
    if (shownStep.current === step) return
    const first = shownStep.current === undefined
    shownStep.current = step
    const focusIsInside =
      heading.current?.closest('dialog')?.contains(document.activeElement) && document.activeElement?.localName !== 'dialog'
    if (first || !focusIsInside) heading.current?.focus()
    else announce(title)
  }, [announce, step, title])
  return (
    <div className="echo-dialog-content" data-slot="dialog-content">
      <header>
        <h2 id={headingId} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <button type="button" className="echo-icon-button" data-slot="dialog-close" aria-label={messages.common.close} onClick={onClose}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M3.5 3.5l9 9m0-9l-9 9" />
          </svg>
        </button>
      </header>
      {children}
    </div>
  )
}
