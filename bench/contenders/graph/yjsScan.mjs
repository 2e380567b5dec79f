/** One flat Y.Map with a plain object a key, and each question a look at all of it. */
import * as Y from 'yjs'
import { shownRows, taskId } from '../../lib/tasks.mjs'

export const name = 'Yjs, a look at every item'

export function create(tasks) {
  const doc = new Y.Doc()
  const items = doc.getMap('tasks')
  for (let i = 0; i < tasks.length; i += 100) {
    doc.transact(() => {
      for (let j = i; j < i + 100; j++) {
        const { parent, ...values } = tasks[j]
        items.set(taskId(j), parent === undefined ? values : { ...values, parent: taskId(parent) })
      }
    })
  }
  const undo = new Y.UndoManager(items, { captureTimeout: 0 })
  const open = (owner) => {
    const rows = []
    items.forEach((task) => {
      if (task.owner === owner && !task.done) rows.push(task)
    })
    return rows.sort((a, b) => a.due - b.due).slice(0, shownRows)
  }
  const change = (i, values) => items.set(taskId(i), { ...items.get(taskId(i)), ...values })
  return {
    firstRun: (owner) => open(owner).map(({ title }) => title),
    openLive(owners, onTold) {
      let shown = new Map(owners.map((owner) => [owner, open(owner)]))
      const look = () => {
        const now = new Map(owners.map((owner) => [owner, open(owner)]))
        for (const [owner, rows] of now) {
          const before = shown.get(owner)
          if (rows.length !== before.length || rows.some((row, at) => row !== before[at])) onTold(owner, rows.length)
        }
        shown = now
      }
      items.observe(look)
      return () => items.unobserve(look)
    },
    write: change,
    settle: () => undefined,
    watchUnder(i, onTold) {
      items.observe(() => {
        const childrenByParent = new Map()
        items.forEach((task, id) => {
          if (task.parent === undefined) return
          const children = childrenByParent.get(task.parent)
          if (children === undefined) childrenByParent.set(task.parent, [id])
          else children.push(id)
        })
        const found = [taskId(i)]
        for (let at = 0; at < found.length; at++) found.push(...(childrenByParent.get(found[at]) ?? []))
        onTold(found.length - 1)
      })
    },
    move: (i, under) => change(i, { parent: under === undefined ? undefined : taskId(under) }),
    changeMany: (from, count) => {
      undo.stopCapturing()
      doc.transact(() => {
        for (let i = from; i < from + count; i++) change(i, { title: `Changed ${i}`, done: true })
      })
    },
    undo: () => undo.undo(),
    titleOf: (i) => items.get(taskId(i)).title,
    dispose: () => doc.destroy(),
  }
}
