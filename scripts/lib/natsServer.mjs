/** Finds the broker that some tests start, and installs it where there is none. */
import { canUseApt, installByApt, onPath } from './programs.mjs'

/**
 * The path of nats-server.
 * @throws Error that says how to help.
 */
export async function ensureNatsServer() {
  const find = () => process.env.NATS_SERVER_PATH || onPath(['nats-server'])[0]
  const found = find()
  if (found) return found
  if (canUseApt()) {
    await installByApt('nats-server')
    const installed = find()
    if (installed) return installed
  }
  throw new Error(
    'The tests of several signaling instances need nats-server, and there is none here. Install it (Debian: apt-get install nats-server; ' +
      'others: https://nats.io/download), or set NATS_SERVER_PATH to the program, and run this again.',
  )
}
