import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { parseCliOptions, usage } from '../../../src/signaling/cliOptions.ts'
import { createSignalingServer, defaultLimits } from '../../../src/signaling/index.ts'
import { makeApp } from '../package/markdown/makeApp.node.ts'

const root = join(import.meta.dirname, '../../..')
const page = readFileSync(join(root, 'docs/DEPLOYMENT.md'), 'utf8')

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

  it('has a container whose server answers its health check, and ends at once and cleanly when it is told to', async () => {
    const [, dockerfile = ''] = /^```dockerfile\n(.*?)^```/ms.exec(page) ?? []
    /** The words after an instruction of the Dockerfile. */
    const wordsOf = (instruction: string): string[] => JSON.parse(dockerfile.split(`\n${instruction} `)[1]!.split('\n')[0]!) as string[]
    expect(dockerfile).toContain('\nUSER node\n')
    expect(dockerfile).toContain('\nEXPOSE 4444\n')
    const app = makeApp(root)
    onTestFinished(() => app.remove())
    function start([command, ...args]: readonly string[], port: string): ChildProcess {
      const started = spawn(command!, args, { cwd: app.folder, env: { ...process.env, PORT: port } })
      onTestFinished(() => void started.kill('SIGKILL'))
      return started
    }
    const server = start(wordsOf('CMD'), '0')
    const [said] = (await once(server.stdout!, 'data')) as [Buffer]
    const port = /^Signaling server listening on ws:\/\/localhost:(\d+)\n/.exec(said.toString())![1]!
    const checkHealth = async (): Promise<unknown> => (await once(start(wordsOf('HEALTHCHECK CMD'), port), 'exit'))[0]
    expect(await checkHealth()).toBe(0)

    const client = new WebSocket(`ws://127.0.0.1:${port}`)
    await once(client, 'open')
    server.kill('SIGTERM')
    expect(await once(server, 'exit')).toEqual([0, null])
    expect(await checkHealth()).toBe(1)
  }, 30_000)

  it('starts the service by flags that there are', () => {
    const words = /^ExecStart=(.*)$/m.exec(page)![1]!.split(' ')
    expect(words.slice(0, 2)).toEqual(['/usr/bin/node', '/srv/echo-signal/node_modules/echo-react/dist/signaling/cli.js'])
    expect(parseCliOptions(words.slice(2), {})).toMatchObject({ ok: true })
  })
})
