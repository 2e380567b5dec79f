import { act, cleanup, screen, waitFor, within } from '@testing-library/react'
import axe from 'axe-core'
import { afterEach, expect, it } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { z } from 'zod'
import type { Space } from '../../../src/client/echo.ts'
import { plainName } from '../../../src/components/basics/plainName.ts'
import { EchoDevtools } from '../../../src/devtools/EchoDevtools.tsx'
import { query } from '../../../src/database/query/query.ts'
import { defineType } from '../../../src/database/types/defineType.ts'
import { toBase64Url, toHex } from '../../../src/shared/bytes.ts'
import { useQuery } from '../../../src/react/useQuery.ts'
import { renderWithEcho } from '../../../src/testing/react/renderWithEcho.tsx'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'
import { setup, until, type SetupOptions } from '../../../src/testing/setup.ts'
import type { TestPeer } from '../../../src/testing/testPeer.ts'

const Task = defineType('task', z.object({ title: z.string() }))
/** The tabs in their order, each with what it tells of this garden. */
const told = {
  Spaces: 'task',
  Peers: 'bob',
  Documents: 'Items',
  Queries: 'types: ["task"]',
  // The verdicts are named by the filter, too.
  Blocks: 'epoch 0',
  Membership: 'admit',
  Storage: 'membership',
} as const
const tabs = Object.keys(told) as (keyof typeof told)[]

let dispose = async (): Promise<void> => {}
afterEach(async () => {
  cleanup()
  await dispose()
})

async function createGarden(options: Pick<SetupOptions, 'crypto' | 'types'> = {}) {
  const world = await setup('alice', 'bob', 'mallory', { types: [Task], crypto: createSimulatedCrypto, onError: () => {}, ...options })
  dispose = world.dispose
  const { alice, bob, mallory } = world
  const [hers, his] = await world.shareSpace('Garden', alice, bob, mallory)
  his.create(Task, { title: 'Water' })
  await until(hers.live(query(Task)), ({ length }) => length === 1)
  return { world, alice, hers, his, mallory }
}

function Tasks({ space }: { readonly space: Space }) {
  return <p>{useQuery(space, query(Task)).length} tasks</p>
}

/** The panel reads on its own, outside of any act. */
async function open(space: Space, { alice }: { readonly alice: TestPeer }) {
  await renderWithEcho(
    <>
      <Tasks space={space} />
      <EchoDevtools />
    </>,
    { peer: alice },
  )
  const button = screen.getByRole('button', { name: 'ECHO devtools' })
  await act(async () => button.click())
  return { button, panel: await screen.findByRole('region', { name: 'ECHO devtools' }) }
}

/** Chooses a tab, and waits for what it reads. */
async function show(panel: HTMLElement, name: keyof typeof told): Promise<string> {
  await act(async () => within(panel).getByRole('tab', { name }).click())
  const shown = within(panel).getByRole('tabpanel', { name })
  await waitFor(() => expect(shown).toHaveTextContent(told[name]))
  return shown.textContent
}

it('opens from its button, goes through the tabs by keys, and closes by Escape', { timeout: 20_000 }, async () => {
  const { world, hers, mallory } = await createGarden()
  const attacker = await world.turnMalicious(mallory, hers)
  await attacker.misbehave('break-rule')
  await until(hers.diagnostics, (findings) => findings.some(({ code }) => code === 'block-refused'))
  const { button, panel } = await open(hers, world)
  expect(button).toHaveAttribute('aria-expanded', 'true')
  for (const [index, name] of tabs.entries()) {
    if (index > 0) await act(() => userEvent.keyboard('{ArrowRight}'))
    const tab = within(panel).getByRole('tab', { name })
    expect(tab).toHaveFocus()
    expect(tab).toHaveAttribute('aria-selected', 'true')
    const text = await show(panel, name)
    if (name === 'Blocks') expect(text).toMatch(/names mallory \w+ as its author, unproven.*guard: g2/)
    const { violations } = await axe.run(panel)
    expect(violations.map(({ id, nodes }) => `${name}: ${id} ${nodes[0]?.html}`)).toEqual([])
  }
  await act(() => userEvent.keyboard('{ArrowRight}'))
  expect(within(panel).getByRole('tab', { name: 'Spaces' })).toHaveFocus()
  await act(() => userEvent.keyboard('{Escape}'))
  expect(screen.queryByRole('region', { name: 'ECHO devtools' })).toBeNull()
  expect(button).toHaveFocus()
})

