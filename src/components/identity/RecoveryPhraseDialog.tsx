'use client'
import type { ReactNode } from 'react'
import { useSaid } from '../basics/Announcer.tsx'
import { Button } from '../basics/Button.tsx'
import { Dialog } from '../basics/Dialog.tsx'
import { ErrorNote } from '../basics/ErrorNote.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { Waiting } from '../basics/Waiting.tsx'
import type { EchoError } from '../../shared/echoError.ts'

export type RecoveryPhraseState =
  | { readonly status: 'hidden' }
  | { readonly status: 'loading' }
  | { readonly status: 'shown'; readonly phrase: string }
  /** The user says that the words are written down, and is asked once more. */
  | { readonly status: 'confirming' }
  | { readonly status: 'error'; readonly error: EchoError }

export interface RecoveryPhraseDialogProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly state: RecoveryPhraseState
  readonly onReveal: () => void
  readonly onWritten: () => void
  readonly onConfirm: () => void
}

/** Shows the 24 words once they are asked for, and lets the user say that they are on paper. */
export function RecoveryPhraseDialog({ open, onClose, state, onReveal, onWritten, onConfirm }: RecoveryPhraseDialogProps): ReactNode {
  const { phrase: messages, common } = useMessages()
  return (
    <Dialog
      open={open}
      onClose={onClose}
      step={state.status}
      title={state.status === 'confirming' ? messages.confirmTitle : messages.title}
    >
      <div className="echo-step" data-slot="recovery-phrase" data-state={state.status}>
        {state.status === 'hidden' && (
          <>
            <p>{messages.warning}</p>
            <div className="echo-actions">
              <Button variant="primary" onClick={onReveal}>
                {messages.reveal}
              </Button>
            </div>
          </>
        )}
        {state.status === 'loading' && <Waiting said>{common.loading}</Waiting>}
        {state.status === 'shown' && (
          <>
            <Phrase words={state.phrase.split(' ')} />
            <div className="echo-actions">
              <Button variant="primary" onClick={onWritten}>
                {messages.written}
              </Button>
            </div>
          </>
        )}
        {state.status === 'confirming' && (
          <>
            <p>{messages.confirm}</p>
            <div className="echo-actions">
              <Button variant="primary" onClick={onConfirm}>
                {messages.confirmYes}
              </Button>
              <Button onClick={onReveal}>{messages.showAgain}</Button>
            </div>
          </>
        )}
        {state.status === 'error' && (
          <>
            <ErrorNote said="polite" error={state.error} />
            <div className="echo-actions">
              <Button onClick={onReveal}>{common.retry}</Button>
            </div>
          </>
        )}
      </div>
    </Dialog>
  )
}

function Phrase({ words }: { readonly words: readonly string[] }): ReactNode {
  const { phrase: messages } = useMessages()
  // That they are here; a screen reader's user says when they are read out.
  useSaid(messages.listLabel)
  return (
    <ol className="echo-phrase" data-slot="phrase" aria-label={messages.listLabel}>
      {words.map((word, index) => (
        <li key={index}>{word}</li>
      ))}
    </ol>
  )
}
