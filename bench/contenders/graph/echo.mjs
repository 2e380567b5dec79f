/** This library whole, each write checked, indexed, and on its way to be signed and stored; queries by a declared index. */
import { z } from 'zod'
import { defineType, query } from '../../../dist/core.js'
import { openNewEcho } from '../../lib/openEcho.mjs'
import { shownRows } from '../../lib/tasks.mjs'

export const name = 'echo-react'

const fields = z.object({ title: z.string(), done: z.boolean(), due: z.number(), owner: z.string() })

/** @param isIndexed false: the same without a declared index */
export async function create(tasks, isIndexed = true) {
  const Task = defineType('task', fields, isIndexed ? { indexes: [['owner', 'done', 'due']] } : {})
  const echo = await openNewEcho([Task])
  const space = await echo.spaces.create({ name: 'Bench' })
  const ids = []
  for (let i = 0; i < tasks.length; i += 100) {
    space.batch(() => {
      for (let j = i; j < i + 100; j++) {
        const { parent, ...values } = tasks[j]
        ids.push(space.create(Task, values, parent === undefined ? {} : { parent: ids[parent] }).id)
      }
    })
  }
  await space.flush()

  const openOf = (owner) => query(Task).where({ owner, done: false }).orderBy('due').limit(shownRows)
  return {
    firstRun: (owner) => space.run(openOf(owner)).map(({ title }) => title),
    explain: (owner) => space.explain(openOf(owner)).by,
    openLive(owners, onTold) {
      const stops = owners.map((owner) => {
        const rows = space.live(openOf(owner))
        return rows.subscribe(() => onTold(owner, rows.get().length))
      })
      return () => stops.forEach((stop) => stop())
    },
    write: (i, change) => space.update(ids[i], change),
    settle: () => space.flush(),
    /** Moves the tree under another task, while everything under that is a live query. @returns how many that finds */
    watchUnder(i, onTold) {
      const rows = space.live(query.ids([ids[i]]).descendants(Task))
      rows.subscribe(() => onTold(rows.get().length))
    },
    move: (i, under) => space.move(ids[i], { parent: under === undefined ? null : ids[under] }),
    changeMany: (from, count) =>
      space.batch(() => {
        for (let i = from; i < from + count; i++) space.update(ids[i], { title: `Changed ${i}`, done: true })
      }),
    undo: () => space.undo.undo(),
    titleOf: (i) => space.get(Task, ids[i]).title,
    dispose: () => echo.dispose(),
  }
}
