import { act, fireEvent, render, within } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { EchoErrorBoundary } from '../../../src/components/status/EchoErrorBoundary.tsx'
import { englishMessages } from '../../../src/components/config/englishMessages.ts'
import { EchoError } from '../../../src/shared/echoError.ts'
import { createKitWorld, kitCases, KitPage, type ComponentName, type KitWorld } from '../../unit/components/kitCases.tsx'
import type { Counted } from '../../unit/react/fakeEcho.ts'

const { boundary, common } = englishMessages

const rowsOf = ({ garden }: KitWorld) => [...garden.queries.values()][0]!
const textOf = ({ garden }: KitWorld) => garden.text('note').current

/** What each kind of panel reads. */
const panels = {
  AvatarStack: ({ garden }) => garden.others,
  ConflictBadge: ({ garden }) => garden.conflicts,
  DeviceList: ({ fake }) => fake.devices,
  InfiniteList: rowsOf,
  InvalidRows: rowsOf,
  InvitationList: ({ garden }) => garden.invitations,
  ItemGraph: rowsOf,
  MarkdownEditor: textOf,
  MemberList: ({ garden }) => garden.members,
  PersistenceNotice: ({ fake }) => fake.storage,
  RichTextEditor: ({ page }) => page.current as Counted<unknown>,
  SpaceList: ({ fake }) => fake.list,
  SpaceNotice: ({ garden }) => garden.state,
  SpaceSwitcher: ({ fake }) => fake.list,
  SyncStatus: ({ garden }) => garden.sync,
  TextField: textOf,
  Trash: ({ garden }) => garden.trash,
} satisfies Partial<Record<ComponentName, (world: KitWorld) => Counted<never> | Counted<unknown>>>
type PanelName = keyof typeof panels
const names = Object.keys(panels) as PanelName[]

/** They fail as they come: what is bound to a text later is no part of a render. */
const editors: ReadonlySet<PanelName> = new Set(['MarkdownEditor', 'RichTextEditor', 'TextField'])

/** Data that fails whoever looks at it. */
const poison = new Proxy(
  {},
  {
    get() {
      throw new EchoError('data-corrupt', 'For developers.')
    },
  },
)

/** Makes what a panel reads fail. @returns what mends it */
function spoil(name: PanelName, world: KitWorld): () => void {
  const source = panels[name](world) as Counted<unknown>
  const before = source.get()
  source.set(poison)
  return () => source.set(before)
}

/** An app of all kinds of panels, each in its boundary and with a space of its own. */
function createApp() {
  const worlds = new Map(names.map((name) => [name, createKitWorld()]))
  const caught = new Set<PanelName>()
  const app = (
    <>
      {names.map((name) => (
        <section key={name} aria-label={name}>
          <EchoErrorBoundary onError={() => caught.add(name)}>
            <KitPage name={name} world={worlds.get(name)!} />
          </EchoErrorBoundary>
        </section>
      ))}
    </>
  )
  return { app, caught, worldOf: (name: PanelName) => worlds.get(name)! }
}

const panel = (name: PanelName) => document.querySelector(`section[aria-label=${name}]`)!
const plain = (html: string) => html.replaceAll('&quot;', '"')
const isWell = (name: PanelName) => kitCases[name].says.every((text) => plain(panel(name).innerHTML).includes(plain(text)))
const failed = () => names.filter((name) => within(panel(name) as HTMLElement).queryByRole('alert', { name: boundary.title }) !== null)
const unwell = () => names.filter((name) => !isWell(name))

async function retry(name: PanelName): Promise<void> {
  await act(async () => fireEvent.click(within(panel(name) as HTMLElement).getByRole('button', { name: common.retry })))
}

afterEach(() => vi.restoreAllMocks())

describe('in an app of many panels', () => {
  it.each(names)('%s fails alone, and comes back by its button', async (name) => {
    // React says what a boundary caught.
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { app, caught, worldOf } = createApp()
    const spoilt = () => spoil(name, worldOf(name))
    let mend = editors.has(name) ? spoilt() : undefined
    await act(async () => render(app))
    if (mend === undefined) {
      await vi.waitFor(() => expect(unwell()).toEqual([]))
      await act(async () => void (mend = spoilt()))
    }
    await vi.waitFor(() => expect(unwell()).toEqual([name]))
    expect(failed()).toEqual([name])
    expect([...caught]).toEqual([name])

    // The others go on with what comes in.
    const other = name === 'SpaceList' ? 'DeviceList' : 'SpaceList'
    await act(async () => {
      worldOf('SpaceList').fake.list.set([])
      worldOf('DeviceList').fake.devices.set([])
    })
    expect(unwell()).toContain(other)
    expect(failed()).toEqual([name])

    mend?.()
    await retry(name)
    await vi.waitFor(() => expect(isWell(name)).toBe(true))
    expect(failed()).toEqual([])
  })
})
