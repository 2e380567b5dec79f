/** Finds the broker that some tests start, and fetches it where there is none. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { isExecutable, isRoot, onPath, runInstaller } from './programs.mjs'
import { root } from './run.mjs'

const folder = join(root, 'node_modules/.cache/nats-server')
const fetched = join(folder, 'usr/sbin/nats-server')

/** Unpacks Debian's package instead of installing it: that would start a server on the machine for good. */
async function fetchFromDebian() {
  mkdirSync(folder, { recursive: true })
  if (isRoot()) await runInstaller('apt-get', ['update'])
  return runInstaller('sh', ['-c', 'cd "$1" && apt-get download nats-server && dpkg-deb --extract nats-server_*.deb .', 'sh', folder])
}

/**
 * The path of nats-server.
 * @throws Error that says how to help.
 */
export async function ensureNatsServer() {
  const find = () => process.env.NATS_SERVER_PATH || onPath(['nats-server'])[0] || (isExecutable(fetched) ? fetched : undefined)
  const found = find()
  if (found) return found
  if (onPath(['apt-get']).length > 0 && onPath(['dpkg-deb']).length > 0) {
    console.log('No nats-server yet; fetching the package of this system')
    await fetchFromDebian()
    const now = find()
    if (now) return now
  }
  throw new Error(
    'The tests of several signaling instances need nats-server, and there is none here. Install it (Debian: apt-get install nats-server; ' +
      'others: https://nats.io/download), or set NATS_SERVER_PATH to the program, and run this again.',
  )
}
