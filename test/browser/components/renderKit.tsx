import { renderToString } from 'react-dom/server'
import { createKitWorld, KitPage } from '../../unit/components/kitCases.tsx'
import { kitComponents } from '../../unit/components/kitComponents.ts'

/** The markup of each component by its name, as a server sends it. */
export function renderKit(): Record<string, string> {
  if (typeof window !== 'undefined') throw new Error('There is a window: this is no server.')
  return Object.fromEntries(kitComponents.map((name) => [name, renderToString(<KitPage name={name} world={createKitWorld()} />)]))
}
