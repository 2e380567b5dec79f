import { useEffect, useState, useSyncExternalStore, type ReactNode } from 'react'
import { createPortal } from 'react-dom'
import type { EchoError } from 'echo-react'
import { Button, ErrorNote } from 'echo-react/components'
import { lastFault, showFault } from './echo.ts'

/** The last fault of the background, above the rest of the page; in a dialog while one is open, for what is behind it can neither be pressed nor heard. */
export function Fault(): ReactNode {
  const fault = useSyncExternalStore(lastFault.subscribe, lastFault.get)
  return fault === undefined ? null : <FaultNote error={fault} />
}

/** Apart, so that dialogs are followed only while there is something to show. */
function FaultNote({ error }: { readonly error: EchoError }): ReactNode {
  const dialog = useSyncExternalStore(followDialogs, topDialog)
  const note = (
    <div className="fault" role="alert">
      <ErrorNote error={error} />
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

/** Keeps the app on this device, so that it starts offline, and says when a new version of it is here. Development serves no worker. */
export function UpdateNotice(): ReactNode {
  const [waiting, setWaiting] = useState<ServiceWorker>()

  useEffect(() => {
    if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
    const over = new AbortController()
    async function register(): Promise<void> {
      const registration = await navigator.serviceWorker.register(`${import.meta.env.BASE_URL}serviceWorker.js`)
      // Without a controller it is the first one, which replaces nothing.
      const look = (): void => setWaiting((navigator.serviceWorker.controller && registration.waiting) ?? undefined)
      registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', look), over)
      look()
    }
    // Where there can be none, as in some private windows, the app works all the same, but needs the network to start.
    register().catch((error: unknown) => console.warn('The app will not start offline:', error))
    return () => over.abort()
  }, [])

  if (waiting === undefined) return null
  return (
    <aside className="echo-notice" aria-label="New version">
      <p>A new version of Field notes is here.</p>
      <Button
        variant="primary"
        onClick={() => {
          navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
          waiting.postMessage({ type: 'SKIP_WAITING' })
        }}
      >
        Load it
      </Button>
    </aside>
  )
}
