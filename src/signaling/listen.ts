import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EchoError } from '../shared/echoError.ts'

/** Where a server listens: port 0 takes any free one, host `0.0.0.0` lets other machines in. */
export interface ListenAddress {
  readonly port: number
  readonly host: string
}

/** @throws EchoError `bad-config` where the port is taken or may not be used. */
export function listen(answer: RequestListener, { port, host }: ListenAddress): Promise<Server> {
  const http = createServer(answer)
  return new Promise((resolve, reject) => {
    http.once('error', (cause: NodeJS.ErrnoException) => {
      reject(new EchoError('bad-config', describeListenFault(cause.code, port, host), { cause, details: { port, host } }))
    })
    http.listen(port, host, () => {
      http.removeAllListeners('error')
      // A connection that cannot be accepted, for want of file handles say, must not end the server.
      http.on('error', () => undefined)
      resolve(http)
    })
  })
}

/** Frees the port at once; whoever is connected is cut off. */
export function closeServer(http: Server): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => resolve())
    http.closeAllConnections()
  })
}

export const portOf = (http: Server): number => (http.address() as AddressInfo).port

/** How other programs on this machine reach the server, without the scheme. */
export function describeAddress(http: Server, host: string): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return `${name.includes(':') ? `[${name}]` : name}:${portOf(http)}`
}

function describeListenFault(code: string | undefined, port: number, host: string): string {
  if (code === 'EADDRINUSE') return `Port ${port} on ${host} is taken by another program: stop that one, or choose another port.`
  if (code === 'EACCES') return `Port ${port} may not be used without special rights: choose one above 1023.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${host} is no address of this machine: use 127.0.0.1, or 0.0.0.0 to let others in.`
  return `The signaling server cannot listen on ${host}:${port} (${code ?? 'unknown reason'}).`
}
