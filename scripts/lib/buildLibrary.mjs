/** Builds the library into dist/: one file a file, then what the compiler does not copy. */
import { chmodSync, copyFileSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, runProgram } from './run.mjs'

const styles = 'components/styles.css'
const commandLine = 'dist/signaling/cli.js'

/** @returns the compiler's exit code; an entry of package.json that has no source yet is no error here (a test watches over that). */
export async function buildLibrary() {
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  const code = await runProgram('tsc', ['-p', 'tsconfig.build.json'])
  if (code !== 0) return code
  if (existsSync(join(root, 'src', styles))) copyFileSync(join(root, 'src', styles), join(root, 'dist', styles))
  if (existsSync(join(root, commandLine))) chmodSync(join(root, commandLine), 0o755)
  return 0
}
