import { useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import { useIdentity, useNetworkStatus, useSpaces, type NetworkStatus } from 'echo-react'
import { Avatar, Button, ConnectionDoctor, Dialog, plainName, SpaceForm, SpaceListView } from 'echo-react/components'
import { Account } from './Account.tsx'
import { useOpenJoin } from './Joining.tsx'
import { echo } from './echo.ts'
import { Fault } from './notices.tsx'
import { Icon } from './Icon.tsx'
import { Import } from './Transfer.tsx'
import { addColumns } from './model.ts'
import { addressOf, navigate, useRoute } from './route.tsx'
import { SpacePage } from './SpacePage.tsx'

/** The frame: the spaces at the side, or behind a button on a narrow screen, and the space that is open. */
export function Shell(): ReactNode {
  const spaces = useSpaces()
  const route = useRoute()
  const [drawerOpen, setDrawerOpen] = useState(false)
  const current = route.space ?? spaces[0]?.id

  return (
    <div className="shell">
      <header className="top-bar">
        <button type="button" className="echo-icon-button" aria-haspopup="dialog" onClick={() => setDrawerOpen(true)}>
          <Icon name="menu" />
          <span className="echo-visually-hidden">Spaces and settings</span>
        </button>
        <Brand />
      </header>
      <Sidebar current={current} isDrawerOpen={drawerOpen} onClose={() => setDrawerOpen(false)} />
      <main className="main">
        <Fault />
        {current === undefined ? <Welcome /> : <SpacePage key={current} id={current} route={route} />}
      </main>
    </div>
  )
}

function Brand(): ReactNode {
  return (
    <p className="brand">
      <Icon name="leaf" /> Field notes
    </p>
  )
}

interface SidebarProps {
  readonly current: string | undefined
  readonly isDrawerOpen: boolean
  readonly onClose: () => void
}

/** The spaces of this device, ways to more of them, and what holds for all of them. On a narrow screen a drawer that lies over the rest. */
function Sidebar({ current, isDrawerOpen, onClose }: SidebarProps): ReactNode {
  const spaces = useSpaces()
  const identity = useIdentity()
  const openJoin = useOpenJoin()
  const drawer = useRef<HTMLDialogElement>(null)
  const [dialog, setDialog] = useState<'new' | 'import' | 'connection' | 'account'>()
  const me = 'identity' in identity ? identity.identity : undefined

  useLayoutEffect(() => {
    if (isDrawerOpen) drawer.current?.showModal()
    else drawer.current?.close()
  }, [isDrawerOpen])

  function choose(next: typeof dialog): void {
    onClose()
    setDialog(next)
  }

  const content = (
    <>
      <Brand />
      <nav aria-label="Spaces">
        <SpaceListView
          spaces={spaces}
          current={current}
          hrefOf={({ id }) => addressOf({ space: id })}
          onClick={(event) => {
            const link = event.target instanceof Element ? event.target.closest('a') : null
            if (link === null || event.metaKey || event.ctrlKey || event.shiftKey) return
            event.preventDefault()
            navigate({ space: new URL(link.href).searchParams.get('space') ?? undefined })
            onClose()
          }}
        />
      </nav>
      <div className="stack">
        <Button variant="quiet" onClick={() => choose('new')}>
          <Icon name="plus" /> New space
        </Button>
        <Button
          variant="quiet"
          onClick={() => {
            onClose()
            openJoin()
          }}
        >
          <Icon name="join" /> Join with a link
        </Button>
        <Button variant="quiet" onClick={() => choose('import')}>
          <Icon name="file" /> Open a file
        </Button>
      </div>
      <footer className="sidebar-foot">
        <NetworkSwitch />
        <Button variant="quiet" onClick={() => choose('connection')}>
          Check the connection
        </Button>
        {me !== undefined && (
          <button type="button" className="me" onClick={() => choose('account')}>
            <Avatar id={me.id} name={me.name} colour={me.colour} emoji={me.emoji} picture={me.picture} aria-hidden="true" />
            <span>
              <bdi>{plainName(me.name)}</bdi>
              <small>You and your devices</small>
            </span>
          </button>
        )}
      </footer>
    </>
  )

  return (
    <>
      <aside className="sidebar" aria-label="Spaces and settings">
        {content}
      </aside>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events -- Escape is the key for it */}
      <dialog
        ref={drawer}
        className="drawer"
        aria-label="Spaces and settings"
        onCancel={(event) => {
          event.preventDefault()
          onClose()
        }}
        onClick={(event) => {
          if (event.target === event.currentTarget) onClose()
        }}
      >
        {isDrawerOpen && (
          <div className="sidebar">
            <button type="button" className="echo-icon-button drawer-close" aria-label="Close" onClick={onClose}>
              <Icon name="close" />
            </button>
            {content}
          </div>
        )}
      </dialog>
      <Dialog open={dialog === 'new'} onClose={() => setDialog(undefined)} title="New space">
        <NewSpace onMade={() => setDialog(undefined)} />
      </Dialog>
      <Dialog open={dialog === 'import'} onClose={() => setDialog(undefined)} title="Open a file">
        <Import onOpened={() => setDialog(undefined)} />
      </Dialog>
      <Dialog open={dialog === 'connection'} onClose={() => setDialog(undefined)} title="Connection">
        <ConnectionDoctor />
      </Dialog>
      <Account open={dialog === 'account'} onClose={() => setDialog(undefined)} />
    </>
  )
}

/** Takes the whole device off the network and back. Everything goes on offline and is sent later. */
function NetworkSwitch(): ReactNode {
  const network = useNetworkStatus()
  const on = network.status !== 'off'
  return (
    <button type="button" role="switch" aria-checked={on} className="switch" onClick={() => network.setEnabled(!on)}>
      <span>
        Online
        <small>{hintOf(network)}</small>
      </span>
      <span className="switch-track" aria-hidden="true" />
    </button>
  )
}

function hintOf(network: NetworkStatus): string {
  switch (network.status) {
    case 'off':
      return 'Off: changes stay here for now'
    case 'idle':
      return 'Connects once there is a space'
    case 'unreachable':
      return 'The signaling server does not answer'
    case 'connecting':
      return 'Connecting…'
    case 'online':
      return network.connections === 0 ? 'Nobody else connected' : 'Connected to others'
    case 'unsupported':
      return 'This browser cannot connect'
  }
}

/** Asks for a name, makes a space and goes there. */
function NewSpace({ onMade }: { readonly onMade?: () => void }): ReactNode {
  return (
    <>
      <p className="muted">
        A space holds notes and tasks for a project. It lives on your device, works offline, and only those you invite can see it.
      </p>
      <SpaceForm
        onDone={(space) => {
          addColumns(space)
          navigate({ space: space.id })
          onMade?.()
          // Now there is something to lose, so the browser is asked to keep it for good.
          void echo.storage.persist()
        }}
      />
    </>
  )
}

/** For a device without a space: the ways to one. */
function Welcome(): ReactNode {
  const openJoin = useOpenJoin()
  return (
    <div className="centre">
      <div className="panel">
        <h1>Start with a space</h1>
        <NewSpace />
        <p className="or">
          <span>or</span>
        </p>
        <Button onClick={openJoin}>Join with a link</Button>
      </div>
    </div>
  )
}
