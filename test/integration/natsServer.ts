import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { ensureNatsServer } from '../../scripts/lib/natsServer.mjs'
import { freePort, waitForPort } from '../../scripts/lib/ports.mjs'

/** A broker in a process of its own. */
export interface NatsServer {
  readonly port: number
  readonly url: string
  /** Ends it at once; its clients see the connection break. */
  kill(): Promise<void>
  /** Starts it again on the same port, if it does not run. */
  start(): Promise<void>
  /** It takes connections and answers nothing, until it is resumed. */
  pause(): void
  resume(): void
}

/** Starts nats-server on a port of its own. @param args for its command line */
export async function startNatsServer(...args: readonly string[]): Promise<NatsServer> {
  const path = await ensureNatsServer()
  const port = await freePort(14_222)
  let process: ChildProcess | undefined
  const isRunning = (): boolean => process !== undefined && process.exitCode === null && process.signalCode === null

  async function start(): Promise<void> {
    if (isRunning()) return
    process = spawn(path, ['-a', '127.0.0.1', '-p', String(port), ...args], { stdio: 'ignore' })
    if (!(await waitForPort(port))) throw new Error('nats-server does not answer')
  }

  await start()
  return {
    port,
    url: `nats://127.0.0.1:${port}`,
    kill: async () => {
      if (!isRunning()) return
      process!.kill('SIGKILL')
      await once(process!, 'exit')
    },
    start,
    pause: () => void process?.kill('SIGSTOP'),
    resume: () => void process?.kill('SIGCONT'),
  }
}
