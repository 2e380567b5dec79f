/** Writes under live queries: from the call to the listener. */
import { z } from 'zod'
import { inspectableOf } from '../dist/client/inspection/inspectable.js'
import { inspectQueries } from '../dist/client/inspection/inspectQueries.js'
import { defineType, query } from '../dist/core.js'
import { setup } from '../dist/testing/index.js'
import { ms, percentile, printTable } from './lib/report.mjs'

const Task = defineType('task', z.object({ title: z.string(), done: z.boolean().default(false), rank: z.number() }))
const writes = 2_000
const rows = []

for (const { items, queries, isMeasured = false } of [
  { items: 100_000, queries: 1 },
  { items: 100_000, queries: 50 },
  { items: 10_000, queries: 50 },
  { items: 10_000, queries: 50, isMeasured: true },
]) {
  const { alice, dispose } = await setup('alice', { types: [Task] })
  const space = await alice.echo.spaces.create({ name: 'Bench' })
  const tasks = []
  for (let i = 0; i < items; i += 100) {
    space.batch(() => {
      for (let j = i; j < i + 100; j++) tasks.push(space.create(Task, { title: `Task ${j}`, rank: j }))
    })
  }
  await space.flush()
  if (isMeasured) inspectQueries(inspectableOf(space), () => performance.now()).start()
  let told = 0
  let changedRows = 0
  for (let i = 0; i < queries; i++) {
    const from = (i * items) / queries
    const view = space.live(
      query(Task)
        .where({ rank: { gte: from } })
        .orderBy('rank')
        .limit(50),
    )
    let before = view.get()
    view.subscribe(() => {
      const now = view.get()
      told++
      changedRows += now.filter((row) => !before.includes(row)).length
      before = now
    })
  }
  const figures = []
  for (let i = 0; i < writes; i++) {
    // Every other write hits a row that a query shows.
    const task = i % 2 === 0 ? tasks[(((i * 37) % queries) * items) / queries + (i % 50)] : tasks[(i * 9973) % items]
    const start = performance.now()
    space.update(task, { title: `Task ${i} again` })
    figures.push(performance.now() - start)
    if (i % 100 === 99) await space.flush()
  }
  rows.push([
    `${items.toLocaleString('en')} items, ${queries} live sorted queries of 50 rows${isMeasured ? ', devtools open' : ''}`,
    ms(percentile(figures, 0.5)),
    ms(percentile(figures, 0.95)),
    told,
    (changedRows / told).toFixed(2),
  ])
  await dispose()
}
printTable('One write, until the listeners have run', ['', 'p50', 'p95', 'listeners told', 'new rows a telling'], rows)
console.log('Goals: with one query p95 under 2 ms; with 50 queries p50 0.04 ms, p95 0.5 ms; only changed rows are new.')
