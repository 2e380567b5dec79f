'use client'
import { useLayoutEffect, useRef, useState, type ComponentProps, type ReactNode } from 'react'
import { useIdentity } from '../../react/useIdentity.ts'
import { Button } from '../basics/Button.tsx'
import { classNames } from '../basics/classNames.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { Portal } from '../basics/Portal.tsx'
import { RecoveryPhraseDialog } from './RecoveryPhraseDialog.tsx'
import { useRecoveryPhrase } from './useRecoveryPhrase.ts'

/** Offers the 24 words to someone who has not written them down yet. It can be put off until the next visit, and is gone once they are safe. */
export function RecoveryPhraseNotice(props: ComponentProps<'aside'>): ReactNode {
  const identity = useIdentity()
  const { phrase: messages } = useMessages()
  const [end, setEnd] = useState<'saved' | 'put-off' | 'left'>()
  const [open, setOpen] = useState(false)
  const dialog = useRecoveryPhrase((isSaved) => {
    setOpen(false)
    if (isSaved) setEnd('saved')
  })
  if (end === 'saved' || end === 'put-off') {
    return <Farewell onLeave={() => setEnd('left')}>{end === 'saved' ? messages.saved : messages.putOff}</Farewell>
  }
  // Until the dialog has heard that they are saved, it stays.
  if ((identity.status !== 'unsaved' && dialog.state.status !== 'confirming') || end === 'left') return null

  return (
    <>
      <RecoveryPhraseNoticeView {...props} onShow={() => setOpen(true)} onLater={() => setEnd('put-off')} />
      <Portal>
        <RecoveryPhraseDialog {...dialog} open={open} />
      </Portal>
    </>
  )
}

/**
 * Takes the place of the notice that the user has just dealt with, unseen, and the focus, which would fall to the page's very start because
 * its button is gone: the next Tab goes on from here.
 */
function Farewell({ onLeave, children }: { readonly onLeave: () => void; readonly children: ReactNode }): ReactNode {
  const { phrase: messages } = useMessages()
  const place = useRef<HTMLSpanElement>(null)
  // Before the dialog, which goes with the notice, gives the focus to what lies around.
  useLayoutEffect(() => {
    // Whoever is elsewhere by now stays there.
    if (document.activeElement === null || document.activeElement === document.body) place.current?.focus()
  }, [])
  return (
    // In the landmark that the notice was.
    <aside className="echo-visually-hidden" aria-label={messages.noticeTitle}>
      <span ref={place} tabIndex={-1} data-slot="phrase-farewell" onBlur={onLeave}>
        {children}
      </span>
    </aside>
  )
}

/** The notice itself. */
export function RecoveryPhraseNoticeView({
  onShow,
  onLater,
  className,
  ...props
}: ComponentProps<'aside'> & { readonly onShow: () => void; readonly onLater: () => void }): ReactNode {
  const { phrase: messages } = useMessages()
  return (
    <aside data-slot="phrase-notice" className={classNames('echo-notice', className)} aria-label={messages.noticeTitle} {...props}>
      <div>
        <strong>{messages.noticeTitle}</strong>
        <p>{messages.notice}</p>
      </div>
      <div className="echo-actions">
        <Button variant="primary" onClick={onShow}>
          {messages.save}
        </Button>
        <Button variant="quiet" onClick={onLater}>
          {messages.later}
        </Button>
      </div>
    </aside>
  )
}
