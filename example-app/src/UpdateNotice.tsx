import { useEffect, useState, type ReactNode } from 'react'
import { Button } from 'echo-react/components'

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
