import { useEffect, useState } from 'react'

/** False at first and true after 200 ms, so that what is quick does not flash a loading state. */
export function useDelayed(): boolean {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setOver(true), 200)
    return () => clearTimeout(timer)
  }, [])
  return over
}
