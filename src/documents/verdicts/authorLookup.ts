import { rootDocumentId, toId, type DeviceId, type IdentityId } from '../../shared/ids.ts'
import type { Clock } from '../../shared/ports.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { BlockGraph } from '../../feed/graph/blockGraph.ts'
import type { Author } from '../rootDocument.ts'

/** Who wrote what in the root document, by (clientID, clock); for what no block holds yet, this device now. */
export function createAuthorLookup(options: {
  readonly graph: BlockGraph
  readonly identity: LocalIdentity
  readonly clock: Clock
  /** The clientID that this tab writes under. */
  readonly ownClient: () => number
}): (client: number, clock: number) => Author | undefined {
  const { graph, identity } = options
  return (client, clock) => {
    const header = graph.writerOf(rootDocumentId, client, clock)?.header
    if (header !== undefined)
      return { identity: toId<IdentityId>(header.identity), device: toId<DeviceId>(header.device), timeMs: header.timeMs }
    return client === options.ownClient() ? { identity: identity.id, device: identity.deviceId, timeMs: options.clock.now() } : undefined
  }
}
