#!/usr/bin/env node
import process from 'node:process'
import { parseCliOptions, usage } from './cliOptions.ts'
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
  const { port, host } = options.value
  const server = await createSignalingServer({ port, host })
  process.stdout.write(`Signaling server listening on ${server.url}\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close())
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
