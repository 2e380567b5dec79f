import { EchoError } from '../shared/echoError.ts'

/** Where NATS servers are, and what they ask for. */
export interface BrokerAddress {
  /** `host:port` each; all belong to one cluster. */
  readonly servers: readonly string[]
  readonly isTls: boolean
  readonly credentials: { readonly user: string; readonly pass: string } | { readonly token: string } | undefined
}

/**
 * Reads `nats://host:4222` or `tls://host:4222`, with commas between several; `user:password@` or `token@` before the first host.
 * @throws EchoError `bad-config`, without what was given: it may hold a password
 */
export function parseBrokerAddress(text: string): BrokerAddress {
  try {
    const urls = text.split(',').map((part) => new URL(part.trim()))
    const [first] = urls
    if (first !== undefined && urls.every((url) => url.protocol === first.protocol && isServer(url)))
      return {
        servers: urls.map(({ hostname, port }) => `${hostname}:${port || '4222'}`),
        isTls: first.protocol === 'tls:',
        credentials: credentialsOf(first),
      }
  } catch {
    // No URL, or a stray % in the credentials.
  }
  throw new EchoError(
    'bad-config',
    'The address of the broker makes no sense: write nats://host:4222 or tls://host:4222, with commas between several, and user:password@ before the first host where it asks for them (special characters as %40 and so on).',
  )
}

function isServer({ protocol, hostname, pathname, search, hash }: URL): boolean {
  return /^(nats|tls):$/.test(protocol) && hostname !== '' && /^\/?$/.test(pathname) && search === '' && hash === ''
}

function credentialsOf({ username, password }: URL): BrokerAddress['credentials'] {
  if (username === '') return undefined
  if (password === '') return { token: decodeURIComponent(username) }
  return { user: decodeURIComponent(username), pass: decodeURIComponent(password) }
}
