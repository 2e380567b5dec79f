import { useSyncExternalStore, type ReactNode } from 'react'
import { useEcho } from 'echo-react'

/** Says whether the browser promised to keep the data. */
export function StorageNote(): ReactNode {
  const { state } = useEcho().storage
  const storage = useSyncExternalStore(state.subscribe, state.get)
  if (storage.status !== 'ready') return null
  return (
    <p className="fine-print">
      {storage.persistent
        ? 'Kept on this device until you delete it.'
        : 'Kept on this device. The browser may clear it when the disk gets full.'}
    </p>
  )
}
