import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import { EchoError } from '../shared/echoError.ts'
import { createTokenBucket, type TokenBucket } from '../shared/tokenBucket.ts'
import { encodePublication, parseClientMessage } from './clientMessage.ts'
import { defaultLimits, type SignalingLimits } from './limits.ts'
import { createTopicTable } from './topicTable.ts'

export interface SignalingServerOptions {
  /** 0 takes any free port. Default: 4444. */
  readonly port?: number
  /** The address to listen on; `0.0.0.0` lets other machines in. Default: `127.0.0.1`. */
  readonly host?: string
  readonly limits?: Partial<SignalingLimits>
}

export interface SignalingStats {
  readonly connections: number
  readonly topics: number
  /** Messages taken from clients, sent to clients, and dropped as junk, over a limit or for a slow receiver. */
  readonly received: number
  readonly sent: number
  readonly dropped: number
}

export interface SignalingServer {
  /** The address for {@link createEcho}'s `signaling`. */
  readonly url: string
  readonly port: number
  stats(): SignalingStats
  /** Disconnects everyone and frees the port. Idempotent. */
  close(): Promise<void>
}

interface Client {
  readonly socket: WebSocket
  readonly messages: TokenBucket
  readonly bytes: TokenBucket
  droppedCount: number
  isAlive: boolean
}

/**
 * Starts a server that introduces peers to each other in y-webrtc's protocol. It keeps nothing, reads nothing (peers seal what they say) and
 * survives whatever it is sent. `GET /health` answers with JSON: status, connections, topics.
 * @throws EchoError `bad-config` where the port is taken or may not be used.
 * @example
 * const server = await createSignalingServer({ port: 4444 })
 * console.log(server.url)
 * await server.close()
 */
export async function createSignalingServer({
  port = 4_444,
  host = '127.0.0.1',
  limits,
}: SignalingServerOptions = {}): Promise<SignalingServer> {
  const bounds: SignalingLimits = { ...defaultLimits, ...limits }
  const topics = createTopicTable<Client>(bounds)
  const clients = new Set<Client>()
  const counts = { received: 0, sent: 0, dropped: 0 }
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: bounds.maxMessageBytes,
    perMessageDeflate: false,
    clientTracking: false,
  })
  const http = createServer((request, response) => {
    const isHealth = request.method === 'GET' && request.url === '/health'
    response.writeHead(isHealth ? 200 : 404, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(
      JSON.stringify(isHealth ? { status: 'ok', connections: clients.size, topics: topics.topicCount() } : { status: 'not found' }),
    )
  })

  http.on('upgrade', (request, socket, head) => {
    // A socket that breaks during the greeting only concerns its owner.
    socket.on('error', () => socket.destroy())
    if (clients.size >= bounds.maxConnections) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, welcome)
  })

  function welcome(socket: WebSocket): void {
    const now = (): number => performance.now()
    const client: Client = {
      socket,
      messages: createTokenBucket(bounds.messagesPerSecond, bounds.messageBurst, now),
      bytes: createTokenBucket(bounds.bytesPerSecond, bounds.byteBurst, now),
      droppedCount: 0,
      isAlive: true,
    }
    clients.add(client)
    socket.on('pong', () => {
      client.isAlive = true
    })
    // A frame that breaks the protocol ends in an error event and then in close, where the client is forgotten.
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      clients.delete(client)
      topics.remove(client)
    })
    socket.on('message', (data, isBinary) => {
      client.isAlive = true
      const text = isBinary ? undefined : data.toString()
      if (text === undefined || !isWithinBudget(client, text.length) || !handle(client, text)) drop(client)
    })
  }

  function isWithinBudget(client: Client, size: number): boolean {
    return client.messages.take(1) && client.bytes.take(size)
  }

  function drop(client: Client): void {
    counts.dropped++
    client.droppedCount++
    // Honest clients come nowhere near; whoever floods on pays with the connection.
    if (client.droppedCount > bounds.messageBurst) client.socket.close(1_008, 'too many messages')
  }

  function handle(client: Client, text: string): boolean {
    const message = parseClientMessage(text)
    if (message === undefined) return false
    counts.received++
    switch (message.type) {
      case 'ping':
        send(client, '{"type":"pong"}')
        return true
      case 'subscribe':
        for (const topic of message.topics) topics.subscribe(client, topic)
        return true
      case 'unsubscribe':
        for (const topic of message.topics) topics.unsubscribe(client, topic)
        return true
      case 'publish':
        return publish(message.topic, message.data)
    }
  }

  function publish(topic: string, data: unknown): boolean {
    const subscribers = topics.subscribersOf(topic)
    if (subscribers.size === 0) return true
    const publication = encodePublication(topic, data, subscribers.size)
    if (publication === undefined) return false
    for (const subscriber of subscribers) send(subscriber, publication)
    return true
  }

  function send({ socket }: Client, text: string): void {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > bounds.maxBufferedBytes) {
      counts.dropped++
      return
    }
    counts.sent++
    socket.send(text)
  }

  const heartbeat = setInterval(() => {
    for (const client of clients) {
      if (!client.isAlive) client.socket.terminate()
      else {
        client.isAlive = false
        client.socket.ping()
      }
    }
  }, bounds.heartbeatMs)

  try {
    await listen(http, port, host)
  } catch (error) {
    clearInterval(heartbeat)
    throw error
  }
  const actualPort = (http.address() as AddressInfo).port
  let closed: Promise<void> | undefined
  return {
    url: `ws://${describeHost(host)}:${actualPort}`,
    port: actualPort,
    stats: () => ({ connections: clients.size, topics: topics.topicCount(), ...counts }),
    close: () => {
      closed ??= new Promise((resolve) => {
        clearInterval(heartbeat)
        for (const { socket } of clients) socket.terminate()
        http.close(() => resolve())
        http.closeAllConnections()
      })
      return closed
    },
  }
}

function describeHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

function listen(http: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', (cause: NodeJS.ErrnoException) => {
      reject(new EchoError('bad-config', describeListenFault(cause.code, port, host), { cause, details: { port, host } }))
    })
    http.listen(port, host, () => {
      http.removeAllListeners('error')
      // A connection that cannot be accepted, for want of file handles say, must not end the server.
      http.on('error', () => undefined)
      resolve()
    })
  })
}

function describeListenFault(code: string | undefined, port: number, host: string): string {
  if (code === 'EADDRINUSE') return `Port ${port} on ${host} is taken by another program: stop that one, or choose another port.`
  if (code === 'EACCES') return `Port ${port} may not be used without special rights: choose one above 1023.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${host} is no address of this machine: use 127.0.0.1, or 0.0.0.0 to let others in.`
  return `The signaling server cannot listen on ${host}:${port} (${code ?? 'unknown reason'}).`
}
