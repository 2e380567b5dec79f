import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Block } from './readMarkdown.ts'

/** As an app has it, with what is strictest. */
const compilerOptions = {
  target: 'es2022',
  lib: ['es2023', 'dom', 'dom.iterable'],
  module: 'esnext',
  moduleResolution: 'bundler',
  moduleDetection: 'force',
  types: ['node', 'vite/client'],
  jsx: 'react-jsx',
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  noEmit: true,
}

/**
 * Compiles the ts and tsx blocks of pages as modules of an app in which the built package is installed. Each stands in its module on the very lines that it
 * has in its page, so that the compiler says where.
 * @param pages the blocks of each page, by its path
 * @returns what the compiler says, a fault a line, such as `docs/QUERIES.md(12,3): error TS2304: …`
 */
export async function compileBlocks(root: string, pages: ReadonlyMap<string, readonly Block[]>): Promise<string[]> {
  const cache = join(root, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const app = mkdtempSync(join(cache, 'docs-'))
  try {
    mkdirSync(join(app, 'node_modules'))
    symlinkSync(root, join(app, 'node_modules/echo-react'), 'junction')
    writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts', '*.tsx'] }))
    const pageOfFile = new Map<string, string>()
    for (const [page, blocks] of pages) {
      for (const module of modulesOf(blocks)) {
        const file = `${page.replaceAll(/\W/g, '_')}_${module[0]!.line}.${module.some(({ language }) => language === 'tsx') ? 'tsx' : 'ts'}`
        pageOfFile.set(file, page)
        writeFileSync(join(app, file), onTheirLines(module))
      }
    }
    const said = await runCompiler(root, app)
    return said
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => line.replace(/^(\w+\.tsx?)/, (file) => pageOfFile.get(file) ?? file))
  } finally {
    rmSync(app, { recursive: true, force: true })
  }
}

function modulesOf(blocks: readonly Block[]): Block[][] {
  const modules: Block[][] = []
  for (const block of blocks) {
    if (block.language !== 'ts' && block.language !== 'tsx') continue
    if (block.goesOn && modules.length > 0) modules.at(-1)!.push(block)
    else modules.push([block])
  }
  return modules
}

function onTheirLines(blocks: readonly Block[]): string {
  const lines: string[] = []
  for (const { line, code } of blocks) {
    while (lines.length < line - 1) lines.push('')
    lines.push(...code.split('\n'))
  }
  return `${lines.join('\n')}\n`
}

function runCompiler(root: string, app: string): Promise<string> {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc, '-p', '.'], { cwd: app, timeout: 60_000, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve(stdout + stderr || (error === null ? '' : error.message)),
    )
  })
}
