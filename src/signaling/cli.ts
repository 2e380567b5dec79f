#!/usr/bin/env node
import process from 'node:process'
import type { SignalingBroker } from './broker.ts'
import { parseCliOptions, usage } from './cliOptions.ts'
import { createNatsBroker } from './natsBroker.ts'
import { createSignalingServer } from './signalingServer.ts'

async function main(): Promise<void> {
  const options = parseCliOptions(process.argv.slice(2), process.env)
  if (!options.ok) {
    process.stderr.write(`${options.error}\n${usage}`)
    process.exitCode = 2
    return
  }
  if (options.value.action === 'help') {
    process.stdout.write(usage)
    return
  }
  const { brokerUrl, server: serverOptions } = options.value
  const broker = brokerUrl === undefined ? undefined : await createNatsBroker(brokerUrl)
  try {
    const server = await createSignalingServer({ ...serverOptions, ...(broker && { broker }) })
    process.stdout.write(`Signaling server listening on ${server.url}\n`)
    if (server.metricsUrl !== undefined) process.stdout.write(`Figures for Prometheus on ${server.metricsUrl}\n`)
    if (broker) reportBroker(broker)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close().then(broker?.close))
  } catch (error) {
    await broker?.close()
    throw error
  }
}

function reportBroker(broker: SignalingBroker): void {
  const report = (): void => {
    const status = broker.status()
    if (status.state === 'lost')
      process.stderr.write(`Broker lost (${status.reason}); peers of this instance find each other only, until it is back\n`)
    else process.stdout.write('Broker connected; topics are shared with the other instances\n')
  }
  report()
  broker.onChange(report)
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
