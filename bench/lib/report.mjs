/** Milliseconds that `work` takes. */
export async function timed(work) {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** The value below which the share `p` of the figures lies. */
export function percentile(figures, p) {
  return figures.toSorted((a, b) => a - b)[Math.min(figures.length - 1, Math.floor(figures.length * p))]
}

export function median(figures) {
  return percentile(figures, 0.5)
}

/** A Markdown table, as docs/BENCHMARKS.md holds them. */
export function printTable(title, columns, rows) {
  console.log(`\n${title}\n`)
  console.log(`| ${columns.join(' | ')} |`)
  console.log(`|${columns.map(() => '---').join('|')}|`)
  for (const row of rows) console.log(`| ${row.join(' | ')} |`)
  console.log()
}

export function ms(value) {
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ms`
}
