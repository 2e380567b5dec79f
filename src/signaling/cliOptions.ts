import { parseArgs } from 'node:util'
import { EchoError } from '../shared/echoError.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import { parseBrokerAddress } from './brokerAddress.ts'
import type { SignalingServerOptions } from './signalingServer.ts'

/** What the command line asks for. */
export type CliOptions =
  | { readonly action: 'help' }
  | { readonly action: 'serve'; readonly server: Omit<SignalingServerOptions, 'broker'>; readonly brokerUrl: string | undefined }

export const usage = `Usage: echo-signal [options]

Introduces peers to each other; it keeps nothing and can read nothing.
  --port 4444             port to listen on (default: the PORT variable, else 4444)
  --host 127.0.0.1        address to listen on; 0.0.0.0 lets other machines in
  --origin URL            pages of this origin only, such as https://app.example; may be given several times (default: all)
  --max-connections 5000  connections in all
  --max-topics 100000     topics in all
  --broker URL            shares topics with other instances through NATS, such as nats://host:4222 (default: the BROKER_URL variable)
  --metrics-port 9464     answers GET /metrics for Prometheus on a port of its own (default: nowhere)
  --metrics-host 127.0.0.1
  --help                  this text
`

const flags = {
  port: { type: 'string' },
  host: { type: 'string', default: '127.0.0.1' },
  origin: { type: 'string', multiple: true },
  'max-connections': { type: 'string' },
  'max-topics': { type: 'string' },
  broker: { type: 'string' },
  'metrics-port': { type: 'string' },
  'metrics-host': { type: 'string', default: '127.0.0.1' },
  help: { type: 'boolean', default: false },
} as const

/** Reads arguments and environment. @returns the fault in words where they make no sense; they hold no credentials. Never throws. */
export function parseCliOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Result<CliOptions, string> {
  try {
    const { values } = parseArgs({ args: [...args], options: flags })
    if (values.help) return ok({ action: 'help' })
    const brokerUrl = values.broker ?? (environment['BROKER_URL'] || undefined)
    if (brokerUrl !== undefined) parseBrokerAddress(brokerUrl)
    const maxConnections = readCount('max-connections', values['max-connections'])
    const maxTopics = readCount('max-topics', values['max-topics'])
    const metricsPort = readPort('metrics-port', values['metrics-port'])
    return ok({
      action: 'serve',
      server: {
        port: readPort('port', values.port ?? environment['PORT']) ?? 4_444,
        host: values.host,
        limits: { ...(maxConnections === undefined ? {} : { maxConnections }), ...(maxTopics === undefined ? {} : { maxTopics }) },
        ...(values.origin === undefined ? {} : { origins: values.origin.map(readOrigin) }),
        ...(metricsPort === undefined ? {} : { metrics: { port: metricsPort, host: values['metrics-host'] } }),
      },
      brokerUrl,
    })
  } catch (error) {
    // A broker's address in the wrong place is repeated in the message.
    return fail((error instanceof Error ? error.message : String(error)).replace(/\/\/\S*@/g, '//…@'))
  }
}

function readPort(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d+$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new EchoError('bad-config', `--${flag}: ${text} is no port; give a number from 0 to 65535.`)
}

function readCount(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text)
  throw new EchoError('bad-config', `--${flag}: ${text} is no number from 1 to 999999999.`)
}

/** As browsers write it in the header, so that a slash at the end or a port that goes without saying make no difference. */
function readOrigin(text: string): string {
  const url = /^https?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '') return url.origin
  throw new EchoError('bad-config', `--origin: ${text} is no origin; write https://app.example, without a path.`)
}
