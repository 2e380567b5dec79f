'use client'
import { useId, useState, type ReactNode } from 'react'
import { Button } from '../basics/Button.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { useLoss } from '../basics/LossQuestion.tsx'
import { browserCamera, type QrCamera } from './qrCamera.ts'
import { QrScanner } from './QrScanner.tsx'
import type { GuestTexts } from '../config/messages.ts'

/** Asks for an invitation link, to be pasted or read from a QR code. */
export function JoinLinkForm({
  texts,
  onLink,
  onClose,
  camera = browserCamera,
}: {
  readonly texts: GuestTexts
  readonly onLink: (link: string) => void
  readonly onClose: () => void
  /** In the place of the browser's. */
  readonly camera?: QrCamera | undefined
}): ReactNode {
  const { common, scan } = useMessages()
  const [link, setLink] = useState('')
  /** Which try to scan this is; 0 for none. */
  const [scanTry, setScanTry] = useState(0)
  const [isScanOver, setScanOver] = useState(false)
  const isScanning = scanTry > 0 && !isScanOver
  const id = useId()
  const trimmed = link.trim()
  useLoss(trimmed === '' ? undefined : common.lossTyped)

  function onScan(): void {
    setScanTry(isScanning ? 0 : scanTry + 1)
    setScanOver(false)
  }

  return (
    <form
      className="echo-form"
      data-slot="join-link-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (trimmed !== '') onLink(trimmed)
      }}
    >
      {scanTry > 0 && <QrScanner key={scanTry} onLink={onLink} onEnd={() => setScanOver(true)} camera={camera} />}
      <div className="echo-field">
        <label htmlFor={id}>{texts.link}</label>
        <input
          id={id}
          className="echo-input"
          type="url"
          inputMode="url"
          dir="ltr"
          value={link}
          onChange={(event) => setLink(event.target.value)}
          autoComplete="off"
          spellCheck={false}
          aria-describedby={`${id}hint`}
        />
        <p id={`${id}hint`} className="echo-hint">
          {texts.hint}
        </p>
      </div>
      <div className="echo-actions">
        <Button variant="primary" type="submit" disabled={trimmed === ''}>
          {texts.continue}
        </Button>
        <Button onClick={onScan}>{isScanning ? scan.stop : scan.start}</Button>
        <Button onClick={onClose}>{common.cancel}</Button>
      </div>
    </form>
  )
}
