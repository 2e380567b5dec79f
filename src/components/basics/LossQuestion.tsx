'use client'
import { createContext, use, useEffect, useId, useRef, type ReactNode, type RefObject } from 'react'
import { Button } from './Button.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'

/** Something that is gone when the dialog around it closes, as a sentence. */
export interface Loss {
  readonly text: string
}

export const LossContext = createContext<RefObject<Set<Loss>> | undefined>(undefined)

/**
 * Lets the nearest dialog ask before Escape, its cross or a click beside it closes it, as its `loss` does; outside of a dialog nothing happens. A button
 * of the content that says what it does, such as Cancel, need not ask.
 * @param text what would be lost now, as a sentence; undefined while nothing would
 */
export function useLoss(text: string | undefined): void {
  const losses = use(LossContext)
  useEffect(() => {
    const present = losses?.current
    if (present === undefined || text === undefined) return
    const loss = { text }
    present.add(loss)
    return () => void present.delete(loss)
  }, [losses, text])
}

export interface LossQuestionProps {
  /** A new list asks again. */
  readonly losses: readonly string[]
  readonly onStay: () => void
  readonly onClose: () => void
}

/** Asks within a dialog whether it is to be closed although something would be lost. What would be lost stays in sight. */
export function LossQuestion({ losses, onStay, onClose }: LossQuestionProps): ReactNode {
  const { common } = useMessages()
  const own = useRef<HTMLFieldSetElement>(null)
  const id = useId()
  useEffect(() => own.current?.focus(), [losses])
  return (
    <fieldset
      ref={own}
      tabIndex={-1}
      className="echo-notice"
      data-slot="loss-question"
      aria-labelledby={`${id}title`}
      aria-describedby={`${id}losses`}
    >
      <div>
        <strong id={`${id}title`}>{common.lossTitle}</strong>
        <div id={`${id}losses`}>
          {losses.map((loss) => (
            <p key={loss}>{loss}</p>
          ))}
        </div>
      </div>
      <div className="echo-actions">
        <Button variant="danger" onClick={onClose}>
          {common.closeAnyway}
        </Button>
        <Button onClick={onStay}>{common.stay}</Button>
      </div>
    </fieldset>
  )
}
