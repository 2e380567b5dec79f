/** Two peers on a network in memory without delay: from a write to the other's query, and catching up on many blocks. */
import { z } from 'zod'
import { defineType, query } from '../dist/core.js'
import { setup, until } from '../dist/testing/index.js'
import { ms, percentile, printTable, timed } from './lib/report.mjs'

const Task = defineType('task', z.object({ title: z.string() }))

const { alice, bob, shareSpace, dispose } = await setup('alice', 'bob', { types: [Task] })
const [hers, his] = await shareSpace('Bench', alice, bob)
const task = hers.create(Task, { title: 'start' })
await until(his.liveItem(Task, task.id), (item) => item !== undefined)

const delays = []
for (let i = 0; i < 200; i++) {
  await new Promise((resolve) => setTimeout(resolve, 130))
  delays.push(
    await timed(() => {
      hers.update(task, { title: `edit ${i}` })
      return until(his.liveItem(Task, task.id), (item) => item?.title === `edit ${i}`)
    }),
  )
}
bob.echo.network.setEnabled(false)
const blocks = 5_000
for (let i = 0; i < blocks; i++) {
  hers.create(Task, { title: `Task ${i}` })
  // A cut a write: that many blocks, as typing makes them.
  if (i % 50 === 49) await hers.flush()
}
await hers.flush()
const tasks = his.live(query(Task))
const caughtUp = await timed(() => {
  bob.echo.network.setEnabled(true)
  return until(tasks, (rows) => rows.length === blocks + 1)
})
printTable(
  'Two peers on a network in memory, without delay',
  ['', 'p50', 'p95'],
  [
    ['a write to the other peer, one each 130 ms', ms(percentile(delays, 0.5)), ms(percentile(delays, 0.95))],
    [`catching up on ${blocks.toLocaleString('en')} items written while away`, ms(caughtUp), ''],
  ],
)
console.log('Goals: p50 13 ms, p95 23 ms (those hold over WebRTC); 5 s to catch up.')
await dispose()
