import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { compileBlocks } from './markdown/compileBlocks.node.ts'
import { exampleNames } from './markdown/exampleNames.ts'
import { readExamples } from './markdown/readExamples.node.ts'
import { readMarkdown } from './markdown/readMarkdown.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>
  readonly bin: Readonly<Record<string, string>>
  readonly scripts: Readonly<Record<string, string>>
}

const paths = [
  ...['README.md', 'CONTRIBUTING.md', 'llms.txt'],
  ...readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
]
const pages = new Map(paths.map((path) => [path, readMarkdown(readFileSync(join(root, path), 'utf8'))]))

describe('the documentation', () => {
  it('compiles, block by block, against the package as it is built', async () => {
    const blocks = new Map([...pages].map(([path, page]) => [path, page.blocks]))
    expect([...blocks.values()].flat().filter(({ language }) => /^tsx?$/.test(language)).length).toBeGreaterThan(5)
    expect(await compileBlocks(root, blocks)).toEqual([])
  }, 90_000)

  it('has examples in its docstrings that compile', async () => {
    const entries = Object.entries(manifest.exports).flatMap(([entry, target]) =>
      typeof target === 'string' ? [] : [[`echo-react${entry.slice(1)}`, target.types] as const],
    )
    // `Trash` is a component, and a type of the state that it draws.
    const examples = readExamples(root, new Map(entries.toSorted(([a], [b]) => b.length - a.length)))
    expect([...examples.values()].flat().length).toBeGreaterThan(130)
    expect(await compileBlocks(root, examples, exampleNames)).toEqual([])
  }, 90_000)

  it('says where a block does not compile', async () => {
    const page =
      '# A page\n```ts\nconst one = 1\n```\nand\n\n<!-- goes on -->\n```tsx\nconst two: string = one\n```\n```ts\nexport const three = one\n```\n'
    const faults = await compileBlocks(root, new Map([['docs/PAGE.md', readMarkdown(page).blocks]]))
    expect(faults.map((fault) => fault.slice(0, 34))).toEqual(['docs/PAGE.md(12,22): error TS2304:', 'docs/PAGE.md(9,7): error TS2322: T'])
  }, 90_000)

  it('leads only to files and headings that are there', () => {
    const broken: string[] = []
    for (const [path, { links }] of pages) {
      for (const { line, target } of links) {
        if (/^[a-z]+:/.test(target)) continue
        const [file = '', anchor] = target.split('#')
        const linked = file === '' ? path : relative(root, join(root, dirname(path), file))
        const there = existsSync(join(root, linked)) && (anchor === undefined || pages.get(linked)?.anchors.has(anchor) === true)
        if (!there) broken.push(`${path}:${line} ${target}`)
      }
    }
    expect(broken).toEqual([])
  })

  it('leads from the README to every page', () => {
    const linked = new Set(pages.get('README.md')!.links.map(({ target }) => target.split('#')[0]))
    expect(paths.filter((path) => path !== 'README.md' && !linked.has(path))).toEqual([])
  })

  it('names only scripts and programs that are there', () => {
    const ofVite = ['dev', 'preview']
    const named: string[] = []
    const missing: string[] = []
    for (const path of paths) {
      for (const [index, line] of readFileSync(join(root, path), 'utf8').split('\n').entries()) {
        for (const [command, kind, name] of line.matchAll(/\b(npm run|npx) ([@\w:/-]+)/g)) {
          const isThere =
            kind === 'npx'
              ? name! in manifest.bin || existsSync(join(root, 'node_modules/.bin', name!))
              : name! in manifest.scripts || ofVite.includes(name!)
          named.push(command)
          if (!isThere) missing.push(`${path}:${index + 1} ${command}`)
        }
      }
    }
    expect(named.length).toBeGreaterThan(10)
    expect(missing).toEqual([])
  })
})
