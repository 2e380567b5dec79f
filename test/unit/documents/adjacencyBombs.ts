import { Writer } from '../../../src/shared/encoding.ts'

/** A clock of a client. */
export type Id = readonly [client: number, clock: number]

/** Where a made-up struct claims to stand. */
export interface Claim {
  readonly origin?: Id | undefined
  readonly right?: Id | undefined
}

/** An update of binary items of one clock each that stand where `claims` say; where a claim names nothing, in the root list `list`. */
export function claimingUpdate(client: number, from: number, claims: readonly Claim[]): Uint8Array {
  const writer = new Writer().uint(1).uint(claims.length).uint(client).uint(from)
  for (const { origin, right } of claims) {
    writer.u8(3 | (origin === undefined ? 0 : 0x80) | (right === undefined ? 0 : 0x40))
    for (const id of [origin, right]) if (id !== undefined) writer.uint(id[0]).uint(id[1])
    if (origin === undefined && right === undefined) writer.uint(1).string('list')
    writer.uint(1).u8(7)
  }
  return writer.uint(0).finish()
}

/** Items before the last ones of a list: origin null, distinct right origins. */
export function prependBomb(client: number, structs: number, of: number, length: number): Uint8Array {
  return claimingUpdate(
    client,
    0,
    Array.from({ length: structs }, (_, i) => ({ right: [of, length - 1 - i] as const })),
  )
}

/** Items behind the first ones of a list: distinct origins, right origin null. */
export function appendBomb(client: number, structs: number, of: number): Uint8Array {
  return claimingUpdate(
    client,
    0,
    Array.from({ length: structs }, (_, i) => ({ origin: [of, i] as const })),
  )
}

/** Arrays, each inside the one before it; the first in a root list. */
export function nestingBomb(client: number, from: number, depth: number, root = 'list'): Uint8Array {
  const writer = new Writer().uint(1).uint(depth).uint(client).uint(from)
  for (let clock = from; clock < from + depth; clock++) {
    writer.u8(7)
    if (clock === 0) writer.uint(1).string(root)
    else
      writer
        .uint(0)
        .uint(client)
        .uint(clock - 1)
    writer.uint(0)
  }
  return writer.uint(0).finish()
}
