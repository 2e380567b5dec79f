import { act, cleanup, screen, waitFor, within } from '@testing-library/react'
import axe from 'axe-core'
import { afterEach, expect, it, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { z } from 'zod'
import type { Echo, Space } from '../../../src/client/echo.ts'
import { EchoDevtools } from '../../../src/devtools/EchoDevtools.tsx'
import { query } from '../../../src/database/query/query.ts'
import { defineType } from '../../../src/database/types/defineType.ts'
import { useQuery } from '../../../src/react/useQuery.ts'
import { renderWithEcho } from '../../../src/testing/react/renderWithEcho.tsx'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'
import { setup, until } from '../../../src/testing/setup.ts'

const Task = defineType('task', z.object({ title: z.string() }))
const tabs = ['Spaces', 'Peers', 'Documents', 'Queries', 'Blocks', 'Membership', 'Storage']

let dispose = async (): Promise<void> => {}
afterEach(async () => {
  cleanup()
  await dispose()
})

async function createGarden(spaceName = 'Garden', bobsName?: string) {
  const world = await setup('alice', 'bob', 'mallory', { types: [Task], crypto: createSimulatedCrypto, onError: () => {} })
  dispose = world.dispose
  const { alice, bob, mallory } = world
  const [hers, his] = await world.shareSpace(spaceName, alice, bob, mallory)
  if (bobsName !== undefined) await bob.echo.identity.updateProfile({ name: bobsName })
  his.create(Task, { title: 'Water' })
  await until(hers.live(query(Task)), ({ length }) => length === 1)
  return { world, alice, hers, mallory }
}

function Tasks({ space }: { readonly space: Space }) {
  return <p>{useQuery(space, query(Task)).length} tasks</p>
}

/** The panel reads on its own, outside of any act. */
async function open(alice: { readonly echo: Echo }, space: Space, world: Awaited<ReturnType<typeof createGarden>>['world']) {
  await renderWithEcho(
    <>
      <Tasks space={space} />
      <EchoDevtools />
    </>,
    { peer: world.alice, echo: alice.echo },
  )
  const button = screen.getByRole('button', { name: 'ECHO devtools' })
  await act(async () => button.click())
  return { button, panel: await screen.findByRole('region', { name: 'ECHO devtools' }) }
}

async function show(panel: HTMLElement, name: string): Promise<string> {
  await act(async () => within(panel).getByRole('tab', { name }).click())
  const shown = within(panel).getByRole('tabpanel', { name })
  // What is read from the disk comes a moment later.
  await waitFor(() => expect(shown.querySelector('table, li')).not.toBeNull())
  return shown.textContent
}

it('opens from its button, goes through the tabs by keys, and closes by Escape', { timeout: 20_000 }, async () => {
  const { world, alice, hers, mallory } = await createGarden()
  const attacker = await world.turnMalicious(mallory, hers)
  await attacker.misbehave('break-rule')
  await until(hers.diagnostics, (findings) => findings.some(({ code }) => code === 'block-refused'))
  const { button, panel } = await open(alice, hers, world)
  expect(button).toHaveAttribute('aria-expanded', 'true')
  const texts: Record<string, string> = {}
  for (const [index, name] of tabs.entries()) {
    if (index > 0) await act(() => userEvent.keyboard('{ArrowRight}'))
    const tab = within(panel).getByRole('tab', { name })
    expect(tab).toHaveFocus()
    expect(tab).toHaveAttribute('aria-selected', 'true')
    texts[name] = await show(panel, name)
    const { violations } = await axe.run(panel)
    expect(violations.map(({ id, nodes }) => `${name}: ${id} ${nodes[0]?.html}`)).toEqual([])
  }
  expect(texts['Spaces']).toContain('task')
  expect(texts['Peers']).toContain('bob')
  expect(texts['Queries']).toContain('types: ["task"]')
  expect(texts['Blocks']).toContain('guard: g2')
  expect(texts['Blocks']).toContain('accepted')
  expect(texts['Membership']).toContain('admit')
  expect(texts['Storage']).toContain('membership')
  await act(() => userEvent.keyboard('{ArrowRight}'))
  expect(within(panel).getByRole('tab', { name: 'Spaces' })).toHaveFocus()
  await act(() => userEvent.keyboard('{Escape}'))
  expect(screen.queryByRole('region', { name: 'ECHO devtools' })).toBeNull()
  expect(button).toHaveFocus()
})

it('shows one refused and one accepted block apart by verdict, and looks into a header', { timeout: 20_000 }, async () => {
  const { world, alice, hers } = await createGarden()
  const { panel } = await open(alice, hers, world)
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

it.each(Object.entries(hostile))('shows a space and types named as a peer likes: %s', { timeout: 20_000 }, async (_kind, name) => {
  await page.viewport(360, 740)
  const { world, alice, hers } = await createGarden()
  hers.setName(name)
  const { panel } = await open(alice, hers, world)
  for (const tab of tabs) {
    const text = await show(panel, tab)
    expect(panel.querySelectorAll('script, img, [onerror]')).toHaveLength(0)
    expect(text).not.toMatch(/[\u202A-\u202E]/)
    expect(text.length).toBeLessThan(5_000)
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360)
  }
})

it('shows no secret', { timeout: 20_000 }, async () => {
  const { world, alice, hers } = await createGarden()
  const phrase = await alice.echo.identity.showPhrase()
  const flow = hers.invite()
  flow.create({ role: 'editor', uses: 3, expiry: 'day', mode: 'sent' } as never)
  const { panel } = await open(alice, hers, world)
  let all = ''
  for (const tab of tabs) {
    await show(panel, tab)
    for (const summary of panel.querySelectorAll('summary')) await act(async () => summary.click())
    all += panel.outerHTML
  }
  vi.fn()
  expect(all).toContain('Garden')
  expect(all).not.toContain(phrase)
})
