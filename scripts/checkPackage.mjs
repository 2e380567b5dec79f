/** Looks at the package as others will get it: its manifest, and the types of each entry in the packed archive. Wants a build. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, runProgram } from './lib/run.mjs'

async function checkTypes() {
  const folder = mkdtempSync(join(tmpdir(), 'echo-react-pack-'))
  try {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
    const code = await run(npm, ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder])
    if (code !== 0) return code
    const archive = join(folder, readdirSync(folder)[0])
    // A style sheet has no types.
    return await runProgram('attw', [archive, '--profile', 'esm-only', '--format', 'ascii', '--exclude-entrypoints', './styles.css'])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

process.exit((await runProgram('publint', ['--strict'])) || (await checkTypes()))
