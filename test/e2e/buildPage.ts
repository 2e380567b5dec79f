import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the built pages that the end-to-end tests drive. */
    readonly page: string
  }
}

/** Builds the pages once for all files of end-to-end tests. */
export default async function buildPage({ provide }: TestProject): Promise<() => Promise<void>> {
  const outDir = await mkdtemp(join(tmpdir(), 'echo-e2e-page-'))
  const root = join(import.meta.dirname, 'page')
  const rollupOptions = { input: ['index.html', 'editors.html'].map((name) => join(root, name)) }
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: { outDir, emptyOutDir: true, target: 'es2022', minify: false, chunkSizeWarningLimit: 5000, rollupOptions },
  })
  provide('page', outDir)
  return () => rm(outDir, { recursive: true, force: true })
}
