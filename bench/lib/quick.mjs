/** `BENCH_QUICK=1`: benches that take this take a tenth of their counts, to see only that they run. */
export function quickly(count) {
  return process.env.BENCH_QUICK ? Math.ceil(count / 10) : count
}
