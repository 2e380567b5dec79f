/** `npm start`: from a fresh clone to the example app with its signaling server, both on this machine. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { buildLibrary } from './lib/buildLibrary.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { freePort, waitForPort } from './lib/ports.mjs'
import { programs, root } from './lib/run.mjs'

const stopWithinMs = 5_000

await ensureInstalled()

console.log('Building the library…')
const buildCode = await buildLibrary()
if (buildCode !== 0) {
  console.error('The library did not build; the compiler says why above.')
  process.exit(buildCode)
}
if (!existsSync(join(root, 'dist/signaling/cli.js'))) {
  console.error('The build holds no signaling server (dist/signaling/cli.js), so there is nothing to start.')
  process.exit(1)
}

const signalingPort = await freePort(4444)
const appPort = await freePort(5173)
if (signalingPort !== 4444) {
  console.log(
    `Port 4444 is taken (another npm start?), so this signaling server takes ${signalingPort}; apps on different servers cannot meet.`,
  )
}
const signalingUrl = `ws://localhost:${signalingPort}`
const appUrl = `http://localhost:${appPort}/`

const running = new Map()
const ended = new AbortController()
let stopping = false

/** Ends what still runs, first politely, and then this process. */
function stop(exitCode) {
  if (stopping) return
  stopping = true
  process.exitCode = exitCode
  ended.abort()
  for (const child of running.values()) child.kill('SIGTERM')
  setTimeout(() => {
    for (const child of running.values()) child.kill('SIGKILL')
  }, stopWithinMs).unref()
}

function startChild(name, args, env = {}) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } })
  running.set(name, child)
  child.on('error', (error) => {
    console.error(`The ${name} could not start: ${error.message}`)
    running.delete(name)
    stop(1)
  })
  child.on('exit', (code, signal) => {
    running.delete(name)
    if (stopping) return
    console.error(`The ${name} ended by itself (${signal ?? `code ${code}`}); stopping.`)
    stop(code || 1)
  })
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(0))

startChild('signaling server', ['dist/signaling/cli.js', '--port', String(signalingPort)])
startChild(
  'example app',
  [join(root, programs.vite), 'example-app', '--port', String(appPort), '--strictPort', '--logLevel', 'warn', '--clearScreen', 'false'],
  {
    VITE_SIGNALING_URL: signalingUrl,
  },
)

const wait = { signal: ended.signal }
const up = await Promise.all([waitForPort(signalingPort, wait), waitForPort(appPort, wait)])

if (up.every(Boolean)) {
  console.log(`
  Example app       ${appUrl}
  Signaling server  ${signalingUrl}

Next: open the app in two browsers, or in two profiles of one (the tabs of one profile are one device).
Make a space in the first, invite somebody, and open the invitation in the second.
Ctrl-C stops both.
`)
} else if (!stopping) {
  console.error(`No answer in time from ${up[0] ? `the example app at ${appUrl}` : `the signaling server at ${signalingUrl}`}.`)
  stop(1)
}
