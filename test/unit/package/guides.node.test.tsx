// @vitest-environment jsdom
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { configure, fireEvent, render } from '@testing-library/react'
import type { ComponentType } from 'react'
import { transformWithOxc } from 'vite'
import { afterAll, expect, it } from 'vitest'
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

let modules = 0
/** Runs code of a guide as an app does, over the package as it is built. */
async function run<Exports>(code: string): Promise<Exports> {
  const file = join(app.folder, `${(modules += 1)}.mjs`)
  writeFileSync(file, (await transformWithOxc(code, 'guide.tsx', { jsx: { runtime: 'automatic' } })).code)
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Exports
}
const { setup, until } = await run<typeof Testing>(`export * from 'echo-react/testing'`)
const { EchoProvider } = await run<typeof Kit>(`export * from 'echo-react'`)

it('finds in the program of docs/DATA_MODELLING.md what it says', async () => {
  const program = blocksOf('docs/DATA_MODELLING.md').join('\n')
  const opening = /const echo = createEcho\(\{.* types: (\[.*?\]).*\}\)/
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
  expect(found[1]![0]!.owner?.name).toBe('Ann')
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
