/** The first index whose entry passes a test that, once passed, stays passed; the length where none does. By bisection. */
export function firstIndex<T>(sorted: readonly T[], passes: (entry: T) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (passes(sorted[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}
