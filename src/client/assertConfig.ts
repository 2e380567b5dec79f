import { EchoError } from '../shared/echoError.ts'
import type { EchoConfig } from './echo.ts'

/** @throws EchoError bad-config */
export function assertConfig({ app, types = [], signaling = [] }: EchoConfig): void {
  if (typeof app !== 'string' || !/^[\w.-]{1,64}$/.test(app)) {
    throw new EchoError(
      'bad-config',
      `${JSON.stringify(app)} cannot name an app. Use 1 to 64 letters, digits, "-", "_" or ".": it names the database and stands in invitations.`,
    )
  }
  if (!Array.isArray(types) || types.some((type) => type?.kind !== 'item-type')) {
    throw new EchoError('bad-config', 'types must be a list of what defineType returned: createEcho({ app, types: [Task] }).')
  }
  if (!Array.isArray(signaling)) {
    throw new EchoError('bad-config', "signaling must be a list of addresses: createEcho({ app, signaling: ['wss://signal.example'] }).")
  }
  for (const address of signaling) {
    if (!/^wss?:\/\//.test(address)) {
      throw new EchoError('bad-config', `"${address}" is no address of a signaling server. It must begin with ws:// or wss://.`)
    }
  }
}
