import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { not, or } from '../../../src/database/query/conditions.ts'
import { defineLink, defineType, type AnyItemType } from '../../../src/database/types/defineType.ts'
import { parseQuery } from '../../../src/database/query/parseQuery.ts'
import { query, type Query } from '../../../src/database/query/query.ts'
import { createTestReplica } from '../database/createTestReplica.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const text = readFileSync(join(root, 'docs/QUERIES.md'), 'utf8')
/** The types and the items; between them the document opens a space as an app does, in whose place a replica stands here. */
const [definitions, , content] = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!.replaceAll(/^import .*\n/gm, '')) as [
  string,
  string,
  string,
]
const rows = [...text.matchAll(/^\|([^|]*)\| `([^`]+)` \| ([^|]*?) ?\| [^|]+ \|$/gm)].map(([, , example, finds]) => ({
  example: example!,
  finds: finds!,
}))
const hooks = rows.filter(({ example }) => example.startsWith('use'))
const asked = rows.filter(({ example }) => !example.startsWith('use'))

/** Runs code of the document; it is plain JavaScript as well. */
function evaluate(code: string, names: Readonly<Record<string, unknown>>): unknown {
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the code is the document's own
  return (new Function(...Object.keys(names), code) as (...values: unknown[]) => unknown)(...Object.values(names))
}

/** A result as the document writes it. */
function asText(found: unknown): string {
  if (Array.isArray(found)) return found.map(asText).join(', ')
  if (typeof found !== 'object' || found === null) return String(found)
  const { title, name, $ } = found as { readonly title?: string; readonly name?: string; readonly $: { readonly type: string } }
  return title ?? name ?? $.type
}

describe('the examples of docs/QUERIES.md', () => {
  it('name every operator, step and way to ask, one row each', () => {
    const names = [
      ...['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'in', 'exists', 'contains', 'startsWith'].slice(1),
      ...['children', 'descendants', 'parent', 'ancestors', 'links', 'refs', 'source', 'target', 'follow', 'include'],
      ...['where', 'filter', 'orderBy', 'search', 'limit', 'offset', 'after', 'under', 'ids', 'deleted', 'invalid', 'or', 'not'],
      ...['run', 'live', 'count', 'liveCount', 'first', 'one', 'cursor', 'parseQuery'],
      ...['useQuery', 'useCount', 'useFirst', 'useChildren', 'useAncestors', 'useLinks', 'useRefs'],
    ]
    const examples = rows.map(({ example }) => example).join('\n')
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(examples) && !text.includes(`\`${name}\``))).toEqual([])
    expect(rows.length).toBeGreaterThan(50)
  })

  const tools = { query, not, or, parseQuery }
  const types = evaluate(`${definitions}\nreturn { Person, Task, Blocks }`, { z, defineType, defineLink }) as Record<string, AnyItemType>
  const { db } = createTestReplica(1, Object.values(types))
  const names = ['ann', 'bob', 'house', 'wall', 'door', 'garden', 'old', 'open']
  const items = evaluate(`${content}\nreturn { ${names.join()} }`, { ...types, ...tools, space: db }) as object

  it.each(asked)('find what they say: $example', ({ example, finds }) => {
    const answer = evaluate(`return ${example}`, { ...types, ...tools, ...items, space: db })
    if (typeof answer !== 'object' || answer === null || !('plan' in answer)) return void expect(asText(answer)).toBe(finds)
    const { order, from, search } = (answer as Query).plan
    const found = asText(db.run(answer as Query))
    // Items of several parents are mixed where nothing says in which order.
    if (order.length > 0 || search !== undefined || from?.step === 'ancestors') expect(found).toBe(finds)
    else expect(found.split(', ').sort()).toEqual(finds.split(', ').sort())
  })

  it('compile, those of hooks too', async () => {
    const cache = join(root, 'node_modules/.cache')
    mkdirSync(cache, { recursive: true })
    const folder = mkdtempSync(join(cache, 'echo-queries-'))
    try {
      const imported = [
        `import { z } from 'zod'`,
        `import type { Space } from '../../../src/client/echo.ts'`,
        `import { not, or } from '../../../src/database/query/conditions.ts'`,
        `import { defineLink, defineType } from '../../../src/database/types/defineType.ts'`,
        `import { parseQuery } from '../../../src/database/query/parseQuery.ts'`,
        `import { query } from '../../../src/database/query/query.ts'`,
        ...['useQuery', 'useCount', 'useFirst', 'useChildren', 'useAncestors', 'useLinks', 'useRefs'].map(
          (hook) => `import { ${hook} } from '../../../src/react/${hook}.ts'`,
        ),
      ]
      const lines = [
        ...imported,
        'declare const space: Space',
        definitions,
        content,
        ...[...asked, ...hooks].map(({ example }) => `void (${example})`),
      ]
      writeFileSync(join(folder, 'examples.ts'), `${lines.join('\n')}\n`)
      writeFileSync(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ extends: `${root}tsconfig.json`, include: ['examples.ts'], exclude: [] }),
      )
      const tsc = join(root, 'node_modules/typescript/bin/tsc')
      const said = await new Promise<string>((resolve) => {
        execFile(process.execPath, [tsc, '-p', folder], { timeout: 60_000 }, (_error, stdout, stderr) => resolve(stdout + stderr))
      })
      expect(said).toBe('')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }, 90_000)
})
