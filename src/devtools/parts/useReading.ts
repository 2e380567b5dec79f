import { useEffect, useReducer, useState } from 'react'

/** What was read last; `error` where the last reading failed, and `value` is that of an earlier one then. */
export interface Reading<T> {
  readonly value: T | undefined
  readonly error: string | undefined
  readonly refresh: () => void
}

/**
 * Reads when the component comes, when `read` is another, when `refresh` is called, and every `everyMs` while the page is shown.
 * @param read keep it the same while the same is to be read
 */
export function useReading<T>(read: () => T | Promise<T>, everyMs?: number): Reading<T> {
  const [last, setLast] = useState<{ readonly of: unknown; readonly value: T | undefined; readonly error: string | undefined }>()
  const [round, refresh] = useReducer((before: number) => before + 1, 0)
  useEffect(() => {
    let isOver = false
    async function look(): Promise<void> {
      try {
        const value = await read()
        if (!isOver) setLast({ of: read, value, error: undefined })
      } catch (error) {
        if (!isOver) setLast((before) => ({ of: read, value: before?.of === read ? before.value : undefined, error: messageOf(error) }))
      }
    }
    void look()
    if (everyMs === undefined) return () => void (isOver = true)
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void look()
    }, everyMs)
    return () => {
      isOver = true
      clearInterval(timer)
    }
  }, [read, everyMs, round])
  return last?.of === read ? { value: last.value, error: last.error, refresh } : { value: undefined, error: undefined, refresh }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'It could not be read.'
}
