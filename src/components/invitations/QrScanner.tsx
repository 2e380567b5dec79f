'use client'
import { useEffect, useRef, type ComponentProps, type ReactNode, type RefObject } from 'react'
import { useSaid } from '../basics/Announcer.tsx'
import { classNames } from '../basics/classNames.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { browserCamera, type QrCamera } from './qrCamera.ts'
import { useQrScan, type QrScanState } from './useQrScan.ts'

export interface QrScannerProps extends ComponentProps<'div'> {
  /** Called with the link in a code that an app of this kit has drawn; whether it is of this app says who follows it. */
  readonly onLink: (link: string) => void
  /** Called when no code will be read any more, because there is no camera or it may not be used. */
  readonly onEnd?: () => void
  /** In the place of the browser's; the same object in every render. */
  readonly camera?: QrCamera
}

/**
 * Reads the QR code of an invitation, or of another device, with this device's camera, for as long as it is shown. Beside it there must be another way,
 * such as a field for the link: not everybody has a camera, or allows it.
 * @example
 * <QrScanner onLink={join.open} />
 */
export function QrScanner({ onLink, onEnd, camera = browserCamera, ...props }: QrScannerProps): ReactNode {
  const { state, video } = useQrScan(camera, (text) => {
    if (!text.includes('#echo=')) return false
    onLink(text)
    return true
  })
  const latestEnd = useRef(onEnd)
  useEffect(() => {
    latestEnd.current = onEnd
  })
  const hasEnded = !isUnderWay(state)
  useEffect(() => {
    if (hasEnded) latestEnd.current?.()
  }, [hasEnded])
  return <QrScannerView {...props} state={state} video={video} />
}

/** Whether a code may still be read. */
function isUnderWay({ status }: QrScanState): boolean {
  return status === 'prompt' || status === 'scanning' || status === 'invalid'
}

export interface QrScannerViewProps extends ComponentProps<'div'> {
  readonly state: QrScanState
  readonly video?: RefObject<HTMLVideoElement | null>
}

/** {@link QrScanner} in any of its states. */
export function QrScannerView({ state, video, className, ...props }: QrScannerViewProps): ReactNode {
  const { scan } = useMessages()
  const { status } = state
  const isLive = status === 'scanning' || status === 'invalid'
  const isWell = status === 'scanning' || status === 'prompt'
  const text = scan.states[status]
  useSaid(text)
  return (
    <div data-slot="qr-scanner" data-state={status} className={classNames('echo-scanner', className)} {...props}>
      {/* It shows what the camera sees, to who holds it. */}
      <video ref={video} muted playsInline hidden={!isLive} aria-hidden="true" />
      <p className={isWell ? 'echo-hint' : 'echo-field-error'}>{text}</p>
    </div>
  )
}
