import { createSocket } from 'node:dgram'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'

const allocateRequest = 0x0003
const allocateError = 0x0113
const headerBytes = 20

/** This machine's addresses in its networks, by which browsers on it are reached. */
export const ownAddresses: readonly string[] = Object.values(networkInterfaces()).flatMap((addresses = []) =>
  addresses.flatMap(({ address, internal }) => (internal ? [] : [address])),
)

/** A relay that lets nobody in, whatever the password: it asks for one, and calls it wrong (RFC 8489, RFC 8656). */
export interface RefusingRelay {
  readonly url: string
  /** How many requests it has refused that came with a password. */
  refused(): number
  close(): Promise<void>
}

export async function createRefusingRelay(): Promise<RefusingRelay> {
  const socket = createSocket('udp4')
  let refused = 0
  socket.on('message', (request, from) => {
    if (request.length < headerBytes || request.readUInt16BE(0) !== allocateRequest) return
    if (request.length > 60) refused++
    const attributes = Buffer.concat([
      attribute(0x0009, Buffer.concat([Buffer.from([0, 0, 4, 1]), Buffer.from('Unauthorized')])),
      attribute(0x0014, Buffer.from('relay.test')),
      attribute(0x0015, Buffer.from('0123456789abcdef')),
    ])
    const header = Buffer.alloc(headerBytes)
    header.writeUInt16BE(allocateError, 0)
    header.writeUInt16BE(attributes.length, 2)
    // The cookie and the transaction's id.
    request.copy(header, 4, 4, headerBytes)
    socket.send(Buffer.concat([header, attributes]), from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, resolve))
  const host = ownAddresses.find((address) => !address.includes(':')) ?? '127.0.0.1'
  return {
    url: `turn:${host}:${(socket.address() as AddressInfo).port}`,
    refused: () => refused,
    close: () => new Promise((resolve) => void socket.close(() => resolve())),
  }
}

function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt16BE(type, 0)
  head.writeUInt16BE(value.length, 2)
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)])
}
