// @vitest-environment jsdom
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { configure, fireEvent, render, waitFor } from '@testing-library/react'
import { Suspense, type ComponentType } from 'react'
import { transformWithOxc } from 'vite'
import { afterAll, expect, it } from 'vitest'
import type * as Yjs from 'yjs'
import { z } from 'zod'
import type * as Kit from '../../../src/index.ts'
import type * as Testing from '../../../src/testing/index.ts'
import { makeApp } from './markdown/makeApp.node.ts'
import { readMarkdown } from './markdown/readMarkdown.ts'

configure({ asyncUtilTimeout: 10_000 })
const root = join(import.meta.dirname, '../../..')
const app = makeApp(root)
afterAll(() => app.remove())

const blocksOf = (page: string): readonly string[] =>
  readMarkdown(readFileSync(join(root, page), 'utf8')).blocks.flatMap(({ language, code }) => (/^tsx?$/.test(language) ? [code] : []))

/** How guides open the database. */
const opening = /const echo = createEcho\(\{.* types: (\[.*?\]).*\}\)/

let modules = 0
/** Runs code of a guide as an app does, over the package as it is built. */
async function run<Exports>(code: string): Promise<Exports> {
  const file = join(app.folder, `${(modules += 1)}.mjs`)
  writeFileSync(file, (await transformWithOxc(code, 'guide.tsx', { jsx: { runtime: 'automatic' } })).code)
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Exports
}
const { setup, until } = await run<typeof Testing>(`export * from 'echo-react/testing'`)
const { EchoProvider, defineType, query } = await run<typeof Kit>(`export * from 'echo-react'`)
const NoteOfTest = defineType('note', z.object({ title: z.string() }), { model: 'text' })

it('finds in the program of docs/DATA_MODELLING.md what it says', async () => {
  const program = blocksOf('docs/DATA_MODELLING.md').join('\n')
  const asked = [...program.matchAll(/^space\.run\((.*)\) \/\/ (.*)$/gm)]
  expect(asked.length).toBeGreaterThan(3)
  const { found } = await run<{ found: readonly (readonly { title: string; owner?: { name?: string } }[])[] }>(
    program
      .replace(opening, `const { alice } = await setup('alice', { types: $1, identities: false }); const echo = alice.echo`)
      .replaceAll(/^space\.run\((.*)\) \/\/ .*$/gm, 'found.push(space.run($1))')
      .replace(/^/, `import { setup } from 'echo-react/testing'\nexport const found = []\n`),
  )
  const titles = found.map((rows) => rows.map(({ title }) => title).join(', '))
  expect(titles).toEqual(asked.map(([, , says]) => says!.replace(/, whose .*/, '')))
  expect(found[asked.findIndex(([, , says]) => says!.includes('whose owner is Ann'))]![0]!.owner?.name).toBe('Ann')
})

it('brings a plain Yjs document over as docs/MIGRATING.md does', async () => {
  const code = blocksOf('docs/MIGRATING.md').find((block) => block.includes('importDocument'))!
  const { Y, importDocument, Task, Note, Page } = await run<{
    Y: typeof Yjs
    importDocument(old: Yjs.Doc): Promise<Kit.Space>
    Task: Kit.ItemType<'task', object, { title: string; done: boolean }>
    Note: Kit.ItemType<'note', object, { title: string }>
    Page: Kit.ItemType<'page', object, { title: string }>
  }>(
    code
      .replace(opening, `const { alice } = await setup('alice', { types: $1 }); const echo = alice.echo`)
      .replace(/^/, `import { setup } from 'echo-react/testing'\nexport { Y, Task, Note, Page }\n`),
  )
  const old = new Y.Doc()
  const task = new Y.Map<unknown>([
    ['title', 'Water'],
    ['done', true],
  ])
  old.getArray('tasks').push([task])
  old.getText('notes').insert(0, 'In the evening.')
  const heading = new Y.XmlElement('heading')
  heading.setAttribute('level', '1')
  const words = new Y.XmlText()
  words.insert(0, 'Spring', { bold: {} })
  heading.insert(0, [words])
  old.getXmlFragment('plan').push([heading])
  const space = await importDocument(old)
  expect(space.run(query(Task)).map(({ title, done }) => [title, done])).toEqual([['Water', true]])
  expect((await space.openText(space.one(query(Note)).id)).content.get()).toBe('In the evening.')
  const plan = await space.openText(space.one(query(Page)).id, 'rich-text')
  expect(plan.current.get().yXml.toString()).toBe('<heading level="1"><bold>Spring</bold></heading>')
})

it('shows a text in the editor that docs/EDITORS.md builds', async () => {
  const code = blocksOf('docs/EDITORS.md').find((block) => block.includes('export function Lines('))!
  const { Lines } = await run<{ Lines: ComponentType<{ space: Kit.Space; id: string }> }>(code)
  const { alice, dispose } = await setup('alice', { types: [NoteOfTest] })
  const space = await alice.echo.spaces.create({ name: 'Garden' })
  const note = space.create(NoteOfTest, { title: 'Beans' })
  const text = await space.openText(note.id)
  text.insert(0, 'one\ntwo')
  const shown = render(
    <EchoProvider echo={alice.echo}>
      <Suspense>
        <Lines space={space} id={note.id} />
      </Suspense>
    </EchoProvider>,
  )
  const lines = (): (string | null)[] => [...shown.container.querySelectorAll('li')].map((line) => line.textContent)
  fireEvent.click(await shown.findByText('Add a line'))
  await waitFor(() => expect(lines()).toEqual(['one', 'two', 'One more line']))
  text.insert(0, 'zero\n')
  expect(lines()).toEqual(['zero', 'one', 'two', 'One more line'])
  shown.unmount()
  text.release()
  await dispose()
})

it('lets somebody in by the two sides that docs/INVITATIONS.md builds, with code and approval', async () => {
  const blocks = blocksOf('docs/INVITATIONS.md')
  const find = (text: string): string => blocks.find((code) => code.includes(text))!
  const { Invite } = await run<{ Invite: ComponentType<{ space: Kit.Space }> }>(find('export function Invite('))
  const { Join } = await run<{ Join: ComponentType<{ link: string }> }>(find('export function Join('))
  const { alice, bob, dispose } = await setup('alice', 'bob')
  const space = await alice.echo.spaces.create({ name: 'Garden' })
  const host = render(
    <EchoProvider echo={alice.echo}>
      <Invite space={space} />
    </EchoProvider>,
  )
  fireEvent.click(host.getByText('Invite'))
  const shown = await host.findByText(/#echo=/)
  const [, url, code] = /(http\S+) Code: (\d{6})/.exec(shown.textContent)!
  const guest = render(
    <EchoProvider echo={bob.echo}>
      <Join link={url!} />
    </EchoProvider>,
  )
  fireEvent.click(await guest.findByText('Join Garden'))
  fireEvent.change(await guest.findByLabelText(/Code/), { target: { value: code } })
  fireEvent.click(await host.findByText('Let in'))
  await host.findByText('bob is in.')
  await guest.findByText('Open')
  await until(space.members, (members) => members.length === 2)
  host.unmount()
  guest.unmount()
  await dispose()
})
