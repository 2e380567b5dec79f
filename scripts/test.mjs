/**
 * `npm test`: every test, from a fresh clone on. `npm run test:soak` runs the long variants too (tests read ECHO_SOAK), and
 * `npm run test:soak -- --seed S --minutes M` the simulation alone, from seed S on for M minutes (`--seeds N`: N seeds; `--summary file`: as JSON).
 * Further arguments go to vitest: `npm test -- --project unit test/unit/feed`.
 * The last line is "N passed, N failed, N skipped", for whatever reads the output.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildLibrary } from './lib/buildLibrary.mjs'
import { ensureChromium } from './lib/chromium.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { runProgram } from './lib/run.mjs'
import { asksForSimulation, runSoak } from './lib/soak.mjs'

const args = process.argv.slice(2)
const soak = args.includes('--soak')
const forVitest = args.filter((arg) => arg !== '--soak')

await ensureInstalled()

if (soak && asksForSimulation(args)) process.exit((await runSoak(args)) > 0 ? 1 : 0)

const env = soak ? { ECHO_SOAK: '1' } : {}
const onlyNode = /(^| )--project[ =]unit( |$)/.test(forVitest.join(' '))
if (!onlyNode) {
  try {
    env.CHROMIUM_PATH = await ensureChromium()
  } catch (error) {
    console.error(error.message)
    console.log('0 passed, 1 failed')
    process.exit(1)
  }
}

// The end-to-end tests serve an app made of the built package. A build with errors is told and counted, the tests run all the same.
const buildCode = await buildLibrary()

const directory = mkdtempSync(join(tmpdir(), 'echo-test-'))
const reportPath = join(directory, 'report.json')
const code = await runProgram(
  'vitest',
  ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`, ...forVitest],
  env,
)

const report = existsSync(reportPath)
  ? JSON.parse(readFileSync(reportPath, 'utf8'))
  : { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] }
rmSync(directory, { recursive: true, force: true })

// A file that fails before its first test has no failed test, and an error outside every test has no file: both must show.
const brokenFiles = report.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
)
const counted = report.numFailedTests + brokenFiles.length + (buildCode === 0 ? 0 : 1)
const failed = code !== 0 && counted === 0 ? 1 : counted
const skipped = report.numPendingTests + report.numTodoTests

if (buildCode !== 0) console.error('The library did not build; the compiler says why at the top.')
console.log(`${report.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = code !== 0 ? code : failed > 0 ? 1 : 0
