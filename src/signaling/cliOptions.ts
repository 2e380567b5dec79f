import { parseArgs } from 'node:util'
import { fail, ok, type Result } from '../shared/result.ts'

/** What the command line asks for. */
export type CliOptions = { readonly action: 'help' } | { readonly action: 'serve'; readonly port: number; readonly host: string }

export const usage = `Usage: echo-signal [--port 4444] [--host 127.0.0.1]

Introduces peers to each other; it keeps nothing and can read nothing.
  --port  port to listen on (default: the PORT variable, else 4444)
  --host  address to listen on; 0.0.0.0 lets other machines in (default: 127.0.0.1)
  --help  this text
`

/** Reads arguments and environment. @returns the fault in words where they make no sense. Never throws. */
export function parseCliOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Result<CliOptions, string> {
  let values: { port?: string; host?: string; help?: boolean }
  try {
    const options = { port: { type: 'string' }, host: { type: 'string' }, help: { type: 'boolean' } } as const
    ;({ values } = parseArgs({ args: [...args], options }))
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
  if (values.help === true) return ok({ action: 'help' })
  const text = values.port ?? environment['PORT'] ?? '4444'
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) return fail(`${text} is no port: give a number from 0 to 65535.`)
  return ok({ action: 'serve', port, host: values.host ?? '127.0.0.1' })
}
