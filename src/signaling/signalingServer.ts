import type { IncomingMessage, RequestListener } from 'node:http'
import { WebSocketServer, type WebSocket } from 'ws'
import { createTokenBucket, type TokenBucket } from '../shared/tokenBucket.ts'
import { createLocalBroker, type SignalingBroker } from './broker.ts'
import { encodeData, encodePublication, parseClientMessage } from './clientMessage.ts'
import { defaultLimits, type SignalingLimits } from './limits.ts'
import { closeServer, describeAddress, listen, portOf, type ListenAddress } from './listen.ts'
import { encodeMetrics } from './metrics.ts'
import type { DropReason, RefusalReason, SignalingStats } from './stats.ts'
import { createTopicTable } from './topicTable.ts'

export interface SignalingServerOptions {
  /** 0 takes any free port. Default: 4444. */
  readonly port?: number
  /** The address to listen on; `0.0.0.0` lets other machines in. Default: `127.0.0.1`. */
  readonly host?: string
  readonly limits?: Partial<SignalingLimits>
  /** What it shares its topics with other instances through; stays open when the server closes. Default: there are no other instances. */
  readonly broker?: SignalingBroker
  /** Pages that may connect, such as `https://app.example`; programs that are no browsers can say they are any. Default: all. */
  readonly origins?: readonly string[]
  /** Where `GET /metrics` answers with figures for Prometheus; apart from the clients' port, for it is for operators. Default: nowhere. */
  readonly metrics?: ListenAddress
}

