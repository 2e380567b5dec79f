import type { Clock } from '../../shared/ports.ts'
import type { Network } from '../../network/network.ts'
import type { SpaceHandle } from '../spaces/createSpaceHandle.ts'
import type { NetworkControl } from '../tabs/networkControl.ts'
import type { PeerDiagnosis } from './diagnostics.ts'
import { judgeFacts, type DiagnosticFacts, type SpaceFacts } from './judgeFacts.ts'
import { plainAddress } from './plainAddress.ts'
import type { Examiner } from './watchDiagnostics.ts'
import { writeReport } from './writeReport.ts'

/** Makes what looks at network and spaces. @param options.only one space, by id; all that are open by default */
export function createExaminer(options: {
  readonly clock: Clock
  readonly network: Network
  readonly control: Pick<NetworkControl, 'state' | 'isLeading'>
  readonly handles: () => readonly SpaceHandle[]
  readonly only: string | undefined
}): Examiner {
  const { clock, network, control, handles, only } = options
  /** Since when each space lacks what a peer has, in milliseconds since the Unix epoch. */
  const lackingSince = new Map<string, number>()

  function readSpace({ space, open }: SpaceHandle): SpaceFacts {
    const { isInRoom, links, refused } = open.replication.inspect()
    const lacking = Math.max(0, ...links.map((link) => link.lacking))
    if (lacking === 0) lackingSince.delete(space.id)
    else if (!lackingSince.has(space.id)) lackingSince.set(space.id, clock.now())
    return {
      space: { id: space.id, name: space.info.get().name },
      state: space.state.get(),
      hasOthers: space.members.get().length > 1,
      isInRoom,
      links,
      refused,
      isNewer: open.replication.state.get().newer,
      lackingForMs: clock.now() - (lackingSince.get(space.id) ?? clock.now()),
    }
  }

  return async () => {
    const found = await network.inspect()
    const shown = handles().filter(({ space }) => only === undefined || space.id === only)
    const facts: DiagnosticFacts = {
      network: control.state.get(),
      isLeading: control.isLeading(),
      isDeviceOffline: globalThis.navigator?.onLine === false,
      servers: found.servers.map((server) => ({ ...server, url: plainAddress(server.url) })),
      ways: found.ways && { ...found.ways, relays: found.ways.relays.map((relay) => ({ ...relay, url: plainAddress(relay.url) })) },
      spaces: shown.map(readSpace),
      nameOf: (id, identity) =>
        shown
          .find(({ space }) => space.id === id)
          ?.space.members.get()
          .find((member) => member.id === identity)?.name ?? '',
    }
    const connections = new Map(found.connections.map((connection) => [connection.id, connection]))
    const peers = facts.spaces.flatMap(({ space, links }) =>
      links.map(({ id, peer, lacking, clockAheadMs }): PeerDiagnosis => ({
        path: peer === undefined ? 'same-browser' : 'unknown',
        bytesSent: undefined,
        bytesReceived: undefined,
        roundTripMs: undefined,
        sinceMs: undefined,
        ...connections.get(id),
        id,
        space,
        identity: peer?.identity,
        name: peer === undefined ? '' : facts.nameOf(space.id, peer.identity),
        lacking,
        clockAheadMs,
      })),
    )
    const judged = { ...judgeFacts(facts), servers: facts.servers, ways: facts.ways, peers }
    const atMs = clock.now()
    return Object.freeze({ ...judged, report: () => writeReport(judged, facts, atMs) })
  }
}
