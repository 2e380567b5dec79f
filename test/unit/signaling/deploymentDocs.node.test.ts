import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { usage } from '../../../src/signaling/cliOptions.ts'
import { createSignalingServer, defaultLimits } from '../../../src/signaling/index.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/DEPLOYMENT.md'), 'utf8')

/** The names in code that the cells of the table below a heading hold, row by row. */
function tableBelow(heading: string): { readonly first: string[]; readonly second: string[]; readonly cells: string[] }[] {
  const [, section = ''] = page.split(`${heading}\n`)
  const rows = section.split(/\n#/)[0]!.matchAll(/^\| `.*$/gm)
  const namesOf = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)
  return [...rows].map(([row]) => {
    const cells = row.split('|').map((cell) => cell.trim())
    return { first: namesOf(cells[1]), second: namesOf(cells[2]), cells }
  })
}

describe('docs/DEPLOYMENT.md', () => {
  it('names every limit with what it is by default', () => {
    const limits = tableBelow('### Limits').map(({ first, cells }) => [first[0], Number(cells[2])])
    expect(Object.fromEntries(limits)).toEqual(defaultLimits)
  })

  it('names every figure with its labels, as they are told', async () => {
    const server = await createSignalingServer({ port: 0, metrics: { port: 0, host: '127.0.0.1' } })
    const told = new Map<string, string[]>()
    for (const line of (await (await fetch(server.metricsUrl!)).text()).split('\n')) {
      const [, name, reason] = /^(\w+)(?:\{reason="(.*)"\})? \d+$/.exec(line) ?? []
      if (name !== undefined) told.set(name, [...(told.get(name) ?? []), ...(reason === undefined ? [] : [reason])])
    }
    await server.close()
    expect(new Map(tableBelow('### Health and figures').map(({ first, second }) => [first[0]!, second]))).toEqual(told)
  })

  it('names every flag of the command line, as its help does', () => {
    const flagsOf = (text: string): string[] => [...new Set(text.match(/--[a-z][a-z-]+/g))].toSorted()
    expect(
      tableBelow('## The signaling server')
        .flatMap(({ first }) => flagsOf(first.join(' ')))
        .toSorted(),
    ).toEqual(flagsOf(usage))
  })

  it('says what its health is', async () => {
    const server = await createSignalingServer({ port: 0 })
    const health = (await (await fetch(`http://127.0.0.1:${server.port}/health`)).json()) as Record<string, unknown>
    await server.close()
    const told = JSON.parse(/`(\{"status":.*?\})`/.exec(page)![1]!) as Record<string, unknown>
    expect({ ...told, connections: 0, topics: 0 }).toEqual(health)
  })
})
