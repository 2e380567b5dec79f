import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileNameOf, makeApp } from './makeApp.node.ts'
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
  skipLibCheck: true,
  noEmit: true,
  allowImportingTsExtensions: true,
}

/**
 * Compiles the ts and tsx blocks of pages as modules of an app for each page. A block stands in its module on the very lines that it has in its page, so that
 * the compiler says where.
 * @param pages the blocks of each page, by its path
 * @param names a module that declares globally what they speak of
 * @returns what the compiler says, a fault a line, such as `docs/QUERIES.md(12,3): error TS2304: …`
 */
export async function compileBlocks(root: string, pages: ReadonlyMap<string, readonly Block[]>, names = ''): Promise<string[]> {
  const app = makeApp(root)
  try {
    writeFileSync(
      join(app.folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...compilerOptions, verbatimModuleSyntax: names === '' }, include: ['names.d.ts', 'pages'] }),
    )
    writeFileSync(join(app.folder, 'names.d.ts'), names)
    const pageOfFile = new Map<string, string>()
    for (const [page, blocks] of pages) {
      for (const module of modulesOf(blocks)) {
        const file = `pages/${page}/${fileOf(module)}`
        if (pageOfFile.has(file)) throw new Error(`${page} has two blocks that are ${fileOf(module)}.`)
        pageOfFile.set(file, page)
        mkdirSync(dirname(join(app.folder, file)), { recursive: true })
        writeFileSync(join(app.folder, file), onTheirLines(module))
      }
    }
    const said = await runCompiler(root, app.folder)
    return said
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => line.replace(/^[^(]+/, (file) => pageOfFile.get(file) ?? file))
  } finally {
    app.remove()
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

function fileOf(module: readonly Block[]): string {
  const first = module[0]!
  return fileNameOf(first) ?? `${first.line}.${module.some(({ language }) => language === 'tsx') ? 'tsx' : 'ts'}`
}

function onTheirLines(blocks: readonly Block[]): string {
  const lines: string[] = []
  for (const { line, code } of blocks) {
    while (lines.length < line - 1) lines.push('')
    lines.push(...code.split('\n'))
  }
  return `${lines.join('\n')}\n`
}

function runCompiler(root: string, folder: string): Promise<string> {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc, '-p', '.'], { cwd: folder, timeout: 60_000, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve(stdout + stderr || (error === null ? '' : error.message)),
    )
  })
}
