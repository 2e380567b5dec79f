import type { Clock } from '../../shared/ports.ts'
import type { ServerFacts } from '../network.ts'
import type { SignalingConnection } from './signalingGuard.ts'

const answerMs = 3_000
/** A restart of the server, or a change of network, is over in this time. */
const connectingMs = 2_500
/** Asking over HTTP costs a connection, and a line in the browser's console where nothing is there. */
const askAgainAfterMs = 10_000

/**
 * Finds out what is at a signaling server's address. What is connected has to answer a ping. Of what is not, a page cannot learn why, so it is asked over
 * HTTP: whatever answers that, and takes no WebSocket, is something else.
 */
export function createServerProbe(clock: Clock): (connection: SignalingConnection, sinceMs: number) => Promise<ServerFacts> {
  const answered = new WeakSet<WebSocket>()
  const askedByUrl = new Map<string, { readonly atMs: number; readonly status: Promise<ServerFacts['status']> }>()

  async function ping(connection: SignalingConnection, ws: WebSocket): Promise<number | undefined> {
    const beganMs = performance.now()
    const ms = await new Promise<number | undefined>((resolve) => {
      const onMessage = ({ data }: MessageEvent): void => {
        if (isPong(data)) end(performance.now() - beganMs)
      }
      const onClose = (): void => end(undefined)
      const end = (result: number | undefined): void => {
        clock.clear(timer)
        ws.removeEventListener('message', onMessage)
        ws.removeEventListener('close', onClose)
        resolve(result)
      }
      const timer = clock.after(answerMs, onClose)
      ws.addEventListener('message', onMessage)
      ws.addEventListener('close', onClose)
      connection.send({ type: 'ping' })
    })
    if (ms !== undefined) answered.add(ws)
    return ms
  }

  function ask(url: string): Promise<ServerFacts['status']> {
    const before = askedByUrl.get(url)
    if (before !== undefined && Math.abs(clock.now() - before.atMs) < askAgainAfterMs) return before.status
    const status = askOverHttp(url)
    askedByUrl.set(url, { atMs: clock.now(), status })
    return status
  }

  return async (connection, sinceMs) => {
    const { url, ws } = connection
    const facts = (status: ServerFacts['status'], roundTripMs?: number): ServerFacts => ({ url, status, roundTripMs, sinceMs })
    if (connection.connected && ws !== null) {
      askedByUrl.delete(url)
      const roundTripMs = await ping(connection, ws)
      if (roundTripMs !== undefined) return facts('answers', roundTripMs)
      if (connection.connected) return facts(answered.has(ws) ? 'silent' : 'foreign')
      return facts('connecting')
    }
    if (clock.now() - sinceMs < connectingMs) return facts('connecting')
    const status = await ask(url)
    return facts(connection.connected ? 'connecting' : status)
  }
}

async function askOverHttp(url: string): Promise<ServerFacts['status']> {
  try {
    await fetch(url.replace(/^ws/i, 'http'), {
      mode: 'no-cors',
      credentials: 'omit',
      cache: 'no-store',
      signal: AbortSignal.timeout(answerMs),
    })
    return 'foreign'
  } catch (error) {
    return error instanceof DOMException && error.name === 'TimeoutError' ? 'silent' : 'refused'
  }
}

function isPong(data: unknown): boolean {
  if (typeof data !== 'string' || data.length > 1_000) return false
  try {
    return (JSON.parse(data) as { readonly type?: unknown } | null)?.type === 'pong'
  } catch {
    return false
  }
}
