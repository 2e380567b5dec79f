/** Builds the library into dist/: one file a file, then what the compiler does not copy. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root, runProgram } from './run.mjs'

const styles = 'components/styles.css'
const commandLine = 'signaling/cli.js'

/**
 * Compiles beside dist/ and then brings over only what changed: an app that is served from dist/ meanwhile (`npm start` in another window)
 * neither loses its files nor reloads for nothing.
 * @returns the compiler's exit code; an entry of package.json that has no source yet is no error here (a test watches over that).
 */
export async function buildLibrary() {
  const cache = join(root, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const built = mkdtempSync(join(cache, 'build-'))
  try {
    const code = await runProgram('tsc', ['-p', 'tsconfig.build.json', '--outDir', built])
    if (code !== 0) return code
    if (existsSync(join(root, 'src', styles))) copyFileSync(join(root, 'src', styles), join(built, styles))
    if (existsSync(join(built, commandLine))) chmodSync(join(built, commandLine), 0o755)
    bringOver(built, join(root, 'dist'))
    return 0
  } finally {
    rmSync(built, { recursive: true, force: true })
  }
}

/** Makes `to` hold just the files of `from`, touching only those that differ. */
function bringOver(from, to) {
  const wanted = filesIn(from)
  for (const name of wanted) {
    const target = join(to, name)
    if (existsSync(target) && readFileSync(target).equals(readFileSync(join(from, name)))) continue
    mkdirSync(dirname(target), { recursive: true })
    copyFileSync(join(from, name), target)
  }
  const kept = new Set(wanted)
  for (const name of filesIn(to)) if (!kept.has(name)) rmSync(join(to, name))
}

function filesIn(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
}
