import { useEffect, useState } from 'react'

/**
 * Whether something has been so for a while, so that what is over in a moment does not flicker. True at once where it was so when the component came.
 * @param afterMs for how long, in milliseconds
 */
export function useLasting(isSo: boolean, afterMs: number): boolean {
  const [lasts, setLasts] = useState(isSo)
  if (lasts && !isSo) setLasts(false)
  useEffect(() => {
    if (!isSo) return
    const timer = setTimeout(() => setLasts(true), afterMs)
    return () => clearTimeout(timer)
  }, [isSo, afterMs])
  return lasts && isSo
}
