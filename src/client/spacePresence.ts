import { EchoError } from '../shared/echoError.ts'
import type { Readable } from '../shared/readable.ts'
import type { PresenceExchange, PresentInstance } from '../replication/presenceExchange.ts'
import type { PresenceType } from './definePresence.ts'
import type { Presence } from './echo.ts'
import type { PresentPeer } from './states.ts'

/** Presence as apps see it: typed, checked on both ways. */
export function createSpacePresence(exchange: PresenceExchange): Presence {
  const byType = new WeakMap<PresenceType<never>, Readable<readonly PresentPeer<never>[]>>()

  function others<T>(type: PresenceType<T>): Readable<readonly PresentPeer<T>[]> {
    const key = type as PresenceType<never>
    let readable = byType.get(key) as Readable<readonly PresentPeer<T>[]> | undefined
    if (readable === undefined) {
      readable = mapped(exchange.others, (instance) => peerOf(instance, checked(type, instance.data[type.name])))
      byType.set(key, readable as Readable<readonly PresentPeer<never>[]>)
    }
    return readable
  }

  return {
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
  }
}

function peerOf<T>({ identity, key, name }: PresentInstance, data: T | undefined): PresentPeer<T> {
  return { identity, key, name, data }
}

function checked<T>(type: PresenceType<T>, value: unknown): T | undefined {
  if (value === undefined) return undefined
  const result = type.schema['~standard'].validate(value)
  return result instanceof Promise || result.issues !== undefined ? undefined : result.value
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
