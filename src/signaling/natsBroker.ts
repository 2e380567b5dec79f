import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { createLocalBroker, type BrokerStatus, type SignalingBroker } from './broker.ts'
import { parseBrokerAddress } from './brokerAddress.ts'
import { loadNatsClient, openNatsLink, type NatsLink } from './natsLink.ts'

const retryMs = 500

interface RemoteTopic {
  userCount: number
  leave: () => void
}

/**
 * A broker that shares topics with other instances through NATS (https://nats.io); asks for the package `@nats-io/transport-node`. Waits for
 * the first try to connect. Where that fails, or the connection is lost later, it goes on trying, and its own servers share their topics
 * meanwhile. In NATS it is subscribed to just those topics that its servers have subscribers of, each under the hash of its name.
 * @param url `nats://host:4222` or `tls://host:4222`, with commas between several; `user:password@` or `token@` before the first host.
 * @throws EchoError `bad-config` where the package is missing or the address is none; no message holds the address.
 * @example
 * const broker = await createNatsBroker('nats://localhost:4222')
 * const server = await createSignalingServer({ port: 4444, broker })
 * await server.close()
 * await broker.close()
 */
export async function createNatsBroker(url: string): Promise<SignalingBroker> {
  const address = parseBrokerAddress(url)
  const client = await loadNatsClient()
  const local = createLocalBroker()
  const topics = new Map<string, RemoteTopic>()
  const listeners = new Set<() => void>()
  let status: BrokerStatus = { state: 'lost', reason: 'not connected yet' }
  let link: NatsLink | undefined
  const closing = new AbortController()

  function setStatus(next: BrokerStatus): void {
    const isNews = JSON.stringify(next) !== JSON.stringify(status)
    status = next
    if (isNews) for (const listener of listeners) listener()
  }

  function join(topic: string): () => void {
    return link?.subscribe(subjectOf(topic), (text) => local.publish(topic, text)) ?? (() => undefined)
  }

  /** @returns why there is no connection any more */
  async function connectOnce(onTried: () => void): Promise<string> {
    try {
      link = await openNatsLink(client, address)
    } catch (error) {
      return error instanceof Error ? error.message : 'unknown reason'
    }
    if (closing.signal.aborted) await link.end()
    for (const [topic, remote] of topics) remote.leave = join(topic)
    setStatus({ state: 'connected' })
    onTried()
    const reason = await link.lost
    link = undefined
    return reason
  }

  async function keepConnected(onTried: () => void): Promise<void> {
    while (!closing.signal.aborted) {
      const reason = await connectOnce(onTried)
      if (closing.signal.aborted) break
      setStatus({ state: 'lost', reason })
      onTried()
      // Instances that lost the broker at the same moment come back one by one.
      await pause(retryMs * (1 + Math.random()), undefined, { signal: closing.signal }).catch(() => undefined)
    }
  }

  let running: Promise<void> | undefined
  await new Promise<void>((resolve) => {
    running = keepConnected(resolve)
  })

  return {
    publish: (topic, text) => {
      local.publish(topic, text)
      return link?.publish(subjectOf(topic), text) ?? false
    },
    subscribe: (topic, onText) => {
      const end = local.subscribe(topic, onText)
      const remote = topics.get(topic) ?? { userCount: 0, leave: join(topic) }
      topics.set(topic, remote)
      remote.userCount++
      return () => {
        end()
        if (--remote.userCount > 0) return
        topics.delete(topic)
        remote.leave()
      }
    },
    status: () => status,
    onChange: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: async () => {
      closing.abort()
      await link?.end()
      await running
    },
  }
}

/** Names come from anyone and may hold what NATS gives a meaning: dots, stars, spaces. */
function subjectOf(topic: string): string {
  return `echo.signal.${createHash('sha256').update(topic).digest('base64url')}`
}
