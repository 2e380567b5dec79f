/**
 * Holds the entries of the package to their size: each bundled whole as an app would, minified and gzipped, with the peers left out.
 * What an entry loads only on demand is shown, and is not part of what a page waits for. `--by-package` shows what weighs what.
 */
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { root } from './lib/run.mjs'

/** Greatest size in bytes of gzip, of all that the entry loads at once. About 2 % above what it is: growth should be somebody's decision. */
const maxBytes = {
  'dist/index.js': 127_000,
  'dist/core.js': 123_500,
  'dist/components/index.js': 14_400,
}

const peers = ['react', 'react-dom', 'yjs', 'y-protocols'].flatMap((name) => [name, `${name}/*`])

async function bundle(entry) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: 'out',
    write: false,
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    external: peers,
    logLevel: 'error',
  })
  const chunks = Object.entries(metafile.outputs).map(([path, output], index) => ({
    path,
    output,
    bytes: gzipSync(outputFiles[index].contents, { level: 9 }).length,
  }))
  const atOnce = reachedAtOnce(chunks, entry)
  return { atOnce, onDemand: chunks.filter((chunk) => !atOnce.includes(chunk)) }
}

/** The chunk of the entry, and all that it imports other than by `import()`. */
function reachedAtOnce(chunks, entry) {
  const reached = new Set(chunks.filter(({ output }) => output.entryPoint === entry))
  for (const { output } of reached) {
    for (const { path, kind } of output.imports) {
      const next = chunks.find((chunk) => chunk.path === path)
      if (next && kind === 'import-statement') reached.add(next)
    }
  }
  return [...reached]
}

const kb = (bytes) => `${(bytes / 1000).toFixed(1)} KB`
const sum = (chunks) => chunks.reduce((total, { bytes }) => total + bytes, 0)

function showPackages(chunks) {
  const raw = new Map()
  for (const { output } of chunks) {
    for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
      const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file.split('/').slice(0, 2).join('/')
      raw.set(name, (raw.get(name) ?? 0) + bytesInOutput)
    }
  }
  for (const [name, bytes] of [...raw].sort((a, b) => b[1] - a[1])) console.log(`    ${kb(bytes).padStart(9)}  ${name} (before gzip)`)
}

let isOver = false
for (const [entry, max] of Object.entries(maxBytes)) {
  const { atOnce, onDemand } = await bundle(entry)
  const bytes = sum(atOnce)
  const fits = bytes <= max
  isOver ||= !fits
  console.log(`${fits ? 'ok  ' : 'OVER'} ${entry}: ${kb(bytes)} gzip of at most ${kb(max)}; on demand ${kb(sum(onDemand))}`)
  if (process.argv.includes('--by-package')) showPackages(atOnce)
}
if (isOver) {
  console.error(
    '\nAn entry outgrew its limit. `node scripts/checkSize.mjs --by-package` shows what weighs; raise maxBytes only with a reason.',
  )
  process.exit(1)
}
