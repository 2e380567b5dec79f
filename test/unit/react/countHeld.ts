type Call = (...given: readonly unknown[]) => unknown

/**
 * `real` with everything reached through it, such that one sees what is held of it: subscriptions that were not ended, and handles and flows
 * that were not released or disposed of. `held` answers their names, sorted.
 */
export function countHeld<T extends object>(real: T): { readonly watched: T; readonly held: () => readonly string[] } {
  const watchedByReal = new WeakMap<object, object>()
  const realByWatched = new WeakMap<object, object>()
  const held = new Set<{ readonly name: string }>()

  /** @returns what ends it, once */
  function hold(name: string): () => void {
    const entry = { name }
    held.add(entry)
    return () => void held.delete(entry)
  }

  const realOf = (value: unknown): unknown => realByWatched.get(value as object) ?? value

  function watch(value: unknown, name: string, isTaken: boolean): unknown {
    if (value instanceof Promise) return value.then((settled) => watch(settled, name, isTaken))
    // What is frozen or a list is data.
    if (typeof value !== 'object' || value === null || Object.isFrozen(value) || Array.isArray(value) || value instanceof Map) return value
    const present = watchedByReal.get(value)
    if (present !== undefined) return present
    // A live value is let go by its last subscriber.
    const end = isTaken && !('subscribe' in value) && ('release' in value || 'dispose' in value) ? hold(name) : undefined
    const calls = new Map<PropertyKey, Call>()
    const made = new Proxy(value, {
      get(target, key) {
        const property: unknown = Reflect.get(target, key)
        if (typeof property !== 'function') return watch(property, `${name}.${String(key)}`, false)
        const call = calls.get(key) ?? callOf(target, key, property as Call, `${name}.${String(key)}`, end)
        calls.set(key, call)
        return call
      },
    })
    watchedByReal.set(value, made)
    realByWatched.set(made, value)
    return made
  }

  function callOf(target: object, key: PropertyKey, call: Call, name: string, end: (() => void) | undefined): Call {
    return (...given) => {
      const answer = Reflect.apply(call, target, given.map(realOf))
      if (key === 'release' || key === 'dispose') end?.()
      // What a readable shows is data.
      if (key === 'get' && 'subscribe' in target) return answer
      if (typeof answer !== 'function' || typeof given[0] !== 'function') return watch(answer, name, key !== 'peekText')
      const stop = hold(name)
      return () => {
        stop()
        answer()
      }
    }
  }

  return { watched: watch(real, 'echo', false) as T, held: () => [...held].map(({ name }) => name).toSorted() }
}
