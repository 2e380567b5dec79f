/**
 * Holds the entries of the package to their size: each bundled whole as an app would, minified and gzipped. Left out are the peers (react, react-dom,
 * yjs, y-protocols) and what they bring themselves: the modules of lib0 that Yjs loads are in every app that has Yjs. Shown apart is what an entry
 * fetches on demand, for a page does not wait for it. `--by-package` shows what weighs what. Wants a build.
 */
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { root } from './lib/run.mjs'

/** Greatest sizes in bytes of gzip; about 2 % above what they are, for growth should be somebody's decision. */
const limits = [
  { entry: 'dist/index.js', atOnce: 207_600, onDemand: 90_000 },
  { entry: 'dist/core.js', atOnce: 200_100, onDemand: 90_000 },
  { entry: 'dist/components/index.js', atOnce: 53_500, onDemand: 33_600 },
  { entry: 'dist/editors/markdown/index.js', atOnce: 125_000, onDemand: 0 },
  { entry: 'dist/components/config/germanMessages.js', atOnce: 13_700, onDemand: 0 },
  { entry: 'dist/editors/rich-text/index.js', atOnce: 143_000, onDemand: 0 },
  { entry: 'dist/components/data/InfiniteList.js', atOnce: 19_200, onDemand: 0 },
  { entry: 'dist/devtools/index.js', atOnce: 1_000, onDemand: 33_200 },
]

const peers = ['react', 'react-dom', 'yjs', 'y-protocols'].flatMap((name) => [name, `${name}/*`])
const onlyPeers = "export * from 'yjs'; export * from 'y-protocols/awareness'; export * from 'y-protocols/sync'"

const settings = {
  absWorkingDir: root,
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
  logLevel: 'error',
}

async function filesOfPeers() {
  const { metafile } = await build({ ...settings, stdin: { contents: onlyPeers, resolveDir: root } })
  return Object.keys(metafile.inputs)
    .filter((file) => file.startsWith('node_modules/'))
    .map((file) => join(root, file))
}

async function bundle(entry, external) {
  const { outputFiles, metafile } = await build({ ...settings, entryPoints: [entry], external })
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

/** Bytes before gzip, by package and by our own folder. */
function showPackages(title, chunks) {
  const raw = new Map()
  for (const { output } of chunks) {
    for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
      const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file.split('/').slice(0, 2).join('/')
      raw.set(name, (raw.get(name) ?? 0) + bytesInOutput)
    }
  }
  const rows = [...raw].filter(([, bytes]) => bytes > 0).sort((a, b) => b[1] - a[1])
  console.log(`  ${title}, minified, before gzip:`)
  for (const [name, bytes] of rows) console.log(`    ${kb(bytes).padStart(9)}  ${name}`)
}

const external = [...peers, ...(await filesOfPeers())]
let isOver = false
for (const { entry, ...limit } of limits) {
  const { atOnce, onDemand } = await bundle(entry, external)
  const fits = sum(atOnce) <= limit.atOnce && sum(onDemand) <= limit.onDemand
  isOver ||= !fits
  console.log(
    `${fits ? 'ok  ' : 'OVER'} ${entry}: ${kb(sum(atOnce))} at once (limit ${kb(limit.atOnce)}), ${kb(sum(onDemand))} on demand (limit ${kb(limit.onDemand)})`,
  )
  if (!process.argv.includes('--by-package')) continue
  showPackages('At once', atOnce)
  for (const chunk of onDemand) showPackages(`On demand, ${kb(chunk.bytes)} gzip`, [chunk])
}
if (isOver) {
  console.error(
    '\nAn entry outgrew a limit. `node scripts/checkSize.mjs --by-package` shows what weighs; raise a limit only with a reason, and docs/ARCHITECTURE.md with it.',
  )
  process.exit(1)
}
