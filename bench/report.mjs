/** Runs `once` some times and prints the median and the slowest, beside what it is held against. */
export async function measure(name, goal, once, { runs = 5, unit = 'ms' } = {}) {
  const figures = []
  for (let run = 0; run < runs + 1; run++) {
    const figure = await once()
    // The first run warms up.
    if (run > 0) figures.push(figure)
  }
  figures.sort((a, b) => a - b)
  print(name, figures[Math.floor(figures.length / 2)], figures.at(-1), unit, goal)
  return figures[Math.floor(figures.length / 2)]
}

export function print(name, median, slowest, unit, goal) {
  console.log(`${name.padEnd(58)} ${format(median)} ${unit}   slowest ${format(slowest)} ${unit}   goal: ${goal}`)
}

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

function format(value) {
  return value.toFixed(value < 10 ? 3 : value < 100 ? 1 : 0).padStart(8)
}
