import { EchoError } from '../../shared/echoError.ts'
import { systemClock, systemRandom, type Clock, type Random } from '../../shared/ports.ts'
import type { Network } from '../network.ts'
import { createRoomNetwork, type AdapterRoom } from '../roomNetwork.ts'
import { createTabsRoom } from './tabsRoom.ts'

export interface TabsNetworkOptions {
  /** Keeps the tabs of different apps on one origin apart. */
  readonly app: string
  readonly clock?: Clock
  readonly random?: Random
}

/**
 * Links the tabs of one profile over BroadcastChannel. The origin guards them, so a room's password is not used, and connections have no
 * fingerprints. Where there is no BroadcastChannel the state is `unsupported` and rooms stay empty.
 * @example
 * const tabs = createTabsNetwork({ app: 'field-notes' })
 * const room = tabs.enter({ name: 'r', password: '' }, (connection) => connection.send(Uint8Array.of(1)))
 */
export function createTabsNetwork({ app, clock = systemClock, random = systemRandom }: TabsNetworkOptions): Network {
  const isSupported = typeof BroadcastChannel === 'function'
  const error = new EchoError(
    'bad-config',
    'This environment has no BroadcastChannel, so tabs of the app cannot talk to each other: they meet over the network.',
  )
  const { network, log } = createRoomNetwork({
    clock,
    openRoom: ({ name }, backoff, meet) =>
      isSupported
        ? createTabsRoom({
            channelName: `echo/${app}/${name}`,
            clock,
            random,
            backoff,
            addFinding: (...finding) => log.add(...finding),
            meet,
          })
        : emptyRoom,
    describe: (connections) => (isSupported ? { status: 'online', connections } : { status: 'unsupported', error }),
  })
  return network
}

const emptyRoom: AdapterRoom = { start: () => undefined, stop: () => Promise.resolve(), probe: () => undefined }
