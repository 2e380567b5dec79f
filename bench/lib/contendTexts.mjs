/** Opens and closes many texts, in a process of its own: `node --expose-gc contendTexts.mjs NAME COUNT` prints the figures as JSON. */
const [name, countText] = process.argv.slice(2)
const count = Number(countText)
const contender = (await import('../contenders/graph/texts.mjs'))[name]

async function settledHeap() {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    globalThis.gc()
  }
  return process.memoryUsage().heapUsed / 1e6
}

const open = await contender.create(count)
async function round(isWatched) {
  const start = performance.now()
  const closers = []
  for (let i = 0; i < count; i++) closers.push(await open(i))
  const openMs = performance.now() - start
  const openMB = isWatched ? await settledHeap() : 0
  for (const close of closers) close()
  return { openMs, openMB }
}
// What is made once, on first use, is none of the growth.
await round(false)
const beforeMB = await settledHeap()
const { openMs, openMB } = await round(true)
await round(false)
const growthMB = (await settledHeap()) - beforeMB
console.log(JSON.stringify({ name: contender.name, openMs, openMB: openMB - beforeMB, growthMB }))
process.exit(0)
