/** Items: creating, changing under live queries, opening again; beside Yjs without a database on top. */
import * as Y from 'yjs'
import { z } from 'zod'
import { defineType, query } from '../dist/core.js'
import { setup } from '../dist/testing/index.js'
import { measure, percentile, print, timed } from './report.mjs'

const Task = defineType('task', z.object({ title: z.string(), done: z.boolean().default(false), rank: z.number() }))
const count = 10_000

const flat = await measure('Yjs alone: 10,000 values into one flat map', 'the peer', () =>
  timed(() => {
    const doc = new Y.Doc({ gc: false })
    const map = doc.getMap('items')
    for (let i = 0; i < count; i += 100) {
      doc.transact(() => {
        for (let j = i; j < i + 100; j++) map.set(`item-${j}`, { t: 'task', f: { title: `Task ${j}`, rank: j } })
      })
    }
  }),
)
await measure('Yjs alone: 10,000 nested maps', 'the peer', () =>
  timed(() => {
    const doc = new Y.Doc({ gc: false })
    const map = doc.getMap('items')
    for (let i = 0; i < count; i += 100) {
      doc.transact(() => {
        for (let j = i; j < i + 100; j++) map.set(`item-${j}`, new Y.Map(Object.entries({ type: 'task', title: `Task ${j}`, rank: j })))
      })
    }
  }),
)

const created = await measure(
  'create 10,000 items in batches of 100, checked and indexed',
  'under 10 x flat Yjs',
  async () => {
    const { alice, dispose } = await setup('alice', { types: [Task] })
    const space = await alice.echo.spaces.create({ name: 'Bench' })
    const ms = await timed(() => fill(space))
    await dispose()
    return ms
  },
  { runs: 3 },
)
console.log(`   ratio to flat Yjs: ${(created / flat).toFixed(1)}`)

const { alice, dispose } = await setup('alice', { types: [Task] })
const space = await alice.echo.spaces.create({ name: 'Bench' })
const tasks = fill(space)
await space.flush()
let seen = 0
for (let i = 0; i < 50; i++) {
  const view = space.live(
    query(Task)
      .where({ rank: { gte: i * 100 } })
      .orderBy('rank')
      .limit(50),
  )
  view.get()
  view.subscribe(() => {
    view.get()
    seen++
  })
}
const writes = []
for (let i = 0; i < 2_000; i++) {
  const task = tasks[(i * 37) % count]
  const start = performance.now()
  space.update(task, { done: i % 2 === 0, title: `Task ${i} again` })
  writes.push(performance.now() - start)
}
print(
  `write to results, 50 live queries over 10,000 items (${seen} told)`,
  percentile(writes, 0.5),
  percentile(writes, 0.95),
  'ms',
  'p50 0.04, p95 0.5 (slowest = p95)',
)
await space.flush()

const opened = []
for (let i = 0; i < 3; i++) {
  opened.push(
    await timed(async () => {
      const echo = await alice.restart()
      const again = await echo.spaces.open(space.id)
      if (again.count(query(Task)) !== count) throw new Error('items are missing after opening')
    }),
  )
}
print('open the space again and count the items', percentile(opened, 0.5), Math.max(...opened), 'ms', '1,500 for 25,000 items')
await dispose()

function fill(space) {
  const tasks = []
  for (let i = 0; i < count; i += 100) {
    space.batch(() => {
      for (let j = i; j < i + 100; j++) tasks.push(space.create(Task, { title: `Task ${j}`, rank: j }))
    })
  }
  return tasks
}
