import type { Random } from '../shared/ports.ts'

/** A number in [0, 1), evenly spread, from four random bytes. Never throws. */
export function drawUniform(random: Random): number {
  const bytes = random.bytes(4)
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) / 2 ** 32
}

/** A number in [min, max), evenly spread. Never throws. */
export function drawBetween(random: Random, [min, max]: readonly [number, number]): number {
  return min + drawUniform(random) * (max - min)
}
