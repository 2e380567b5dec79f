/** One contender of `graph` in a process of its own: `node contendGraph.mjs NAME` prints its figures as JSON. */
import { batchCount, expectedTitles, itemCount, owners, subtreeCount, taskAt } from './tasks.mjs'

const [name] = process.argv.slice(2)
const contender = await import(`../contenders/graph/${name}.mjs`)
const count = itemCount
const tasks = Array.from({ length: count }, (_, i) => taskAt(i))
const everyone = Array.from({ length: owners }, (_, i) => `person-${i}`)
/** Where the tree is moved to and from. */
const target = count / 2

async function timed(work) {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function check(isRight, what) {
  if (!isRight) throw new Error(`${contender.name}: ${what}`)
}

const figures = { name: contender.name }
let store
figures.createMs = await timed(async () => (store = await contender.create(tasks)))

/** The numbers of the open tasks of each owner, sorted as the queries sort them. */
const openByOwner = new Map(everyone.map((owner) => [owner, []]))
tasks.forEach(({ owner, done }, i) => done || openByOwner.get(owner).push(i))
for (const open of openByOwner.values()) open.sort((a, b) => tasks[a].due - tasks[b].due)

async function timedRun(owner) {
  let titles
  const ms = await timed(async () => (titles = await store.firstRun(owner)))
  check(JSON.stringify(titles) === JSON.stringify(expectedTitles(owner, tasks)), `the rows of ${owner} are others`)
  return ms
}

figures.firstRunMs = await timedRun(everyone[0])
figures.runsMs = []
for (const owner of everyone.slice(1, 16)) figures.runsMs.push(await timedRun(owner))

/** What is waited for: it holds of the owner or the count that a listener was told with. */
let isDue = () => false
let onDue = () => undefined
const tell = (what) => {
  if (!isDue(what)) return
  isDue = () => false
  onDue(performance.now())
}

/** Milliseconds from a call until a listener was told what is waited for, and the call has returned. */
async function untilTold(waitFor, call) {
  let toldAt
  const told = new Promise((resolve) => {
    isDue = waitFor
    onDue = (at) => resolve((toldAt = at))
  })
  const start = performance.now()
  const done = call()
  const returned = performance.now()
  await Promise.race([
    told,
    new Promise((_, reject) => setTimeout(reject, 30_000, new Error(`${contender.name}: a listener was not told`)).unref()),
  ])
  await done
  return Math.max(returned, toldAt) - start
}

figures.openMs = await timed(async () => (store.stopLive = await store.openLive(everyone, tell)))
figures.writesMs = []
const end = performance.now() + 15_000
for (let i = 0; i < 1_000 && (i < 20 || performance.now() < end); i++) {
  const owner = everyone[(i * 7) % owners]
  const open = openByOwner.get(owner)
  const place = (i * 13) % 100
  const task = open[place]
  // Of two writes one changes a row that is shown, and one takes it away, so that another comes.
  const change = i % 2 === 0 ? { title: `Task ${i} again` } : { done: true }
  if (change.done) open.splice(place, 1)
  tasks[task] = { ...tasks[task], ...change }
  figures.writesMs.push(
    await untilTold(
      (told) => told === owner,
      () => store.write(task, change),
    ),
  )
  if (i % 50 === 49) await store.settle()
}
await store.settle()
await store.stopLive()
for (const owner of everyone.slice(20, 25)) await timedRun(owner)

figures.movesMs = []
for (let i = 0; i < 6; i++) figures.movesMs.push(await timed(() => store.move(0, i % 2 === 0 ? target : undefined)))
await store.settle()
store.watchUnder(target, tell)
figures.movesToldMs = []
for (let i = 0; i < 10; i++) {
  const found = i % 2 === 0 ? subtreeCount : 0
  const ms = await untilTold(
    (told) => told === found,
    () => store.move(0, i % 2 === 0 ? target : undefined),
  )
  if (found > 0) figures.movesToldMs.push(ms)
  await store.settle()
}

if (store.changeMany) {
  figures.batchesMs = []
  figures.undosMs = []
  const from = 20_000
  for (let i = 0; i < 7; i++) {
    figures.batchesMs.push(await timed(() => store.changeMany(from, batchCount)))
    check(store.titleOf(from + 1) === `Changed ${from + 1}`, 'the batch is not there')
    await store.settle()
    figures.undosMs.push(await timed(() => store.undo()))
    check(
      [from, from + batchCount - 1].every((at) => store.titleOf(at) === tasks[at].title),
      'the undo left something',
    )
    await store.settle()
  }
}
await store.dispose()
console.log(JSON.stringify(figures))
process.exit(0)
