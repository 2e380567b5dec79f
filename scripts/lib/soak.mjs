/** Runs seeded histories of the whole client stack from a seed on, for as long as asked: `npm run test:soak -- --seed S --minutes M`. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './run.mjs'

/** The value of `--name value`, or undefined. */
function option(args, name) {
  const at = args.indexOf(`--${name}`)
  return at < 0 ? undefined : args[at + 1]
}

function number(args, name, whenAbsent) {
  const value = Number(option(args, name) ?? whenAbsent)
  if (!(value > 0)) throw new Error(`--${name} takes a number above 0, as in: npm run test:soak -- --seed 7 --minutes 30`)
  return value
}

/** Whether the arguments ask for the simulation alone. */
export const asksForSimulation = (args) => ['seed', 'minutes', 'seeds'].some((name) => args.includes(`--${name}`))

/** @returns how many seeds failed */
export async function runSoak(args) {
  const options = {
    seed: number(args, 'seed', 1),
    minutes: number(args, 'minutes', Infinity),
    seeds: number(args, 'seeds', args.includes('--minutes') ? Infinity : 300),
    summaryPath: option(args, 'summary'),
    print: (line) => console.log(line),
  }
  // Not before the dependencies are sure to be there.
  const { build } = await import('esbuild')
  // Inside the repository, so that the bundle finds the packages it leaves outside.
  const directory = join(root, 'node_modules/.soak', String(process.pid))
  mkdirSync(directory, { recursive: true })
  try {
    const outfile = join(directory, 'soak.mjs')
    const entryPoints = [join(root, 'test/integration/simulation/soak.ts')]
    await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'error' })
    const { soak } = await import(pathToFileURL(outfile).href)
    return await soak(options)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
