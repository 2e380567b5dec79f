import type { StoryObj } from '@storybook/react-vite'
import { Suspense, useState, type ReactNode } from 'react'
import type { Echo, Space } from '../src/client/echo.ts'
import { EchoUiConfig } from '../src/components/config/EchoUiConfig.tsx'
import { EchoProvider } from '../src/react/EchoProvider.tsx'
import { useNetworkStatus } from '../src/react/useNetworkStatus.ts'
import { setup, type SetupOptions } from '../src/testing/setup.ts'

/** What one person's side of a story is given. */
export interface Person<Data> {
  readonly name: string
  readonly echo: Echo
  /** The space that all share; undefined for who did not join it. */
  readonly space: Space | undefined
  /** What `prepare` returned. */
  readonly data: Data
}

/** A person who has the space. */
export type MemberPerson<Data> = Person<Data> & { readonly space: Space }

interface PeersOptions<Data> extends SetupOptions {
  /** Who is shown, the owner of the space first; Alice and Bob by default. One alone is right where nothing travels. */
  readonly peers?: readonly string[]
  /** Fills the space before the others join it. */
  readonly prepare?: (space: Space) => Data | Promise<Data>
}

interface Prepared<Data> {
  readonly people: readonly Person<Data>[]
  readonly dispose: () => Promise<void>
}

type Annotations = Required<Pick<StoryObj, 'loaders' | 'beforeEach' | 'render'>>

/**
 * The parts of a story in which live peers stand side by side, each with a switch that cuts them off: on a network in memory, with the real cryptography.
 * To be spread into a `meta` or a story; `view` draws one person's side, below their own provider.
 * @example
 * const meta: Meta = { title: 'Two peers', decorators: [withUi], ...withPeers({ types: [Task] }, ({ space }) => <Tasks space={space} />) }
 */
export function withPeers<Data = undefined>(
  options: PeersOptions<Data> & { readonly role?: 'admin' | 'editor' | 'reader' },
  view: (person: MemberPerson<Data>) => ReactNode,
): Annotations {
  return peersOf(options, options.role ?? 'editor', (person) => view(person as MemberPerson<Data>))
}

/** {@link withPeers} where only the first has the space, and with `identities: false` nobody has one: how they get it is what the story shows. */
export function withStrangers<Data = undefined>(options: PeersOptions<Data>, view: (person: Person<Data>) => ReactNode): Annotations {
  return peersOf(options, undefined, view)
}

function peersOf<Data>(
  { peers = ['Alice', 'Bob'], prepare, ...settings }: PeersOptions<Data>,
  role: 'admin' | 'editor' | 'reader' | undefined,
  view: (person: Person<Data>) => ReactNode,
): Annotations {
  async function load(): Promise<Prepared<Data>> {
    const world = await setup(...peers, settings)
    const [owner, ...others] = peers.map((name) => world[name]!)
    const space = settings.identities === false ? undefined : await owner!.echo.spaces.create({ name: 'Garden' })
    const data = (space && (await prepare?.(space))) as Data
    const people: Person<Data>[] = [{ name: owner!.name, echo: owner!.echo, space, data }]
    for (const other of others) {
      const theirs = space && role && (await world.join(space, other, role))
      people.push({ name: other.name, echo: other.echo, space: theirs, data })
    }
    return { people, dispose: () => world.dispose() }
  }

  return {
    loaders: [async () => ({ ...(await load()) })],
    beforeEach: (context) => () => (context.loaded as Prepared<Data>).dispose(),
    render: (_args, { loaded }) => (
      <div style={{ display: 'flex', flexWrap: 'wrap', gap: '1rem' }}>
        {(loaded as Prepared<Data>).people.map((person) => (
          <Pane key={person.name} name={person.name} echo={person.echo}>
            <View person={person} view={view} />
          </Pane>
        ))}
      </div>
    ),
  }
}

function View<Data>({ person, view }: { readonly person: Person<Data>; readonly view: (person: Person<Data>) => ReactNode }): ReactNode {
  return view(person)
}

function Pane({ name, echo, children }: { readonly name: string; readonly echo: Echo; readonly children: ReactNode }): ReactNode {
  // Each person's dialogs stay on their side.
  const [side, setSide] = useState<Element | null>(null)
  return (
    <section
      ref={setSide}
      aria-label={name}
      style={{
        flex: '1 1 18rem',
        minInlineSize: 0,
        padding: '1rem',
        border: '1px solid var(--echo-border)',
        borderRadius: 12,
        display: 'grid',
        gap: '0.75rem',
        alignContent: 'start',
      }}
    >
      <EchoProvider echo={echo} fallback={<p>Opening…</p>}>
        <EchoUiConfig portalContainer={side}>
          <header style={{ display: 'flex', justifyContent: 'space-between', alignItems: 'center', gap: '1rem' }}>
            <h2 style={{ margin: 0 }}>{name}</h2>
            <OnlineSwitch />
          </header>
          <Suspense fallback={<p>Opening the space…</p>}>{children}</Suspense>
        </EchoUiConfig>
      </EchoProvider>
    </section>
  )
}

function OnlineSwitch(): ReactNode {
  const { status, setEnabled } = useNetworkStatus()
  return (
    <label style={{ display: 'flex', alignItems: 'center', gap: '0.5rem', minBlockSize: 24 }}>
      {/* oxlint-disable-next-line jsx-a11y/role-has-required-aria-props -- a checkbox says itself whether it is checked */}
      <input type="checkbox" role="switch" checked={status !== 'off'} onChange={(event) => setEnabled(event.target.checked)} />
      Online
    </label>
  )
}
