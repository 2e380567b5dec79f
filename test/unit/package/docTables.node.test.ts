import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { exportedNames } from './markdown/exportedNames.node.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const { bin, exports: entries } = JSON.parse(read('package.json')) as {
  readonly bin: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>
}

/** The rows of a page's tables that begin with code, with the names in their first cell. */
function rowsOf(page: string): { readonly names: readonly string[]; readonly last: string }[] {
  return [...read(page).matchAll(/^\| (`.*?) \|(?:.*\|)? ([^|]*) \|$/gm)].map(([, first, last]) => ({
    names: [...first!.matchAll(/`(\w+)[^`]*`/g)].map(([, name]) => name!),
    last: last!,
  }))
}

/** What the built entries export as values. */
function exported(wanted: (entry: string) => boolean, pattern: RegExp): string[] {
  const targets = Object.entries(entries).flatMap(([entry, target]) =>
    wanted(entry) && typeof target === 'object' ? [target.default] : [],
  )
  return [...new Set(targets.flatMap((target) => exportedNames(join(root, target))))].filter((name) => pattern.test(name)).sort()
}

describe('the tables of the documentation', () => {
  it('name every hook, and nothing else, in docs/HOOKS.md', () => {
    const hooks = exported((entry) => entry === '.', /^use[A-Z]/)
    const listed = rowsOf('docs/HOOKS.md').flatMap(({ names }) => names)
    expect(listed.toSorted()).toEqual(hooks)
    expect(hooks.length).toBeGreaterThan(40)
  })

  it('name every component, and nothing else, in docs/COMPONENTS.md', () => {
    const without = ['.', './core', './testing', './signaling']
    const components = exported((entry) => !without.includes(entry), /^[A-Z]/)
    const listed = rowsOf('docs/COMPONENTS.md').flatMap(({ names }) => names.filter((name) => /^[A-Z]/.test(name)))
    expect(listed.toSorted()).toEqual(components)
    expect(components.length).toBeGreaterThan(80)
  })

  it('name every entry and program of the package in the README', () => {
    const parts = read('README.md')
      .split('\n')
      .filter((line) => line.startsWith('| `echo-react'))
    const named = Object.keys(entries).filter((entry) => entry !== './package.json')
    const programs = Object.keys(bin)
    const wanted = [...named.map((entry) => `\`echo-react${entry.slice(1)}\``), ...programs.map((program) => `\`${program}\``)]
    expect(wanted.filter((name) => !parts.some((line) => line.split('|')[1]!.includes(name)))).toEqual([])
  })

  it('say of others in the README what docs/COMPARISON.md says', () => {
    const rowsIn = (page: string): string[] => read(page).match(/^\|(?: [^|]* \|){9}$/gm) ?? []
    const rows = rowsIn('README.md')
    expect(rows.length).toBeGreaterThan(8)
    expect(rows.filter((row) => !rowsIn('docs/COMPARISON.md').includes(row))).toEqual([])
  })

  it('lead from each component to a story that shows it', () => {
    const folder = join(root, 'stories')
    const stories = new Map<string, string>()
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.stories.tsx'))) {
      const text = readFileSync(join(folder, file), 'utf8')
      const title = /\bmeta = \{\s+title: '([^']+)'/.exec(text)?.[1]
      if (title !== undefined) stories.set(title, text)
    }
    const rows = rowsOf('docs/COMPONENTS.md')
    const wrong = rows.filter(({ names, last }) => last !== '–' && !names.some((name) => stories.get(last)?.includes(name) === true))
    expect(wrong).toEqual([])
    expect(rows.filter(({ last }) => last === '–').length).toBeLessThan(8)
  })
})
