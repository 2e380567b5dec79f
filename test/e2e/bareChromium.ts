import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import WebSocket from 'ws'
import { chromiumArgs, ensureChromium } from '../../scripts/lib/chromium.mjs'

export interface BareVisit {
  /** The profile, which no other browser has open. */
  readonly folder: string
  readonly url: string
  /** How many times slower than it is the processor works for the page. */
  readonly slowdown: number
  /** Runs in the page before anything of its own. */
  readonly before: () => void
  /** Names a promise of the page, whose value is what comes of the visit. */
  readonly result: string
}

/** Of the DevTools protocol. */
interface Reply {
  readonly id?: number
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: unknown
}

/**
 * Visits a page with a Chromium that is as it is for a user: nothing is attached but the brake. Playwright has every request and worker reported with the
 * stack that made it, for which the scripts are parsed again: a start takes a third longer with it.
 */
export async function visitBare<T>({ folder, url, slowdown, before, result }: BareVisit): Promise<T> {
  const portFile = join(folder, 'DevToolsActivePort')
  await rm(portFile, { force: true })
  const args = [...chromiumArgs(), '--headless=new', '--remote-debugging-port=0', `--user-data-dir=${folder}`, 'about:blank']
  const browser = spawn(await ensureChromium(), args, { stdio: 'ignore' })
  const exit = once(browser, 'exit')
  try {
    const [port, path] = await linesOf(portFile)
    // What a browser does of itself at its start is not the page's.
    await setTimeout(2_000)
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`)
    await once(socket, 'open')
    const call = createCaller(socket)
    const { targetInfos } = (await call('Target.getTargets')) as {
      readonly targetInfos: readonly { readonly targetId: string; readonly type: string }[]
    }
    const targetId = targetInfos.find(({ type }) => type === 'page')!.targetId
    const { sessionId } = (await call('Target.attachToTarget', { targetId, flatten: true })) as { readonly sessionId: string }
    await call('Page.enable', {}, sessionId)
    await call('Page.addScriptToEvaluateOnNewDocument', { source: `(${before.toString()})()` }, sessionId)
    await call('Emulation.setCPUThrottlingRate', { rate: slowdown }, sessionId)
    await call('Page.navigate', { url }, sessionId)
    const answer = await call('Runtime.evaluate', { expression: result, awaitPromise: true, returnByValue: true }, sessionId)
    await call('Browser.close')
    return (answer['result'] as { readonly value: T }).value
  } finally {
    const patience = new AbortController()
    void setTimeout(10_000, undefined, { signal: patience.signal }).then(
      () => browser.kill('SIGKILL'),
      () => undefined,
    )
    await exit
    patience.abort()
  }
}

/** What the browser says of itself once it listens. */
async function linesOf(file: string): Promise<readonly string[]> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n')
    if (lines.length > 1) return lines
    await setTimeout(100)
  }
  throw new Error('Chromium did not say where it listens within half a minute.')
}

function createCaller(socket: WebSocket) {
  const waiting = new Map<number, (reply: Reply) => void>()
  let lastId = 0
  socket.on('message', (data) => {
    const reply = JSON.parse(String(data)) as Reply
    waiting.get(reply.id ?? -1)?.(reply)
    waiting.delete(reply.id ?? -1)
  })
  return async (method: string, params: object = {}, sessionId?: string): Promise<Readonly<Record<string, unknown>>> => {
    const id = ++lastId
    const reply = await new Promise<Reply>((resolve) => {
      waiting.set(id, resolve)
      socket.send(JSON.stringify({ id, method, params, sessionId }))
    })
    if (reply.result === undefined || 'exceptionDetails' in reply.result) throw new Error(`${method}: ${JSON.stringify(reply)}`)
    return reply.result
  }
}
