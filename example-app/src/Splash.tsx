import type { ReactNode } from 'react'
import { useDelayed } from './useDelayed.ts'

/** While the database opens; most of the time that is over before there is anything to see. */
export function Splash(): ReactNode {
  return <main className="centre">{useDelayed() && <p className="muted">Opening your notes…</p>}</main>
}
