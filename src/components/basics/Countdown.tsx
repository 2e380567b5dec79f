'use client'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useAnnounce } from './Announcer.tsx'
import { useClock, useMessages } from '../config/EchoUiConfig.tsx'

/** Seconds left at which a screen reader hears of it, besides the start and the end. */
const thresholds = [60, 10]

/** A visible deadline: a label and the time left, announced at the start, at one minute and at ten seconds. */
export function Countdown({ label, deadline }: { readonly label: string; readonly deadline: number }): ReactNode {
  const messages = useMessages()
  const announce = useAnnounce()
  const seconds = useSecondsLeft(deadline)
  const spoken = useRef<{ readonly deadline: number; readonly next: number }>(undefined)
  useEffect(() => {
    const due = spoken.current?.deadline === deadline ? spoken.current.next : Number.POSITIVE_INFINITY
    if (seconds > due || seconds === 0) return
    spoken.current = { deadline, next: thresholds.find((threshold) => threshold < seconds) ?? -1 }
    announce(`${label} ${messages.common.timeLeft(seconds)}`)
  }, [announce, deadline, label, messages, seconds])
  // What a server rendered is some seconds old when it is taken over, and right from the next second on.
  return (
    <p
      className="echo-countdown"
      data-slot="countdown"
      data-state={seconds === 0 ? 'over' : seconds <= 60 ? 'soon' : 'running'}
      suppressHydrationWarning
    >
      {label} <time suppressHydrationWarning>{messages.common.clock(seconds)}</time>
    </p>
  )
}

function useSecondsLeft(deadline: number): number {
  const now = useClock()
  const [time, setTime] = useState(() => now())
  useEffect(() => {
    const timer = setInterval(() => setTime(now()), 1000)
    return () => clearInterval(timer)
  }, [now])
  return Math.max(0, Math.ceil((deadline - time) / 1000))
}
