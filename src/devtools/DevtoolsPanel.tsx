'use client'
import { useEffect, useId, useInsertionEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import type { Space } from '../client/echo.ts'
import { inspectableOf } from '../client/inspection/inspectable.ts'
import { inspectQueries, type QueryInspector } from '../client/inspection/inspectQueries.ts'
import { EchoErrorBoundary } from '../components/status/EchoErrorBoundary.tsx'
import { plainName } from '../components/basics/plainName.ts'
import { useEcho } from '../react/useEcho.ts'
import { useReadable } from '../react/useReadable.ts'
import { devtoolsStyles } from './devtoolsStyles.ts'
import { BlocksPanel } from './panels/BlocksPanel.tsx'
import { DocumentsPanel } from './panels/DocumentsPanel.tsx'
import { MembershipPanel } from './panels/MembershipPanel.tsx'
import { PeersPanel } from './panels/PeersPanel.tsx'
import { QueriesPanel } from './panels/QueriesPanel.tsx'
import { SpacesPanel } from './panels/SpacesPanel.tsx'
import { StoragePanel } from './panels/StoragePanel.tsx'

export interface DevtoolsPanelProps {
  readonly onClose: () => void
  /** Whether a person opened it, who goes on from here. */
  readonly takesFocus: boolean
}

const tabs = ['Spaces', 'Peers', 'Documents', 'Queries', 'Blocks', 'Membership', 'Storage'] as const
type Tab = (typeof tabs)[number]

/** The panel of the devtools: a sheet at the bottom of the page, a tab for each matter. */
export function DevtoolsPanel({ onClose, takesFocus }: DevtoolsPanelProps): ReactNode {
  const echo = useEcho()
  const spaces = useReadable(echo.spaces.list)
  const [tab, setTab] = useState<Tab>('Spaces')
  const [chosen, setChosen] = useState<string>()
  const id = useId()
  const tabList = useRef<HTMLDivElement>(null)
  const open = spaces.filter((info) => echo.spaces.get(info.id) !== undefined)
  const current = (spaces.find((info) => info.id === chosen) ?? open[0] ?? spaces[0])?.id
  const space = current === undefined ? undefined : echo.spaces.get(current)
  const queries = useQueryInspector(space)
  useInsertionEffect(wearStyles, [])

  useLayoutEffect(() => {
    if (takesFocus) tabList.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus()
  }, [takesFocus])

  function onTabKey(event: KeyboardEvent): void {
    const now = tabs.indexOf(tab)
    const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: tabs.length - 1 }[event.key]
    if (next === undefined) return
    event.preventDefault()
    const index = (next + tabs.length) % tabs.length
    setTab(tabs[index]!)
    tabList.current?.querySelectorAll<HTMLElement>('[role="tab"]')[index]?.focus()
  }

  function onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    event.preventDefault()
    event.stopPropagation()
    onClose()
  }

  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape closes it from wherever the focus is inside
    <section className="echo-devtools" data-slot="devtools" aria-label="ECHO devtools" lang="en" dir="ltr" onKeyDown={onKey}>
      <header>
        <strong>ECHO</strong>
        <select
          aria-label="Space"
          value={current ?? ''}
          disabled={current === undefined}
          onChange={({ target }) => setChosen(target.value)}
        >
          {spaces.length === 0 && <option value="">No spaces</option>}
          {spaces.map((info) => (
            <option key={info.id} value={info.id}>
              {plainName(info.name) || 'Unnamed'}
            </option>
          ))}
        </select>
        <button type="button" aria-label="Close" onClick={onClose}>
          ✕
        </button>
      </header>
      {/* oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- the tabs take the focus */}
      <div ref={tabList} role="tablist" aria-label="What to look at" onKeyDown={onTabKey}>
        {tabs.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            aria-selected={name === tab}
            aria-controls={`${id}-panel`}
            tabIndex={name === tab ? 0 : -1}
            onClick={() => setTab(name)}
          >
            {name}
          </button>
        ))}
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard */}
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tab}`} tabIndex={0}>
        <EchoErrorBoundary resetKey={`${tab} ${current}`}>
          {tab === 'Spaces' ? (
            <SpacesPanel space={space} onChoose={setChosen} />
          ) : space === undefined ? (
            <p>
              {current === undefined
                ? 'There is no space on this device.'
                : 'This space is not open in this tab, so nothing of it is in memory.'}
            </p>
          ) : (
            <SpacePanel key={space.id} tab={tab} space={space} queries={queries} />
          )}
        </EchoErrorBoundary>
      </div>
    </section>
  )
}

function SpacePanel({
  tab,
  space,
  queries,
}: {
  readonly tab: Tab
  readonly space: Space
  readonly queries: QueryInspector | undefined
}): ReactNode {
  if (tab === 'Peers') return <PeersPanel space={space} />
  if (tab === 'Documents') return <DocumentsPanel space={space} />
  if (tab === 'Queries') return queries && <QueriesPanel space={space} queries={queries} />
  if (tab === 'Blocks') return <BlocksPanel space={space} />
  if (tab === 'Membership') return <MembershipPanel space={space} />
  return <StoragePanel space={space} />
}

/** Has live queries measured while the panel is open, whichever tab is shown. */
function useQueryInspector(space: Space | undefined): QueryInspector | undefined {
  const inspector = useMemo(() => space && inspectQueries(inspectableOf(space), msNow), [space])
  useEffect(() => {
    inspector?.start()
    return () => inspector?.stop()
  }, [inspector])
  return inspector
}

/**
 * Adopts the sheet for as long as the panel is there: it comes with the panel's code, so neither the kit's style sheet nor the app's build knows of it, and,
 * unlike a `<style>`, it is allowed under a Content-Security-Policy without `unsafe-inline`.
 */
function wearStyles(): () => void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(devtoolsStyles)
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
  return () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet)
  }
}

/** With fractions: a query takes less than a millisecond. */
function msNow(): number {
  return performance.now()
}
