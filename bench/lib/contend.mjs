/** One contender, one count, in a process of its own (so that heaps do not mix): `node --expose-gc contend.mjs NAME COUNT` prints its figures as JSON. */
const [name, countText] = process.argv.slice(2)
const count = Number(countText)
const contender = await import(`../contenders/${name}.mjs`)

/** Timers of what was closed may hold it for some seconds. */
async function settledHeap() {
  for (let i = 0; i < 4; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    globalThis.gc()
  }
  return process.memoryUsage().heapUsed
}

async function timed(work) {
  const start = performance.now()
  const result = await work()
  return [result, performance.now() - start]
}

/** A function of its own, so that nothing holds what was made when the heap is looked at. */
async function makeAndSave() {
  const [made, createMs] = await timed(() => contender.create(count))
  return { saved: await contender.save(made), createMs }
}

await contender.save(await contender.create(Math.min(count, 1_000)))
const { saved, createMs } = await makeAndSave()
const before = await settledHeap()
const [loaded, loadMs] = await timed(() => contender.load(saved))
const heapMB = ((await settledHeap()) - before) / 1e6
if (contender.count(loaded) !== count) throw new Error(`${name} holds ${contender.count(loaded)} items, not ${count}`)
console.log(JSON.stringify({ name: contender.name, createMs, loadMs, heapMB }))
process.exit(0)
