/** `npm run bench`: builds, then runs bench/*.bench.mjs one after the other; `npm run bench -- NAME` runs those whose name has NAME in it. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { buildLibrary } from './lib/buildLibrary.mjs'
import { ensureBenchInstalled, ensureInstalled } from './lib/install.mjs'
import { root, run } from './lib/run.mjs'

await ensureInstalled()
await ensureBenchInstalled()
const wanted = process.argv[2] ?? ''
const files = readdirSync(join(root, 'bench')).filter((name) => name.endsWith('.bench.mjs') && name.includes(wanted))

if (files.length === 0) {
  console.log(wanted ? `No file in bench/ has "${wanted}" in its name.` : 'bench/ holds no *.bench.mjs yet.')
} else {
  let failed = await buildLibrary()
  for (const name of failed ? [] : files.toSorted()) {
    console.log(`\n== ${name}`)
    const code = await run(process.execPath, [join(root, 'bench', name)])
    // Node ends without a word where a promise that is awaited never settles.
    if (code) console.error(`${name} ended with code ${code}, and what it printed is not whole.`)
    failed = code || failed
  }
  process.exitCode = failed
}
