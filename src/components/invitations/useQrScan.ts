'use client'
import { useEffect, useRef, useState, type RefObject } from 'react'
import type { QrCamera } from './qrCamera.ts'

/**
 * How scanning goes: `prompt` until the person has allowed the camera, `invalid` where a code says something else than what is looked for. The others
 * are ends: the way round them is the link.
 */
export type QrScanState = {
  readonly status: 'prompt' | 'scanning' | 'invalid' | 'denied' | 'no-camera' | 'busy' | 'insecure-context' | 'not-loaded'
}

const pauseMs = 150

/**
 * Shows the camera in a video and reads QR codes from it, from when the component has mounted until it goes.
 * @param onText called with what a code says. @returns whether that is what is looked for; if so, reading ends
 */
export function useQrScan(
  camera: QrCamera,
  onText: (text: string) => boolean,
): { readonly state: QrScanState; readonly video: RefObject<HTMLVideoElement | null> } {
  const video = useRef<HTMLVideoElement>(null)
  const [state, setState] = useState<QrScanState>({ status: 'prompt' })
  const latest = useRef(onText)
  useEffect(() => {
    latest.current = onText
  })
  useEffect(() => {
    const element = video.current
    let isOver = false
    let stream: MediaStream | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const show = (status: QrScanState['status']): void => {
      if (!isOver) setState((before) => (before.status === status ? before : { status }))
    }
    const close = (): void => stream?.getTracks().forEach((track) => track.stop())

    async function run(): Promise<void> {
      if (!isSecureContext) return show('insecure-context')
      try {
        stream = await camera.open()
      } catch (cause) {
        return show(statusOf(cause))
      }
      if (isOver || element === null) return close()
      element.srcObject = stream
      // Where it may not begin by itself, no picture comes, and nothing is read.
      await element.play().catch(() => {})
      const read = await camera.createReader().catch(() => undefined)
      if (read === undefined) return show('not-loaded')
      show('scanning')
      while (!isOver) {
        // A picture that cannot be read holds no code: before the first has come, or while the camera turns.
        const texts = await read(element).catch(() => [])
        if (isOver || texts.some((text) => latest.current(text))) return
        if (texts.length > 0) show('invalid')
        await new Promise((resolve) => {
          timer = setTimeout(resolve, pauseMs)
        })
      }
    }

    void run()
    return () => {
      isOver = true
      clearTimeout(timer)
      close()
      if (element !== null) element.srcObject = null
    }
  }, [camera])
  return { state, video }
}

function statusOf(cause: unknown): QrScanState['status'] {
  const name = cause instanceof Error ? cause.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
  return name === 'NotReadableError' || name === 'AbortError' ? 'busy' : 'no-camera'
}
