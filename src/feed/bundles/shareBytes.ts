import { equalBytes } from '../../shared/bytes.ts'
import type { Entry } from '../graph/graphEntry.ts'
import type { BlockHeader } from '../header.ts'

const noDependencies: readonly Uint8Array[] = []

/** The header with byte strings held once that the blocks before it hold too: thousands of headers differ in little more than a hash. */
export function shareBytes(header: BlockHeader, previous: Entry | undefined, dependencies: readonly Entry[]): BlockHeader {
  const before = previous?.node.header ?? header
  const share = (own: Uint8Array, other: Uint8Array): Uint8Array => (equalBytes(own, other) ? other : own)
  const isSameMembership =
    header.membership.length === before.membership.length && header.membership.every((id, i) => equalBytes(id, before.membership[i]!))
  return {
    ...header,
    space: share(header.space, before.space),
    identity: share(header.identity, before.identity),
    device: share(header.device, before.device),
    previous: previous?.bytes ?? header.previous,
    dependencies: dependencies.length === 0 ? noDependencies : dependencies.map(({ bytes }) => bytes),
    membership: isSameMembership ? before.membership : header.membership,
    document: share(header.document, before.document),
    keyId: share(header.keyId, before.keyId),
  }
}
