import { EchoError } from '../../shared/echoError.ts'
import { parseId, type ItemId } from '../../shared/ids.ts'
import type { Clock, Timer } from '../../shared/ports.ts'
import type { Readable } from '../../shared/readable.ts'
import type { PresenceExchange, PresentInstance } from '../../replication/presence/presenceExchange.ts'
import type { PresenceType } from './definePresence.ts'
import { fitsSchema } from './fitsSchema.ts'
import type { Presence } from '../echo.ts'
import type { PresentPeer } from '../states.ts'

/** Under this name lies the item that somebody types in; no app's presence type can have it. */
const typingName = '$typing'
/** Who stopped without a word, as one who went to fetch coffee, does not type any more. */
const typingHoldsMs = 5_000

/** Presence as apps see it: typed, checked on both ways. */
export function createSpacePresence(exchange: PresenceExchange, clock: Clock): { readonly commands: Presence; dispose(): void } {
  const byType = new WeakMap<PresenceType<never>, Readable<readonly PresentPeer<never>[]>>()
  let typing: { readonly item: ItemId; readonly end: Timer } | undefined
  const stopActivity = exchange.activity.subscribe(() => {
    if (exchange.activity.get() === 'away') stopTyping()
  })

  function others<T>(type: PresenceType<T>): Readable<readonly PresentPeer<T>[]> {
    const key = type as PresenceType<never>
    let readable = byType.get(key) as Readable<readonly PresentPeer<T>[]> | undefined
    if (readable === undefined) {
      readable = mapped(exchange.others, (instance) => peerOf(instance, checked(type, shared(instance, type.name))))
      byType.set(key, readable as Readable<readonly PresentPeer<never>[]>)
    }
    return readable
  }

  function stopTyping(): void {
    if (typing === undefined) return
    clock.clear(typing.end)
    typing = undefined
    exchange.share(typingName, undefined)
  }

  function startTyping(item: ItemId): void {
    // What an app shares may leave no room for it.
    if (exchange.activity.get() === 'away' || !exchange.fits(typingName, item)) return
    const isNew = typing?.item !== item
    clock.clear(typing?.end)
    typing = { item, end: clock.after(typingHoldsMs, stopTyping) }
    // Not again for each letter.
    if (isNew) exchange.share(typingName, item)
  }

  return {
    commands: {
      peers: mapped(exchange.others, (instance) => peerOf(instance, undefined)),
      others,
      share(type, data) {
        if (data !== undefined && (checked(type, data) === undefined || !exchange.fits(type.name, data))) {
          throw new EchoError(
            'bad-value',
            `This presence does not fit "${type.name}": it must satisfy its schema and, with all that is shared, stay under 16 KiB as JSON.`,
          )
        }
        exchange.share(type.name, data)
      },
      setTyping(item) {
        if (item === undefined) return stopTyping()
        const id = parseId<ItemId>(item, 16)
        if (id === undefined) throw new EchoError('bad-value', 'Typing is said of an item. Pass its id: space.presence.setTyping(task.id).')
        startTyping(id)
      },
    },
    dispose() {
      stopActivity()
      clock.clear(typing?.end)
    },
  }
}

function peerOf<T>(instance: PresentInstance, data: T | undefined): PresentPeer<T> {
  const { identity, key, name, activity } = instance
  const item = shared(instance, typingName)
  return { identity, key, name, activity, typing: typeof item === 'string' ? parseId<ItemId>(item, 16) : undefined, data }
}

function shared({ data }: PresentInstance, name: string): unknown {
  // A type named as something that every object has would else be shared by everyone.
  return Object.hasOwn(data, name) ? data[name] : undefined
}

function checked<T>(type: PresenceType<T>, value: unknown): T | undefined {
  if (value === undefined) return undefined
  return fitsSchema(type.schema, value)?.value
}

/** A list whose entries are mapped, each once as long as it stays the same. */
function mapped<A extends object, B>(source: Readable<readonly A[]>, map: (entry: A) => B): Readable<readonly B[]> {
  let from: readonly A[] | undefined
  let to: readonly B[] = []
  let entries = new Map<A, B>()
  return {
    get() {
      const list = source.get()
      if (list !== from) {
        from = list
        entries = new Map(list.map((entry) => [entry, entries.get(entry) ?? map(entry)]))
        to = [...entries.values()]
      }
      return to
    },
    subscribe: (listener) => source.subscribe(listener),
  }
}