it('looks into a header of a block, and shows those of one verdict', { timeout: 20_000 }, async () => {
  const { world, hers } = await createGarden()
  const { panel } = await open(hers, world)
  await show(panel, 'Blocks')
  const list = within(panel).getByRole('group', { name: 'Blocks' })
  await act(async () => list.querySelector('summary')!.click())
  await waitFor(() => expect(list).toHaveTextContent(/"seq": \d+/))
  await act(() => userEvent.selectOptions(within(panel).getByLabelText('Verdict'), 'withdrawn'))
  await waitFor(() => expect(panel).toHaveTextContent('There is no such block.'))
})

const hostile: Readonly<Record<string, string>> = {
  markup: '<img src=x onerror=hit()><script>hit()</script>',
  'a reversing override': '\u202Eגן.5',
  'one long word': 'W'.repeat(10_000),
  nothing: '',
}

it.each(Object.entries(hostile))(
  'shows a space, a person and a type that a peer named as he likes: %s',
  { timeout: 20_000 },
  async (_kind, name) => {
    await page.viewport(360, 740)
    const Odd = defineType(name.slice(0, 128) || ' ', z.object({}))
    const { world, hers, his, mallory } = await createGarden({ types: (peer) => (peer === 'bob' ? [Task, Odd] : [Task]) })
    hers.setName(name)
    await mallory.echo.identity.updateProfile({ name: name.slice(0, 64) })
    his.create(Odd, {})
    his.create(Task, { title: 'Sow' })
    await until(hers.members, (members) => members.some((member) => member.name === name.slice(0, 64)))
    await until(hers.live(query(Task)), ({ length }) => length === 2)
    const { panel } = await open(hers, world)
    for (const tab of tabs) {
      const text = await show(panel, tab)
      if (tab === 'Spaces') {
        const types = await within(panel).findByRole('region', { name: 'Items by type' })
        expect(types.textContent).toContain(`${plainName(Odd.name) || 'Unnamed'}1`)
      }
      expect(panel.querySelectorAll('script, img, [onerror]')).toHaveLength(0)
      expect(text).not.toMatch(/[\u202A-\u202E]/)
      expect(text.length).toBeLessThan(5_000)
      expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360)
    }
  },
)

it('shows no secret', { timeout: 20_000 }, async () => {
  const secrets = new Map<string, string>()
  const keep = (what: string, bytes: Uint8Array): void => {
    secrets.set(`${what}, base64url`, toBase64Url(bytes))
    secrets.set(`${what}, hex`, toHex(bytes))
  }
  const { world, alice, hers } = await createGarden({
    crypto(random) {
      const crypto = createSimulatedCrypto(random)
      return {
        ...crypto,
        seal(key, ...rest) {
          keep('a key', key)
          return crypto.seal(key, ...rest)
        },
      }
    },
  })
  const { network } = alice
  const enter = network.enter
  Object.assign(network, {
    enter(...[room, ...rest]: Parameters<typeof enter>) {
      secrets.set('the name of a room', room.name).set('the password of a room', room.password)
      return enter(room, ...rest)
    },
  })
  alice.echo.network.setEnabled(false)
  alice.echo.network.setEnabled(true)
  secrets.set('the recovery words', (await alice.echo.identity.showPhrase()).split(' ').slice(0, 3).join(' '))
  const invitation = hers.invite()
  invitation.create({ role: 'editor', kind: 'sent' })
  const waiting = await until(invitation.state, (state) => (state.status === 'waiting' ? state : undefined))
  secrets.set('the secret of an invitation', waiting.url.slice(waiting.url.indexOf('=') + 1))
  hers.create(Task, { title: 'Sow' })
  await hers.flush()
  expect(new Set([...secrets.keys()].map((what) => what.split(',')[0])).size).toBe(5)

  const { panel } = await open(hers, world)
  let all = ''
  for (const tab of tabs) {
    await show(panel, tab)
    for (const summary of panel.querySelectorAll('summary')) await act(async () => summary.click())
    all += panel.outerHTML
  }
  expect(all).toContain('invite')
  expect([...secrets].filter(([, secret]) => all.includes(secret)).map(([what]) => what)).toEqual([])
})
