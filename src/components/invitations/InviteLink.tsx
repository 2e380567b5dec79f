'use client'
import { useId, useRef, useState, type ReactNode } from 'react'
import { useAnnounce } from '../basics/Announcer.tsx'
import { Button } from '../basics/Button.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'

type Outcome = 'none' | 'copied' | 'copy-failed' | 'share-failed'

export interface InviteLinkProps {
  readonly url: string
  /** What the system's share sheet says beside the link. */
  readonly shareText: string
  /** Names the link; by default it is one of an invitation. */
  readonly label?: string
}

/** A link of an invitation, or for a new device, to read, copy and share. Where the clipboard is closed, the link is selected for copying by hand. */
export function InviteLink({ url, shareText, label }: InviteLinkProps): ReactNode {
  const { invite: messages } = useMessages()
  const announce = useAnnounce()
  const field = useRef<HTMLInputElement>(null)
  const [outcome, setOutcome] = useState<Outcome>('none')
  const id = useId()
  const texts: Readonly<Record<Outcome, string>> = {
    none: '',
    copied: messages.copied,
    'copy-failed': messages.copyFailed,
    'share-failed': messages.shareFailed,
  }

  function finish(next: Outcome): void {
    setOutcome(next)
    announce(texts[next])
  }

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(url)
      finish('copied')
    } catch {
      // No permission, no focus, or no secure context: the user can still copy by hand.
      field.current?.select()
      finish('copy-failed')
    }
  }

  async function share(): Promise<void> {
    try {
      await navigator.share({ text: shareText, url })
    } catch (error) {
      // Closing the share sheet is no fault.
      if (!(error instanceof DOMException && error.name === 'AbortError')) finish('share-failed')
    }
  }

  return (
    <div className="echo-field" data-slot="invite-link" data-state={outcome}>
      <label htmlFor={id}>{label ?? messages.link}</label>
      <input ref={field} id={id} className="echo-input" readOnly value={url} dir="ltr" onFocus={(event) => event.target.select()} />
      <div className="echo-actions">
        <Button variant="primary" onClick={() => void copy()}>
          {messages.copy}
        </Button>
        {canShare() && <Button onClick={() => void share()}>{messages.share}</Button>}
      </div>
      {isOfThisMachine(url) && <p className="echo-hint">{messages.thisMachineOnly}</p>}
      {outcome !== 'none' && (
        <p className="echo-hint" data-tone={outcome === 'copied' ? 'success' : 'danger'}>
          {texts[outcome]}
        </p>
      )}
    </div>
  )
}

/** An app that is being developed: its address means another machine to everybody else. */
function isOfThisMachine(url: string): boolean {
  return /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])[:/]/i.test(url)
}

function canShare(): boolean {
  return typeof navigator !== 'undefined' && typeof navigator.share === 'function'
}
