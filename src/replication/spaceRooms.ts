import { idBytes, toId, type SpaceId } from '../shared/ids.ts'
import type { Clock, Timer } from '../shared/ports.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import type { Connection, Network, Room } from '../network/network.ts'
import { epochRendezvous } from '../access/keys/epochKeys.ts'
import type { EpochKey, KeyRing } from '../access/keys/keyRing.ts'

/** Where a connection came up. */
export interface MeetingPlace {
  /** The key that the room is derived from. */
  readonly key: EpochKey
  /** Whether it is the room of the newest key. */
  isMain(): boolean
  reportHandshake(outcome: 'failed' | 'succeeded'): void
}

/**
 * The rooms in which a space's members meet, each derived from a content key: that of the newest key, and for a while, or as an usher, those of older
 * ones, where members may be who have not heard of the newest.
 */
export interface SpaceRooms {
  /** The network to be on; undefined for none. @returns when that is so */
  follow(network: Network | undefined): Promise<void>
  /** The keys, or who is an usher, may have changed. */
  refresh(): void
  isWanted(): boolean
  /** Whether the room of the newest key is entered. */
  isEntered(): boolean
}

/** After a change of the key its former room stays so long, for what is under way there. */
const lingerMs = 30_000
/** An usher stays in so many rooms besides the main one: each is a topic on the signaling servers, and no operation says how old it is. */
const maxOlderRooms = 16

export function createSpaceRooms(options: {
  readonly crypto: CryptoPort
  readonly clock: Clock
  readonly space: SpaceId
  readonly keyRing: KeyRing
  readonly isMember: () => boolean
  readonly isUsher: () => boolean
  readonly onConnection: (connection: Connection, place: MeetingPlace) => void
  readonly onFault: (error: unknown) => void
}): SpaceRooms {
  const { crypto, clock, space, keyRing } = options
  let wanted: Network | undefined
  const rooms = new Map<string, { readonly network: Network; readonly room: Room }>()
  let main: string | undefined
  /** When former main rooms are left, by key. */
  const lingering = new Map<string, number>()
  let timer: Timer | undefined
  /** Entering and leaving take their turns. */
  let moving: Promise<void> = Promise.resolve()

  function wantedKeys(): ReadonlyMap<string, EpochKey> {
    const recent = keyRing.recent()
    // Where none may be used any more, whoever brings the next one is met where the last was.
    const first = keyRing.newest() ?? recent[0]
    if (wanted === undefined || first === undefined || !options.isMember()) return new Map()
    const now = clock.now()
    const id = nameOf(first)
    if (main !== undefined && main !== id) lingering.set(main, now + lingerMs)
    main = id
    const older = recent.filter((key) => key !== first)
    const kept = older.filter((key, i) => (options.isUsher() && i < maxOlderRooms) || (lingering.get(nameOf(key)) ?? 0) > now)
    return new Map([first, ...kept].map((key) => [nameOf(key), key]))
  }

  async function step(): Promise<void> {
    const keys = wantedKeys()
    for (const [name, { network, room }] of rooms) {
      if (keys.has(name) && network === wanted) continue
      rooms.delete(name)
      await room.leave()
    }
    if (wanted === undefined) return
    for (const [name, key] of keys) if (!rooms.has(name)) enter(wanted, name, key)
    clock.clear(timer)
    const now = clock.now()
    const next = Math.min(...[...lingering.values()].filter((until) => until > now))
    timer = next === Infinity ? undefined : clock.after(next - now, () => void move())
  }

  function enter(network: Network, name: string, key: EpochKey): void {
    const { room, password } = epochRendezvous(crypto, idBytes(space), key.key)
    const place: MeetingPlace = {
      key,
      isMain: () => name === main,
      reportHandshake: (outcome) => rooms.get(name)?.room.reportHandshake(outcome),
    }
    rooms.set(name, { network, room: network.enter({ name: room, password }, (connection) => options.onConnection(connection, place)) })
  }

  function move(): Promise<void> {
    // A step that fails must not keep the next from being taken.
    moving = moving.then(step).catch(options.onFault)
    return moving
  }

  return {
    follow(network) {
      wanted = network
      if (network === undefined) clock.clear(timer)
      return move()
    },
    refresh: () => void move(),
    isWanted: () => wanted !== undefined,
    isEntered: () => main !== undefined && rooms.has(main),
  }
}

function nameOf(key: EpochKey): string {
  return toId<string>(key.id)
}
