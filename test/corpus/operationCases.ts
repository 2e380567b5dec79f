import { Writer } from '../../src/shared/encoding.ts'
import type { MalformedCase } from './malformedCase.ts'
import { truncations } from './judgeCases.ts'

/*
 * Operations of the membership log: `01 · space 32 · kind uint · as (operation 32 · index uint) · by 32 · list(64) parent 32 · bytes(65536) body · sig 64`,
 * each good but for what its name says.
 */

interface OperationParts {
  readonly version?: number
  readonly kind?: Uint8Array
  readonly index?: number
  readonly parents?: readonly Uint8Array[]
  readonly parentCount?: number
  readonly body?: number
  readonly bodyLength?: number
  readonly behind?: number
}

const id = (value: number): Uint8Array => new Uint8Array(32).fill(value)

function operation({ version = 1, kind = Uint8Array.of(3), index = 0, parents = [id(4)], body = 2, ...parts }: OperationParts): Uint8Array {
  const writer = new Writer().u8(version).fixed(id(1)).fixed(kind).fixed(id(2)).uint(index).fixed(id(3))
  writer.uint(parts.parentCount ?? parents.length)
  for (const parent of parents) writer.fixed(parent)
  return writer
    .uint(parts.bodyLength ?? body)
    .fixed(new Uint8Array(body))
    .fixed(new Uint8Array(64))
    .fixed(new Uint8Array(parts.behind ?? 0))
    .finish()
}

const bad = (name: string, parts: OperationParts, code = 'format'): MalformedCase<Uint8Array> => ({ name, code, input: operation(parts) })

/** What the others are made of. */
export const goodOperation = operation({})

export const operationCases: readonly MalformedCase<Uint8Array>[] = [
  ...truncations(goodOperation, 'format').filter((_, length) => length % 12 === 0),
  bad('of version 0', { version: 0 }),
  bad('a byte behind the end', { behind: 1 }),
  bad('an over-long kind', { kind: Uint8Array.of(0x83, 0) }),
  bad('a kind beyond 2^53', { kind: new Uint8Array(9).fill(0xff) }),
  bad('an entry that no operation can make', { index: 64 }),
  bad('parents out of order', { parents: [id(5), id(4)] }),
  bad('one parent twice', { parents: [id(4), id(4)] }),
  bad('65 parents', { parents: Array.from({ length: 65 }, (_, i) => id(i)) }),
  bad('more parents than are there', { parentCount: 9 }),
  bad('a body beyond its size', { body: 65_537 }),
  bad('a body that ends early', { bodyLength: 60_000 }),
  bad('of a version that is not made yet', { version: 2 }, 'newer-version'),
]
