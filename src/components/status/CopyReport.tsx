'use client'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useAnnounce } from '../basics/Announcer.tsx'
import { Button } from '../basics/Button.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'

/** Copies the report; where the clipboard is closed, shows it, selected, to be copied by hand. */
export function CopyReport({ report }: { readonly report: () => string }): ReactNode {
  const { doctor: messages } = useMessages()
  const announce = useAnnounce()
  const field = useRef<HTMLTextAreaElement>(null)
  const [isCopied, setCopied] = useState(false)
  /** As it was when it could not be copied: a text that changes cannot be selected. */
  const [byHand, setByHand] = useState<string>()

  useEffect(() => {
    if (byHand === undefined) return
    field.current?.focus()
    field.current?.select()
  }, [byHand])

  async function copy(): Promise<void> {
    const text = report()
    try {
      await navigator.clipboard.writeText(text)
      setByHand(undefined)
      setCopied(true)
      announce(messages.copied)
    } catch {
      // No permission, no focus, or no secure context.
      setCopied(false)
      setByHand(text)
      announce(messages.copyFailed)
    }
  }

  return (
    <div className="echo-field" data-slot="copy-report">
      <div className="echo-actions">
        <Button onClick={() => void copy()}>{messages.copy}</Button>
      </div>
      {isCopied && (
        <p className="echo-hint" data-tone="success">
          {messages.copied}
        </p>
      )}
      {byHand !== undefined && (
        <>
          <p className="echo-hint" data-tone="danger">
            {messages.copyFailed}
          </p>
          <textarea ref={field} className="echo-input" rows={8} readOnly dir="ltr" aria-label={messages.report} value={byHand} />
        </>
      )}
    </div>
  )
}
