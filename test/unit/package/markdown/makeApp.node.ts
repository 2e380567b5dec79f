import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Block } from './readMarkdown.ts'

/** The folder of an app in which the built package is installed; all other packages are those of the repository. */
export interface App {
  readonly folder: string
  remove(): void
}

export function makeApp(root: string): App {
  const cache = join(root, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'docs-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules/echo-react'), 'junction')
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Which file of its page's app a block is, if it begins with `// src/echo.ts` or the like. */
export function fileNameOf({ code }: Block): string | undefined {
  return /^\/\/ ([\w./-]+\.\w+)\n/.exec(code)?.[1]
}
