import { EchoError } from '../../shared/echoError.ts'
import type { AnyItemType } from './defineType.ts'

/** The types an app reads and writes, by name. */
export interface TypeRegistry {
  /** The type of that name, or undefined: a peer may run an app with more types. */
  get(name: string): AnyItemType | undefined
  all(): readonly AnyItemType[]
  /** @throws EchoError unknown-type where the app did not name the type at start */
  require(name: string): AnyItemType
}

/** A registry; of two types with one name the later counts, as after a module reload. */
export function createTypeRegistry(types: readonly AnyItemType[]): TypeRegistry {
  const typesByName = new Map(types.map((type) => [type.name, type]))
  return {
    get: (name) => typesByName.get(name),
    all: () => [...typesByName.values()],
    require(name) {
      const type = typesByName.get(name)
      if (type === undefined) {
        throw new EchoError('unknown-type', `The type "${name}" is not known here: pass it to createEcho({ types: [...] }).`, {
          details: { type: name },
        })
      }
      return type
    },
  }
}
