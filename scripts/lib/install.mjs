/** Makes a fresh clone ready: checks Node, and installs the dependencies when they are missing or not those of the lockfile. */
import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root, run } from './run.mjs'

/** Tells what to do when this Node is older than package.json asks for; ends the process then. */
function checkNode() {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const wanted = engines.node.replace('>=', '').split('.').map(Number)
  const have = process.versions.node.split('.').map(Number)
  if (have[0] > wanted[0] || (have[0] === wanted[0] && have[1] >= wanted[1])) return
  console.error(
    `echo-react needs Node ${wanted.join('.')} or newer; this is Node ${process.versions.node}. Install a newer one (https://nodejs.org) and run this again.`,
  )
  process.exit(1)
}

/** Packages that npm may leave out on this system. */
const isOptional = (entry) => entry.optional || entry.devOptional || entry.peer || entry.link

/** Whether node_modules of `directory` holds what the lockfile there names; file times would also call a fresh install old. */
export function isInstalled(directory = root) {
  const installedPath = join(directory, 'node_modules/.package-lock.json')
  if (!existsSync(installedPath)) return false
  const wanted = JSON.parse(readFileSync(join(directory, 'package-lock.json'), 'utf8')).packages
  const installed = JSON.parse(readFileSync(installedPath, 'utf8')).packages
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true
    const there = installed[path]
    return there ? there.version === entry.version : isOptional(entry)
  })
}

/** Ends the process with a message when Node is too old or the installation fails. */
export async function ensureInstalled() {
  checkNode()
  await install(root, 'about a minute')
}

/** Installs what the benchmarks compare with, which only they need. */
export function ensureBenchInstalled() {
  return install(join(root, 'bench'), 'the libraries to compare with')
}

async function install(directory, what) {
  if (isInstalled(directory)) return
  console.log(`Installing the dependencies of ${relative(root, join(directory, 'package-lock.json'))} (${what})…`)
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const code = await run(npm, ['ci', '--no-audit', '--no-fund', '--prefix', directory])
  if (code === 0) return
  console.error('npm ci failed; its message stands above. The network and the registry that npm is set to are the usual causes.')
  process.exit(1)
}
