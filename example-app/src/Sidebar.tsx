import { useState, type ReactNode } from 'react'
import type { SpaceInfo } from 'echo-react'
import { AddDeviceButton, Button, PassphraseButton } from 'echo-react/components'
import { DevicesButton } from './DevicesButton.tsx'
import { Icon } from './Icon.tsx'
import { useOpenJoin } from './Joining.tsx'
import { Me } from './Me.tsx'
import { NetworkSwitch } from './NetworkSwitch.tsx'
import { NewSpaceDialog } from './NewSpaceDialog.tsx'
import { SpaceList } from './SpaceList.tsx'
import { StorageNote } from './StorageNote.tsx'

interface SidebarProps {
  readonly spaces: readonly SpaceInfo[]
  readonly current: string | undefined
  /** Called when the user went somewhere, so that a drawer can close. */
  readonly onChosen: () => void
}

/** The spaces of this device, ways to more of them, and what holds for all of them. */
export function Sidebar({ spaces, current, onChosen }: SidebarProps): ReactNode {
  const openJoin = useOpenJoin()
  const [creating, setCreating] = useState(false)
  return (
    <>
      <p className="brand">
        <Icon name="leaf" /> Field notes
      </p>
      <nav aria-label="Spaces">
        <h2 className="overline">Spaces</h2>
        <SpaceList spaces={spaces} current={current} onChosen={onChosen} />
      </nav>
      <div className="stack">
        <Button variant="quiet" onClick={() => setCreating(true)}>
          <Icon name="plus" /> New space
        </Button>
        <Button
          variant="quiet"
          onClick={() => {
            onChosen()
            openJoin()
          }}
        >
          <Icon name="join" /> Join with a link
        </Button>
      </div>
      <footer className="sidebar-foot">
        <NetworkSwitch />
        <Me />
        <div className="stack">
          <DevicesButton />
          <AddDeviceButton variant="quiet" />
          <PassphraseButton variant="quiet" />
        </div>
        <StorageNote />
      </footer>
      <NewSpaceDialog
        open={creating}
        onClose={() => setCreating(false)}
        onCreated={() => {
          setCreating(false)
          onChosen()
        }}
      />
    </>
  )
}
