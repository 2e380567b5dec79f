import { useState, type ReactNode } from 'react'
import { useSpaces } from 'echo-react'
import { Drawer } from './Drawer.tsx'
import { Icon } from './Icon.tsx'
import { ProblemNotice } from './ProblemNotice.tsx'
import { useRoute } from './route.ts'
import { Sidebar } from './Sidebar.tsx'
import { SpacePage } from './SpacePage.tsx'
import { useMediaQuery } from './useMediaQuery.ts'
import { Welcome } from './Welcome.tsx'

/** The frame: the spaces at the side, or behind a button on a narrow screen, and the space that is open. */
export function Shell(): ReactNode {
  const spaces = useSpaces()
  const route = useRoute()
  const narrow = useMediaQuery('(max-width: 51.99rem)')
  const [drawerOpen, setDrawerOpen] = useState(false)
  const current = route.space ?? spaces[0]?.id
  const sidebar = <Sidebar spaces={spaces} current={current} onChosen={() => setDrawerOpen(false)} />

  return (
    <div className="shell">
      {narrow ? (
        <header className="top-bar">
          <button type="button" className="echo-icon-button" aria-haspopup="dialog" onClick={() => setDrawerOpen(true)}>
            <Icon name="menu" />
            <span className="echo-visually-hidden">Spaces and settings</span>
          </button>
          <span className="brand">
            <Icon name="leaf" /> Field notes
          </span>
        </header>
      ) : (
        <aside className="sidebar" aria-label="Spaces and settings">
          {sidebar}
        </aside>
      )}
      <Drawer open={narrow && drawerOpen} onClose={() => setDrawerOpen(false)} label="Spaces and settings">
        {sidebar}
      </Drawer>
      <main className="main">
        <ProblemNotice />
        {current === undefined ? <Welcome /> : <SpacePage key={current} id={current} route={route} />}
      </main>
    </div>
  )
}
