import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'

/** A signaling server in the hands of an attacker, who connects to `attackerUrl`, reads everything and can speak to each client by number. */
export interface HostileSignaling {
  readonly url: string
  readonly attackerUrl: string
  /** Passes on what clients say, as an honest server does; otherwise they hear the attacker alone. Begins honest. */
  setHonest(honest: boolean): void
  close(): Promise<void>
}

/** What the attacker is told of a client's word; the same shape, sent by the attacker, reaches that client. */
export interface Wiretap {
  readonly client: number
  readonly topic: string
  readonly data: string
}

export async function createHostileSignaling(): Promise<HostileSignaling> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  const clients = new Map<number, { readonly socket: WebSocket; readonly topics: Set<string> }>()
  const attackers = new Set<WebSocket>()
  let isHonest = true
  let count = 0

  server.on('connection', (socket, { url }) => {
    if (url === '/attacker') {
      attackers.add(socket)
      socket.on('message', (text) => {
        const { client, topic, data } = JSON.parse(String(text)) as Wiretap
        clients.get(client)?.socket.send(JSON.stringify({ type: 'publish', topic, data }))
      })
      return
    }
    const own = count++
    const topics = new Set<string>()
    clients.set(own, { socket, topics })
    socket.on('close', () => clients.delete(own))
    socket.on('message', (text) => {
      const message = JSON.parse(String(text)) as { type: string; topics?: string[]; topic: string; data: string }
      if (message.type === 'ping') socket.send('{"type":"pong"}')
      for (const topic of message.topics ?? []) {
        if (message.type === 'subscribe') topics.add(topic)
        else topics.delete(topic)
      }
      if (message.type !== 'publish') return
      const { topic, data } = message
      for (const attacker of attackers) attacker.send(JSON.stringify({ client: own, topic, data } satisfies Wiretap))
      if (!isHonest) return
      for (const other of clients.values()) if (other.topics.has(topic)) other.socket.send(JSON.stringify({ type: 'publish', topic, data }))
    })
  })
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    attackerUrl: `${url}/attacker`,
    setHonest(honest) {
      isHonest = honest
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of server.clients) socket.terminate()
        server.close(() => resolve())
      }),
  }
}
