import type { Random } from '../shared/ports.ts'

/** A reproducible {@link Random} with the draws that a simulation needs. */
export interface SeededRandom extends Random {
  /** A number in [0, 1). */
  uniform(): number
  /** A whole number in [0, limit). */
  below(limit: number): number
  /** One of the entries. @throws RangeError where there is none. */
  pick<T>(entries: readonly T[]): T
  /** True with the given probability. */
  chance(probability: number): boolean
  /** A new order of the entries; the argument stays as it is. */
  shuffle<T>(entries: readonly T[]): T[]
  /** A generator of its own for a part of the simulation, so that its draws do not move the others'. */
  fork(label: string): SeededRandom
}

/**
 * A generator that gives the same draws for the same seed on every machine (xoshiro128**). Not for secrets.
 * @example
 * const random = createSeededRandom(7)
 * const key = random.bytes(32)
 */
export function createSeededRandom(seed: number | string): SeededRandom {
  const state = expandSeed(String(seed))

  function next(): number {
    const [a, b, c, d] = state
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    const c1 = c ^ a
    const d1 = d ^ b
    state[1] = b ^ c1
    state[0] = a ^ d1
    state[2] = c1 ^ shifted
    state[3] = rotate(d1, 11)
    return result
  }

  const uniform = (): number => next() / 2 ** 32
  const below = (limit: number): number => Math.floor(uniform() * limit)
  return {
    uniform,
    below,
    bytes: (length) => Uint8Array.from({ length }, () => next() >>> 24),
    pick: (entries) => {
      if (entries.length === 0) throw new RangeError('cannot pick from an empty list')
      return entries[below(entries.length)]!
    },
    chance: (probability) => uniform() < probability,
    shuffle: (entries) => {
      const order = [...entries]
      for (let i = order.length - 1; i > 0; i--) {
        const j = below(i + 1)
        const held = order[i]!
        order[i] = order[j]!
        order[j] = held
      }
      return order
    },
    fork: (label) => createSeededRandom(`${label}/${next()}`),
  }
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

// FNV-1a over the text, then four rounds of a mixing step, so that neighbouring seeds have nothing in common.
function expandSeed(text: string): [number, number, number, number] {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  const mix = (): number => {
    hash = (hash + 0x9e3779b9) | 0
    let mixed = hash
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return mixed ^ (mixed >>> 15)
  }
  return [mix(), mix(), mix(), mix() | 1]
}
