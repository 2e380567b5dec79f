/** Looks for free ports and waits until something answers on them. */
import { connect, createServer } from 'node:net'

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, () => server.close(() => resolve(true)))
  })
}

/** `first`, or the next free port after it; gives up after 50. */
export async function freePort(first) {
  for (let port = first; port < first + 50; port++) if (await isFree(port)) return port
  throw new Error(`No port is free from ${first} to ${first + 49}.`)
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: 'localhost' })
    const end = (result) => {
      socket.destroy()
      resolve(result)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}

/** Resolves true once the port takes connections, false when it did not in `timeoutMs` or `signal` ended the wait. */
export async function waitForPort(port, { timeoutMs = 30_000, signal } = {}) {
  const deadline = Date.now() + timeoutMs
  while (Date.now() < deadline && !signal?.aborted) {
    if (await answers(port)) return true
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return false
}
