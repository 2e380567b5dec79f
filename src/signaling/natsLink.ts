import type * as Nats from '@nats-io/transport-node'
import { EchoError } from '../shared/echoError.ts'
import type { BrokerAddress } from './brokerAddress.ts'

const connectWithinMs = 2_000
/** The server is asked so often whether it is there, and counts as lost when it has not answered for so long. */
const askEveryMs = 2_000
const answerWithinMs = 5_000
const drainWithinMs = 2_000
/** Bytes on their way to a server that has not said that it has them; what would come on top is not sent. */
const maxBytesUnderWay = 8 * 1_024 * 1_024
const probeSubject = 'echo.signal.probe'
const silent = 'it does not answer'

/** One connection to NATS, from when it is made to when it is lost. */
export interface NatsLink {
  /** @returns false where the text was not sent. Never throws. */
  publish(subject: string, text: string): boolean
  /** What is published by this link itself does not come. Never throws. @returns the function that ends it */
  subscribe(subject: string, onText: (text: string) => void): () => void
  /** Why the link is no more. */
  readonly lost: Promise<string>
  /** Sends what is under way, for at most 2 s. */
  end(): Promise<void>
}

/** @throws EchoError `bad-config` where the package is missing. */
export async function loadNatsClient(): Promise<typeof Nats> {
  try {
    return await import('@nats-io/transport-node')
  } catch (cause) {
    throw new EchoError(
      'bad-config',
      'A broker needs the client of NATS, which is not installed here: npm install @nats-io/transport-node',
      {
        cause,
      },
    )
  }
}

/** @throws Error that says why there is no connection, or that it is of no use; no message holds credentials. */
export async function openNatsLink({ connect }: typeof Nats, { servers, isTls, credentials }: BrokerAddress): Promise<NatsLink> {
  const connection = await connect({
    servers: [...servers],
    ...credentials,
    ...(isTls ? { tls: {} } : {}),
    name: 'echo-signal',
    noEcho: true,
    // Of its own accord it would keep what is published meanwhile, and not tell which topics lost something.
    reconnect: false,
    timeout: connectWithinMs,
  })
  const watch = watchAnswers(connection)
  try {
    await assertPermitted(connection)
  } catch (error) {
    watch.end()
    await connection.close()
    throw watch.isSilent() ? new Error(silent) : error
  }
  let bytesUnderWay = 0
  let isAsking = false

  /** The server's answer to a flush says that it has all that was sent before. */
  async function askWhatArrived(): Promise<void> {
    if (isAsking) return
    isAsking = true
    try {
      while (bytesUnderWay > 0) {
        const asked = bytesUnderWay
        await connection.flush()
        bytesUnderWay -= asked
      }
    } catch {
      // The connection is lost; `lost` says so.
    }
    isAsking = false
  }

  return {
    publish: (subject, text) => {
      if (bytesUnderWay + text.length > maxBytesUnderWay) return false
      try {
        connection.publish(subject, text)
      } catch {
        // Closed a moment ago, or longer than the server takes.
        return false
      }
      bytesUnderWay += text.length
      void askWhatArrived()
      return true
    },
    subscribe: (subject, onText) => {
      try {
        const subscription = connection.subscribe(subject, {
          callback: (error, message) => {
            if (error === null) onText(message.string())
          },
        })
        return () => subscription.unsubscribe()
      } catch {
        // Closed a moment ago; `lost` is about to say so.
        return () => undefined
      }
    },
    lost: connection.closed().then((reason) => {
      watch.end()
      if (watch.isSilent()) return silent
      return reason instanceof Error ? reason.message : 'the connection ended'
    }),
    end: async () => {
      const late = new Promise((resolve) => setTimeout(resolve, drainWithinMs).unref())
      await Promise.race([connection.drain().catch(() => undefined), late])
      await connection.close()
    },
  }
}

/** Closes the connection where no answer comes; the client's own pings cannot while its socket is full, for it waits for what it wrote last. */
function watchAnswers(connection: Nats.NatsConnection): { isSilent(): boolean; end(): void } {
  let isSilent = false
  let late: NodeJS.Timeout | undefined
  const asking = setInterval(() => {
    if (late !== undefined) return
    late = setTimeout(() => {
      isSilent = true
      void connection.close()
    }, answerWithinMs)
    const settle = (): void => {
      clearTimeout(late)
      late = undefined
    }
    connection.flush().then(settle, settle)
  }, askEveryMs)
  return {
    isSilent: () => isSilent,
    end: () => {
      clearInterval(asking)
      clearTimeout(late)
    },
  }
}

/** NATS tells of forbidden subjects only when one is used. */
async function assertPermitted(connection: Nats.NatsConnection): Promise<void> {
  let refusal: Error | undefined
  void (async () => {
    for await (const status of connection.status()) if (status.type === 'error') refusal ??= status.error
  })()
  const probe = connection.subscribe(probeSubject, { callback: () => undefined })
  connection.publish(probeSubject, '')
  // A flush is not answered any more once the connection is closed.
  await Promise.race([connection.flush(), connection.closed().then((reason) => (refusal ??= reason || new Error('the connection ended')))])
  // An error that came before the answer is told a moment after it.
  await new Promise((resolve) => setImmediate(resolve))
  if (refusal !== undefined) throw refusal
  probe.unsubscribe()
}
