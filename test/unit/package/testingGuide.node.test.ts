import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readMarkdown, type Block } from './markdown/readMarkdown.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly dependencies: Readonly<Record<string, string>> }
const { blocks } = readMarkdown(readFileSync(join(root, 'docs/TESTING.md'), 'utf8'))

// Outside of the repository, so that nothing is found there but what an app has installed.
let app = ''

/** Puts a package into the app as a registry's would be there. */
function install(...names: readonly string[]): void {
  for (const name of names) {
    const target = join(app, 'node_modules', name)
    if (existsSync(target)) continue
    mkdirSync(dirname(target), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), target, 'junction')
  }
}

function node(...args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  // What this very run tells its workers is not for another one.
  const own = Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV|FORCE_COLOR)/.test(name))
  const env = { ...Object.fromEntries(own), NO_COLOR: '1' }
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: app, env, timeout: 60_000, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve({ code: error ? 1 : 0, stdout, stderr }),
    )
  })
}

beforeAll(() => {
  app = mkdtempSync(join(tmpdir(), 'echo-app-'))
  const home = join(app, 'node_modules/echo-react')
  cpSync(join(root, 'dist'), join(home, 'dist'), { recursive: true, filter: (path) => !/\.(map|d\.ts)$/.test(path) })
  cpSync(join(root, 'package.json'), join(home, 'package.json'))
  install(...Object.keys(manifest.dependencies), 'yjs', 'y-protocols')
})
afterAll(() => rmSync(app, { recursive: true, force: true }))

describe('an app that tests itself with the kit', () => {
  it('has peers without React and Testing Library, and is told what a screen needs', async () => {
    const shared =
      "const { setup } = await import('echo-react/testing'); const { alice, bob, shareSpace, dispose } = await setup('alice', 'bob')"
    const script = `${shared}; const [, his] = await shareSpace('Garden', alice, bob); console.log(his.info.get().name); await dispose()`
    expect(await node('--input-type=module', '--eval', script)).toEqual({ code: 0, stdout: 'Garden\n', stderr: '' })
    install('react', 'react-dom')
    const { code, stderr } = await node('--input-type=module', '--eval', "await import('echo-react/testing/react')")
    expect(code).toBe(1)
    expect(stderr).toContain("Cannot find package '@testing-library/react'")
  }, 60_000)

  it('runs every test of the guide as it stands', async () => {
    const testing = ['dom', 'react', 'user-event'].map((name) => `@testing-library/${name}`)
    install(...testing, 'react', 'react-dom', 'zod', 'vitest', 'jsdom')
    for (const { code } of blocks) {
      const name = /^\/\/ ([\w.]+)\n/.exec(code)?.[1]
      if (name !== undefined) writeFileSync(join(app, name), code)
    }
    writeFileSync(join(app, 'package.json'), JSON.stringify({ type: 'module' }))
    writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions: { jsx: 'react-jsx', target: 'es2022' } }))
    const modules = modulesWithTests()
    for (const module of modules) {
      const [{ line, language }] = module as [Block]
      writeFileSync(join(app, `line${line}.test.${language}`), module.map(({ code }) => code).join('\n'))
    }

    const reporters = ['--reporter=default', '--reporter=json', '--outputFile.json=report.json']
    const { code, stdout, stderr } = await node(
      join(app, 'node_modules/vitest/vitest.mjs'),
      'run',
      ...reporters,
      '--maxWorkers=1',
      '--no-isolate',
    )
    const report = JSON.parse(readFileSync(join(app, 'report.json'), 'utf8')) as Report
    const promised = modules.flat().flatMap((block) => block.code.match(/^test\(/gm) ?? []).length
    expect(promised).toBeGreaterThan(7)
    expect(report.testResults.flatMap(failuresOf)).toEqual([])
    expect({ code, passed: report.numPassedTests }).toEqual({ code: 0, passed: promised })
    // Where a test prints an error, Vitest says so.
    expect(stdout + stderr).not.toContain('stderr |')
  }, 90_000)
})

/** What Vitest says in JSON, as far as it is read here. */
interface Report {
  readonly numPassedTests: number
  readonly testResults: readonly FileReport[]
}

interface FileReport {
  /** Why the file could not be run. */
  readonly message: string
  readonly assertionResults: readonly { readonly failureMessages: readonly string[] }[]
}

function failuresOf({ message, assertionResults }: FileReport): readonly string[] {
  return [...(message === '' ? [] : [message]), ...assertionResults.flatMap(({ failureMessages }) => failureMessages)]
}

/** Blocks as files of tests: one that goes on stands in the file of those before it. */
function modulesWithTests(): readonly (readonly Block[])[] {
  const modules: Block[][] = []
  for (const block of blocks) {
    if (block.goesOn) modules.at(-1)!.push(block)
    else modules.push([block])
  }
  return modules.filter((module) => module.some(({ code }) => /^test\(/m.test(code)))
}
