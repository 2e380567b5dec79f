import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '../../..')

/** What a server makes of each component, by its name: a command for tests in a browser, rendered in Node, where there is no page. */
export async function kitHtml(): Promise<Record<string, string>> {
  // Inside the repository, so that it finds its packages.
  const cache = join(root, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'echo-kit-'))
  try {
    const outfile = join(folder, 'renderKit.mjs')
    const entry = join(root, 'test/browser/components/renderKit.tsx')
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      jsx: 'automatic',
      logLevel: 'error',
    })
    const { renderKit } = (await import(pathToFileURL(outfile).href)) as { readonly renderKit: () => Record<string, string> }
    return renderKit()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
