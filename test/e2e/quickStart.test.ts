import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { chromium, type Page } from 'playwright'
import { build, preview } from 'vite'
import { expect, it, onTestFinished } from 'vitest'
import { chromiumLaunchOptions } from '../../scripts/lib/chromium.mjs'
import { createSignalingServer } from '../../src/signaling/index.ts'
import { fileNameOf, makeApp } from '../unit/package/markdown/makeApp.node.ts'
import { readMarkdown } from '../unit/package/markdown/readMarkdown.ts'

const root = join(import.meta.dirname, '../..')
const { blocks } = readMarkdown(readFileSync(join(root, 'docs/QUICK_START.md'), 'utf8'))

/** What Vite's template has besides. */
const template = {
  'index.html': '<!doctype html><div id="root"></div><script type="module" src="/src/main.tsx"></script>',
  'src/main.tsx': `import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import App from './App.tsx'
createRoot(document.getElementById('root')!).render(<StrictMode><App /></StrictMode>)`,
}

async function introduceOneself(page: Page, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name)
  await page.getByRole('button', { name: 'Continue' }).click()
}

async function add(page: Page, title: string): Promise<void> {
  await page.getByLabel('What is missing').fill(title)
  await page.getByRole('button', { name: 'Add' }).click()
}

it('leads from docs/QUICK_START.md, word for word, to two browsers that share a list, and go on without the server', async () => {
  const signaling = await createSignalingServer({ port: 0 })
  const app = makeApp(root)
  const cleanups: (() => unknown)[] = [() => signaling.close(), () => app.remove()]
  onTestFinished(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup()
  })
  const named = Object.fromEntries(blocks.map((block) => [fileNameOf(block) ?? '', block.code]))
  delete named['']
  for (const [name, code] of Object.entries({ ...template, ...named })) {
    mkdirSync(dirname(join(app.folder, name)), { recursive: true })
    writeFileSync(join(app.folder, name), code.replace('localhost:4444', `localhost:${signaling.port}`))
  }
  await build({ root: app.folder, configFile: false, logLevel: 'error', build: { minify: false, chunkSizeWarningLimit: 5000 } })
  const site = await preview({ root: app.folder, configFile: false, logLevel: 'error', preview: { port: 0, host: 'localhost' } })
  cleanups.push(() => site.close())
  const { args, ...launch } = await chromiumLaunchOptions()
  const browser = await chromium.launch({ ...launch, args: [...args, '--disable-features=WebRtcHideLocalIpsWithMdns'] })
  cleanups.push(() => browser.close())
  const open = async (address: string): Promise<Page> => {
    const page = await (await browser.newContext()).newPage()
    await page.goto(address)
    return page
  }
  const ann = await open(site.resolvedUrls!.local[0]!)
  await introduceOneself(ann, 'Ann')
  await ann.getByRole('button', { name: 'Later' }).click()
  await ann.getByRole('button', { name: 'New list' }).click()
  await add(ann, 'Milk')
  await ann.getByRole('button', { name: 'Invite' }).click()
  await ann.getByRole('button', { name: 'Create link' }).click()

  const bob = await open(await ann.getByLabel('Invitation link').inputValue())
  await introduceOneself(bob, 'Bob')
  await bob.getByRole('button', { name: 'Join', exact: true }).click()
  await bob.getByRole('button', { name: 'Open the space' }).click()
  await bob.getByLabel('Milk', { exact: true }).check()
  await ann.getByRole('checkbox', { name: 'Milk', checked: true }).waitFor()

  await signaling.close()
  await add(bob, 'Eggs')
  await ann.getByRole('checkbox', { name: 'Eggs', checked: false }).waitFor({ state: 'attached' })
  await bob.reload()
  await bob.getByRole('checkbox', { name: 'Eggs' }).waitFor()
  await add(bob, 'Salt')
  await bob.getByText('No signaling server answers').waitFor()
  expect(await bob.getByRole('checkbox').count()).toBe(3)
})