export interface SignalingServer {
  /** The address for {@link createEcho}'s `signaling`. */
  readonly url: string
  readonly port: number
  /** Where the figures are, if they are anywhere. */
  readonly metricsUrl: string | undefined
  stats(): SignalingStats
  /** Disconnects everyone and frees its ports. Idempotent. */
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
 * survives whatever it is sent. `GET /health` answers with JSON: status, connections, topics, broker.
 * @throws EchoError `bad-config` where a port is taken or may not be used.
 * @example
 * const server = await createSignalingServer({ port: 4444 })
 * console.log(server.url)
 * await server.close()
 */
export async function createSignalingServer({
  port = 4_444,
  host = '127.0.0.1',
  limits,
  broker = createLocalBroker(),
  origins,
  metrics,
}: SignalingServerOptions = {}): Promise<SignalingServer> {
  const bounds: SignalingLimits = { ...defaultLimits, ...limits }
  const topics = createTopicTable<Client>(bounds, (topic) => broker.subscribe(topic, (text) => deliver(topic, text)))
  const clients = new Set<Client>()
  const counts = { received: 0, sent: 0 }
  const dropped: Record<DropReason, number> = { junk: 0, rate: 0, slow: 0, topic: 0, broker: 0, 'broker-junk': 0 }
  const refused: Record<RefusalReason, number> = { full: 0, origin: 0 }
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: bounds.maxMessageBytes,
    perMessageDeflate: false,
    clientTracking: false,
  })

  function stats(): SignalingStats {
    return {
      connections: clients.size,
      topics: topics.topicCount(),
      ...counts,
      dropped: { ...dropped },
      refused: { ...refused },
      broker: broker.status().state,
    }
  }

  const answerClients = answerAt('/health', 'application/json', () => {
    const { connections, topics: topicCount, broker: state } = stats()
    return JSON.stringify({ status: 'ok', connections, topics: topicCount, broker: state })
  })
  const answerOperators = answerAt('/metrics', 'text/plain; version=0.0.4', () => encodeMetrics(stats()))

  function refusalOf(request: IncomingMessage): RefusalReason | undefined {
    if (origins !== undefined && !origins.includes(request.headers.origin ?? '')) return 'origin'
    return clients.size >= bounds.maxConnections ? 'full' : undefined
  }

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
      // Who was told to go is listened to no more, though it may take half a minute to go.
      if (socket.readyState !== socket.OPEN) return
      client.isAlive = true
      const reason = isBinary ? 'junk' : handle(client, data.toString())
      if (reason !== undefined) drop(client, reason)
    })
  }

  function drop(client: Client, reason: DropReason): void {
    dropped[reason]++
    client.droppedCount++
    // Honest clients come nowhere near; whoever floods on pays with the connection.
    if (client.droppedCount > bounds.messageBurst) client.socket.close(1_008, 'too many messages')
  }

  /** @returns why the message was dropped, if it was the client's fault */
  function handle(client: Client, text: string): DropReason | undefined {
    if (!client.messages.take(1) || !client.bytes.take(Buffer.byteLength(text))) return 'rate'
    const message = parseClientMessage(text)
    if (message === undefined) return 'junk'
    // Short names by the thousand would else cost the broker many times the client's bytes.
    if ('topics' in message && !client.messages.take(Math.max(0, message.topics.length - 1))) return 'rate'
    counts.received++
    switch (message.type) {
      case 'ping':
        send(client, '{"type":"pong"}')
        return undefined
      case 'subscribe':
        for (const topic of message.topics) if (!topics.subscribe(client, topic)) dropped.topic++
        return undefined
      case 'unsubscribe':
        for (const topic of message.topics) topics.unsubscribe(client, topic)
        return undefined
      case 'publish':
        return publish(message.topic, message.data)
    }
  }

  function publish(topic: string, data: unknown): DropReason | undefined {
    const text = encodeData(data)
    if (text === undefined) return 'junk'
    if (!broker.publish(topic, text)) dropped.broker++
    return undefined
  }

  function deliver(topic: string, text: string): void {
    const subscribers = topics.subscribersOf(topic)
    const publication = text.length > bounds.maxMessageBytes ? undefined : encodePublication(topic, text, subscribers.size)
    if (publication === undefined) dropped['broker-junk']++
    else for (const subscriber of subscribers) send(subscriber, publication)
  }

  function send({ socket }: Client, text: string): void {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > bounds.maxBufferedBytes) {
      dropped.slow++
      return
    }
    counts.sent++
    socket.send(text)
  }

  const metricsHttp = metrics && (await listen(answerOperators, metrics))
  const http = await listen(answerClients, { port, host }).catch(async (error: unknown) => {
    if (metricsHttp) await closeServer(metricsHttp)
    throw error
  })
  http.on('upgrade', (request, socket, head) => {
    // A socket that breaks during the greeting only concerns its owner.
    socket.on('error', () => socket.destroy())
    const refusal = refusalOf(request)
    if (refusal === undefined) {
      sockets.handleUpgrade(request, socket, head, welcome)
      return
    }
    refused[refusal]++
    const status = refusal === 'origin' ? '403 Forbidden' : '503 Service Unavailable'
    // Whoever does not hang up in turn would else hold the socket, which no limit counts, and keep the server from closing.
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`, () => socket.destroy())
  })
  let wasLost = broker.status().state === 'lost'
  const unwatchBroker = broker.onChange(() => {
    const isLost = broker.status().state === 'lost'
    // What peers of different instances announced meanwhile did not arrive, and they announce themselves again only when they connect.
    if (wasLost && !isLost) for (const client of clients) if (topics.has(client)) client.socket.close(1_012, 'announce yourself again')
    wasLost = isLost
  })

  const heartbeat = setInterval(() => {
    for (const client of clients) {
      if (!client.isAlive) client.socket.terminate()
      else {
        client.isAlive = false
        client.socket.ping()
      }
    }
  }, bounds.heartbeatMs)

  async function shutDown(): Promise<void> {
    clearInterval(heartbeat)
    unwatchBroker()
    for (const { socket } of clients) socket.terminate()
    await Promise.all([closeServer(http), metricsHttp && closeServer(metricsHttp)])
  }

  let closed: Promise<void> | undefined
  return {
    url: `ws://${describeAddress(http, host)}`,
    port: portOf(http),
    metricsUrl: metrics && metricsHttp && `http://${describeAddress(metricsHttp, metrics.host)}/metrics`,
    stats,
    close: () => (closed ??= shutDown()),
  }
}

/** Answers a GET of one path, and nothing else. */
function answerAt(path: string, contentType: string, write: () => string): RequestListener {
  return ({ method, url }, response) => {
    const isKnown = method === 'GET' && url === path
    response.writeHead(isKnown ? 200 : 404, { 'content-type': isKnown ? contentType : 'application/json', 'cache-control': 'no-store' })
    response.end(isKnown ? write() : '{"status":"not found"}')
  }
}
