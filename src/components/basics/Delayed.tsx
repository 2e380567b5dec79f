'use client'
import { useEffect, useState, type ReactNode } from 'react'

/** Shows its children after a while, so that what is quick does not flash a loading state. */
export function Delayed({ delayMs = 200, children }: { readonly delayMs?: number; readonly children: ReactNode }): ReactNode {
  const [over, setOver] = useState(delayMs === 0)
  useEffect(() => {
    const timer = setTimeout(() => setOver(true), delayMs)
    return () => clearTimeout(timer)
  }, [delayMs])
  return over ? children : null
}
