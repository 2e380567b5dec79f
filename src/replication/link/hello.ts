import { decode, Writer } from '../../shared/encoding.ts'
import { readExtensions, writeExtensions, hasUnknownRequired, type Extensions } from '../../shared/extensions.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Random } from '../../shared/ports.ts'
import type { LinkFault } from './linkFault.ts'

/** The first frame of both ends, in plain: `01, proto u8, role u8, min uint, max uint, ephemeral 32, ext`. At most 512 bytes. */
export interface Hello {
  readonly proto: number
  readonly role: HelloRole
  readonly ephemeral: Uint8Array
}

export type HelloRole = 'member' | 'usher' | 'guest' | 'host'

export const linkProto = 1
export const joinProto = 2
/** The one version there is. */
export const protocolVersion = 1
const maxHelloBytes = 512
const roles: readonly HelloRole[] = ['member', 'usher', 'guest', 'host']

export function encodeHello(hello: Hello, random: Random): Uint8Array {
  const writer = new Writer()
    .u8(1)
    .u8(hello.proto)
    .u8(roles.indexOf(hello.role))
    .uint(protocolVersion)
    .uint(protocolVersion)
    .fixed(hello.ephemeral)
  writeExtensions(writer, tolerated(random))
  return writer.finish()
}

/** A random odd tag that no reader knows, so that the tolerance for new fields cannot rust. */
function tolerated(random: Random): Extensions {
  const [tag, ...value] = random.bytes(4)
  return new Map([[129 + 2 * tag!, Uint8Array.from(value)]])
}

export function decodeHello(bytes: Uint8Array): Result<Hello, LinkFault> {
  if (bytes.length > maxHelloBytes) return fail('malformed')
  const decoded = decode(bytes, (reader) => {
    if (reader.u8() !== 1) reader.refuse()
    const proto = reader.u8()
    const role = roles[reader.u8()] ?? reader.refuse()
    const min = reader.uint()
    const max = reader.uint()
    const ephemeral = reader.fixed(32)
    return { proto, role, min, max, ephemeral, extensions: readExtensions(reader) }
  })
  if (!decoded.ok) return fail('malformed')
  const { proto, role, min, max, ephemeral, extensions } = decoded.value
  if (min > protocolVersion || hasUnknownRequired(extensions)) return fail('newer-version')
  if (max < protocolVersion) return fail('older-version')
  return ok({ proto, role, ephemeral })
}
