import type { Random } from './ports.ts'

/**
 * A source over another that is asked for 4 KiB at a time where little is wanted: asking a platform's source takes some microseconds, which a
 * batch of new items would wait for. What was handed out is wiped from the reserve.
 */
export function reservingRandom(source: Random): Random {
  const size = 4096
  let reserve = new Uint8Array(0)
  return {
    bytes(length) {
      if (length > size / 16) return source.bytes(length)
      if (reserve.length < length) reserve = source.bytes(size).slice()
      const taken = reserve.slice(-length)
      reserve.fill(0, -length)
      reserve = reserve.subarray(0, -length)
      return taken
    },
  }
}
