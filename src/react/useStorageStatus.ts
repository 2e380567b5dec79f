'use client'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { StorageState } from '../storage/storage.ts'

/** How this device keeps what is written, tagged by `status`, and asking the browser never to evict it. */
export type StorageStatus = StorageState & {
  /** Bytes that the app has stored, and that it may store, as the browser estimates; undefined where it does not tell, and before it has. */
  readonly usage: number | undefined
  readonly quota: number | undefined
  /** `denied`: the browser was asked and did not agree; it may do so later, for a page that is used more. */
  readonly asking: 'no' | 'waiting' | 'denied'
  /** Asks the browser. Call it when a user clicks: some browsers ask in turn. */
  readonly persist: () => void
}

/**
 * Whether what is written here is kept: ready and safe from being evicted or not, full, blocked by another tab, emptied, or not there at all; and how much
 * room there is, asked for now and then while this is in use.
 * @throws EchoError no-provider
 * @example
 * const storage = useStorageStatus()
 * {storage.status === 'ready' && !storage.persistent && <button onClick={storage.persist}>Keep my data</button>}
 */
export function useStorageStatus(): StorageStatus {
  const { storage } = useEcho()
  const state = useReadable(storage.state)
  const { usage, quota } = useReadable(storage.usage) ?? {}
  const [asking, setAsking] = useState<StorageStatus['asking']>('no')
  const isMounted = useRef(false)
  useEffect(() => {
    isMounted.current = true
    return () => {
      isMounted.current = false
    }
  }, [])
  const persist = useCallback(() => {
    const answer = (granted: boolean): void => {
      if (isMounted.current) setAsking(granted ? 'no' : 'denied')
    }
    setAsking('waiting')
    storage.persist().then(answer, () => answer(false))
  }, [storage])
  return useMemo(() => ({ ...state, usage, quota, asking, persist }), [state, usage, quota, asking, persist])
}
