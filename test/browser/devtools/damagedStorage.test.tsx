import { act, cleanup, render, screen, waitFor, within } from '@testing-library/react'
import { openDB, type IDBPDatabase } from 'idb'
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { createEcho } from '../../../src/client/createEcho.ts'
import type { Echo } from '../../../src/client/echo.ts'
import { EchoDevtools } from '../../../src/devtools/EchoDevtools.tsx'
import { defineType } from '../../../src/database/types/defineType.ts'
import { EchoProvider } from '../../../src/react/EchoProvider.tsx'

const Task = defineType('task', z.object({ title: z.string() }))
const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })

let echo: Echo | undefined
let app = ''
afterEach(async () => {
  cleanup()
  await echo?.dispose()
  indexedDB.deleteDatabase(`echo/${app}`)
})

/** An open space with tasks and a text, on the browser's own disk. */
async function createGarden(): Promise<void> {
  app = `devtools-${crypto.randomUUID()}`
  echo = createEcho({ app, types: [Task, Note], signaling: [], onError: () => {} })
  await echo.identity.create({ name: 'Ann' })
  const space = await echo.spaces.create({ name: 'Garden' })
  for (const title of ['Water', 'Sow', 'Dig']) {
    space.create(Task, { title })
    await space.flush()
  }
  const text = await space.openText(space.create(Note, { title: 'Plan' }).id)
  text.current.get().yText.insert(0, 'Dig')
  await space.flush()
}

/** Does something to the database from beside the app. */
async function visit(act: (database: IDBPDatabase) => Promise<void> | void): Promise<{ readonly version: number }> {
  const database = await openDB(`echo/${app}`)
  await act(database)
  database.close()
  return database
}

/** Writes over all rows but what they are found by. */
async function overwriteRows(junk: unknown): Promise<void> {
  await visit(async (database) => {
    for (const table of database.objectStoreNames) {
      const { store, done } = database.transaction(table, 'readwrite')
      for (let cursor = await store.openCursor(); cursor !== null; cursor = await cursor.continue()) {
        const row = cursor.value as Readonly<Record<string, unknown>>
        const kept = new Set([store.keyPath ?? [], 'space', 'id'].flat())
        await cursor.update(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, kept.has(name) ? value : junk])))
      }
      await done
    }
  })
}

/** What a tab shows when it has read from the disk, or found that it cannot. */
const isRead = {
  Spaces: 'dl, [role="alert"]',
  Peers: 'table',
  Documents: 'table, [role="alert"]',
  Queries: '.echo-devtools-note',
  Blocks: 'details',
  Membership: 'li',
  Storage: 'table, [role="alert"]',
} as const

/** @returns what each tab shows */
async function readAll(): Promise<Readonly<Record<keyof typeof isRead, string>>> {
  render(
    <EchoProvider echo={echo!}>
      <EchoDevtools />
    </EchoProvider>,
  )
  const button = await screen.findByRole('button', { name: 'ECHO devtools' })
  await act(async () => button.click())
  const panel = await screen.findByRole('region', { name: 'ECHO devtools' })
  const told = { Spaces: '', Peers: '', Documents: '', Queries: '', Blocks: '', Membership: '', Storage: '' }
  for (const name of Object.keys(isRead) as (keyof typeof isRead)[]) {
    await act(async () => within(panel).getByRole('tab', { name }).click())
    const shown = within(panel).getByRole('tabpanel', { name })
    await waitFor(() => expect(shown.querySelector(isRead[name])).not.toBeNull(), { timeout: 10_000 })
    told[name] = shown.textContent
  }
  expect(panel.querySelectorAll('script, img')).toHaveLength(0)
  return told
}

it.each([
  ['nothing', undefined],
  ['a text', '<img src=x onerror=hit()>'],
  ['objects', { length: -1, byteLength: {} }],
  ['other bytes', new Uint8Array(40).fill(7)],
])('counts the rows that were written over with %s, and shows what is in memory', { timeout: 30_000 }, async (_kind, junk) => {
  await createGarden()
  await overwriteRows(junk)
  const { Spaces, Documents, Blocks, Membership, Storage } = await readAll()
  expect(Storage).toMatch(/blocks06.*membership02/)
  expect(Spaces).toContain('Items4')
  expect(Documents).toContain('text')
  expect(Blocks).toContain('size unknown')
  expect(Membership).toContain('genesis')
})

it('says that the disk cannot be read where a table is gone', { timeout: 30_000 }, async () => {
  await createGarden()
  const { version } = await visit(() => {})
  const database = await openDB(`echo/${app}`, version + 1, { upgrade: (now) => now.deleteObjectStore('headers') })
  database.close()
  const { Spaces, Documents, Blocks, Storage } = await readAll()
  for (const told of [Spaces, Documents, Storage]) expect(told).toContain('A newer version of this app uses the database')
  expect(Blocks).toContain('size unknown')
})
