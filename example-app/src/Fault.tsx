import { useSyncExternalStore, type ReactNode } from 'react'
import { createPortal } from 'react-dom'
import { Button, ErrorNote } from 'echo-react/components'
import { lastFault, showFault } from './echo.ts'

/** The last fault of the background, above the rest of the page; in a dialog while one is open, for what is behind it can neither be pressed nor heard. */
export function Fault(): ReactNode {
  const fault = useSyncExternalStore(lastFault.subscribe, lastFault.get)
  const dialog = useSyncExternalStore(followDialogs, topDialog)
  if (fault === undefined) return null
  const note = (
    <div className="fault" role="alert">
      <ErrorNote error={fault} />
      <Button variant="quiet" onClick={() => showFault(undefined)}>
        Dismiss
      </Button>
    </div>
  )
  return dialog === undefined ? note : createPortal(note, dialog)
}

/** One that another has opened stands in it, or behind it in the page. */
function topDialog(): Element | undefined {
  return [...document.querySelectorAll('dialog:modal')].at(-1)
}

function followDialogs(listener: () => void): () => void {
  const observer = new MutationObserver(listener)
  observer.observe(document.body, { subtree: true, childList: true, attributeFilter: ['open'] })
  return () => observer.disconnect()
}
