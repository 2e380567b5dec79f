/** `BENCH_QUICK=1`: the benches written to be tried out take a tenth of their counts, to see that they run. */
export const isQuick = Boolean(process.env.BENCH_QUICK)

export function quickly(count) {
  return isQuick ? Math.ceil(count / 10) : count
}
