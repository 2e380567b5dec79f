'use client'
import {
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type ComponentProps,
  type KeyboardEvent,
  type ReactNode,
} from 'react'
import { Announcer, useAnnounce } from './Announcer.tsx'
import { classNames } from './classNames.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { focusPath, restoreFocus } from './restoreFocus.ts'
import { LossContext, LossQuestion, useLoss, type Loss } from './LossQuestion.tsx'

export interface DialogProps extends Omit<ComponentProps<'dialog'>, 'open' | 'onClose' | 'title'> {
  readonly open: boolean
  /** Called on Escape, on the close button and on a click beside the dialog. The caller sets `open`. */
  readonly onClose: () => void
  /** The heading, which names the dialog. */
  readonly title: string
  /** Names the present step: when it changes and the focus went with the former step's content, the heading gets it. */
  readonly step?: string
  /** What would be lost if it were closed now, as a sentence; Escape, the close button and a click beside the dialog ask first. */
  readonly loss?: string | undefined
}

/** The question whether to close although something would be lost. */
interface Question {
  /** At which step it was asked: another one has other things to lose. */
  readonly step: string
  readonly losses: readonly string[]
  /** Where the focus was. */
  readonly from: readonly HTMLElement[]
}

/**
 * A native modal `<dialog>`: the page behind is inert, Escape closes, and the focus goes to the heading and back to the opener, or to what is left
 * around it. Its content exists only while it is open.
 */
export function Dialog({
  open,
  onClose,
  title,
  step = title,
  loss,
  className,
  children,
  ref,
  onKeyDown,
  ...props
}: DialogProps): ReactNode {
  const own = useRef<HTMLDialogElement>(null)
  const headingId = useId()
  useImperativeHandle(ref, () => own.current as HTMLDialogElement, [])
  const opener = useRef<readonly HTMLElement[]>([])
  const isPressedBeside = useRef(false)
  const losses = useRef(new Set<Loss>())
  const [asked, setAsked] = useState<Question>()
  if (!open && asked !== undefined) setAsked(undefined)
  const question = asked?.step === step ? asked : undefined
  // Before the heading's effect asks for the focus: only an open dialog can hold it.
  useLayoutEffect(() => {
    const dialog = own.current
    if (dialog === null || !open) return
    opener.current = focusPath()
    if (typeof dialog.showModal === 'function') {
      dialog.showModal()
      return () => dialog.close()
    }
    // jsdom, where an app's tests may run, has no modal dialogs: there it is shown, and gives the focus back as a browser's would.
    dialog.open = true
    return () => {
      dialog.open = false
      opener.current[0]?.focus()
    }
  }, [open])
  useEffect(() => {
    if (!open) return
    // The opener may have gone in the same moment as the dialog, as the row of a member who was removed.
    return () => restoreFocus(opener.current)
  }, [open])

  function requestClose(): void {
    if (losses.current.size === 0) onClose()
    else setAsked({ step, losses: [...losses.current].map(({ text }) => text), from: question?.from ?? focusPath() })
  }

  function stay(): void {
    setAsked(undefined)
    question?.from[0]?.focus()
  }

  const escape = question === undefined ? requestClose : stay

  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events -- Escape is the key for it
    <dialog
      data-slot="dialog"
      data-state={open ? 'open' : 'closed'}
      className={classNames('echo-dialog', className)}
      {...props}
      aria-labelledby={headingId}
      ref={own}
      onKeyDown={(event) => {
        onKeyDown?.(event)
        if (!isEscape(event)) return
        // Else a browser closes the dialog by itself at the second Escape in a row.
        event.preventDefault()
        escape()
      }}
      // A phone's gesture to go back.
      onCancel={(event) => {
        // The caller decides: closing by itself would leave `open` wrong.
        event.preventDefault()
        escape()
      }}
      // What the caller has not closed, a browser has: at an Escape after the focus was lost, say.
      onClose={() => {
        if (!open || own.current?.open !== false) return
        own.current.showModal()
        escape()
      }}
      onPointerDownCapture={(event) => {
        isPressedBeside.current = event.target === event.currentTarget
      }}
      onClick={(event) => {
        // Not where a text was selected from the inside to beyond the edge.
        if (event.target === event.currentTarget && isPressedBeside.current) requestClose()
      }}
    >
      {open && (
        <Announcer>
          <LossContext value={losses}>
            <DialogContent headingId={headingId} title={title} step={step} loss={loss} onClose={requestClose}>
              {question !== undefined && <LossQuestion losses={question.losses} onStay={stay} onClose={onClose} />}
              {children}
            </DialogContent>
          </LossContext>
        </Announcer>
      )}
    </dialog>
  )
}

/** Escape that nothing within has used, such as a list of proposals or what composes characters, in this dialog rather than one that it opened. */
function isEscape(event: KeyboardEvent<HTMLDialogElement>): boolean {
  const isWithin = event.target instanceof Node && event.currentTarget.contains(event.target)
  return event.key === 'Escape' && isWithin && !event.defaultPrevented && !event.nativeEvent.isComposing
}

/** Whether something in the dialog of this heading has the focus. */
function isWithin(heading: Element | null): boolean {
  const dialog = heading?.closest('dialog')
  return document.activeElement !== dialog && dialog?.contains(document.activeElement) === true
}

interface DialogContentProps {
  readonly headingId: string
  readonly title: string
  readonly step: string
  readonly loss: string | undefined
  readonly onClose: () => void
  readonly children: ReactNode
}

function DialogContent({ headingId, title, step, loss, onClose, children }: DialogContentProps): ReactNode {
  const messages = useMessages()
  const announce = useAnnounce()
  useLoss(loss)
  const heading = useRef<HTMLHeadingElement>(null)
  const shown = useRef<{ readonly step: string; readonly title: string }>(undefined)
  /** What had the focus last. */
  const held = useRef<Element>(undefined)
  // Before what the step says by itself in effects of its own.
  useLayoutEffect(() => {
    const before = shown.current
    if (before !== undefined && before.step !== step && before.title !== title && isWithin(heading.current)) announce(title)
  })
  useEffect(() => {
    const isNew = shown.current?.step !== step
    const isFirst = shown.current === undefined
    shown.current = { step, title }
    // Within a step too, what has the focus may go: who was turned away, a choice that is made.
    const isTaken = held.current?.isConnected === false
    if (isFirst || ((isNew || isTaken) && !isWithin(heading.current))) heading.current?.focus()
  })
  return (
    <div
      className="echo-dialog-content"
      data-slot="dialog-content"
      onFocusCapture={(event) => {
        held.current = event.target
      }}
    >
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
