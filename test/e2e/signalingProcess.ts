import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { freePort, waitForPort } from '../../scripts/lib/ports.mjs'

const cli = join(import.meta.dirname, '../../dist/signaling/cli.js')

/** What a leak would fill. */
const maxHeapMegabytes = 64

/** `echo-signal` in a process of its own, from the build. */
export interface SignalingProcess {
  readonly url: string
  /** One figure of `/metrics`. */
  figure(name: string): Promise<number>
  /** Ends it at once and without a word. */
  kill(): Promise<void>
  /** Starts it again, on the same ports, if it does not run. */
  start(): Promise<void>
}

/** @param ports looked for from here on */
export async function startSignaling(ports: number, brokerUrl: string, ...args: readonly string[]): Promise<SignalingProcess> {
  const port = await freePort(ports)
  const metricsPort = await freePort(port + 1)
  let process: ChildProcess | undefined
  const isRunning = (): boolean => process !== undefined && process.exitCode === null && process.signalCode === null

  async function start(): Promise<void> {
    if (isRunning()) return
    const flags = ['--port', String(port), '--metrics-port', String(metricsPort), ...args]
    process = spawn(globalThis.process.execPath, [`--max-old-space-size=${maxHeapMegabytes}`, cli, ...flags], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...globalThis.process.env, BROKER_URL: brokerUrl },
    })
    if (!(await waitForPort(port))) throw new Error('echo-signal does not answer')
  }

  await start()
  return {
    url: `ws://localhost:${port}`,
    figure: async (name) => {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
      return Number(new RegExp(`^${name.replaceAll(/[{}]/g, String.raw`\$&`)} (\\d+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
    },
    kill: async () => {
      if (!isRunning()) return
      process!.kill('SIGKILL')
      await once(process!, 'exit')
    },
    start,
  }
}
