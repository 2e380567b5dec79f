import { idBytes, toId, type SpaceId } from '../shared/ids.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import type { Connection, Network, Room } from '../network/network.ts'
import { epochRendezvous } from '../access/epochKeys.ts'
import type { KeyRing } from '../access/keyRing.ts'

/** The room in which a space's members meet: derived from the newest content key, so it moves when the key does. */
export interface SpaceRoom {
  /** The network to be on; undefined for none. @returns when that is so */
  follow(network: Network | undefined): Promise<void>
  /** The key ring has changed. */
  refresh(): void
  isWanted(): boolean
  reportHandshake(outcome: 'failed' | 'succeeded'): void
}

export function createSpaceRoom(options: {
  readonly crypto: CryptoPort
  readonly space: SpaceId
  readonly keyRing: KeyRing
  readonly onConnection: (connection: Connection) => void
  readonly onFault: (error: unknown) => void
}): SpaceRoom {
  const { crypto, space, keyRing } = options
  let wanted: Network | undefined
  let current: { readonly network: Network; readonly room: Room; readonly key: string } | undefined
  /** Entering and leaving take their turns. */
  let moving: Promise<void> = Promise.resolve()

  async function step(): Promise<void> {
    const newest = keyRing.newest()
    const key = newest === undefined ? '' : toId<string>(newest.id)
    if (current !== undefined && (current.network !== wanted || current.key !== key)) {
      await current.room.leave()
      current = undefined
    }
    if (newest === undefined || wanted === undefined || current !== undefined) return
    const { room: name, password } = epochRendezvous(crypto, idBytes(space), newest.key)
    current = { network: wanted, room: wanted.enter({ name, password }, options.onConnection), key }
  }

  function move(): Promise<void> {
    // A step that fails must not keep the next from being taken.
    moving = moving.then(step).catch(options.onFault)
    return moving
  }

  return {
    follow(network) {
      wanted = network
      return move()
    },
    refresh: () => void move(),
    isWanted: () => wanted !== undefined,
    reportHandshake: (outcome) => current?.room.reportHandshake(outcome),
  }
}
