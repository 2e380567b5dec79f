/** `npm run check`: everything that must hold before a change is shared. Stops at the first that does not. */
import { buildLibrary } from './lib/buildLibrary.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { run, runProgram } from './lib/run.mjs'

await ensureInstalled()

// The example app imports the built package, so the types of everything need the build first.
const steps = [
  ['format (npm run format mends it)', () => runProgram('oxfmt', ['--check'])],
  ['lint', () => runProgram('oxlint', ['--deny-warnings'])],
  ['build', buildLibrary],
  ['package (publint, attw)', () => run(process.execPath, ['scripts/checkPackage.mjs'])],
  ['size', () => run(process.execPath, ['scripts/checkSize.mjs'])],
  ['unused files, exports and dependencies', () => runProgram('knip', ['--no-progress'])],
  ['storybook', () => runProgram('storybook', ['build', '--quiet', '--output-dir', 'storybook-static'])],
  ['types', () => runProgram('tsc', ['-p', 'tsconfig.json'])],
  ['tests', () => run(process.execPath, ['scripts/test.mjs'])],
]

for (const [name, step] of steps) {
  console.log(`\n== ${name}`)
  const code = await step()
  if (code === 0) continue
  console.error(`\ncheck stopped: ${name} failed`)
  process.exit(code)
}
console.log('\ncheck passed')
