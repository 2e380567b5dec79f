/** TanStack DB: a collection that stays local, with indexes, and live queries over it. It has no undo. */
import { BTreeIndex, and, createCollection, createLiveQueryCollection, eq, localOnlyCollectionOptions } from '@tanstack/db'
import { shownRows, taskId } from '../../lib/tasks.mjs'

export const name = 'TanStack DB'

export async function create(tasks) {
  const items = createCollection(
    localOnlyCollectionOptions({
      id: 'tasks',
      getKey: ({ id }) => id,
      autoIndex: 'eager',
      defaultIndexType: BTreeIndex,
      initialData: tasks.map(({ parent, ...values }, i) => ({
        id: taskId(i),
        ...values,
        parent: parent === undefined ? undefined : taskId(parent),
      })),
    }),
  )
  await items.preload()
  items.createIndex((row) => row.owner)
  items.createIndex((row) => row.due)
  items.createIndex((row) => row.parent)
  const open = (owner) =>
    createLiveQueryCollection({
      startSync: true,
      gcTime: 1,
      query: (q) =>
        q
          .from({ task: items })
          .where(({ task }) => and(eq(task.owner, owner), eq(task.done, false)))
          .orderBy(({ task }) => task.due)
          .limit(shownRows),
    })
  const change = (i, values) => items.update(taskId(i), (draft) => void Object.assign(draft, values))
  return {
    async firstRun(owner) {
      const rows = open(owner)
      await rows.preload()
      const titles = rows.toArray.map(({ title }) => title)
      await rows.cleanup()
      return titles
    },
    async openLive(owners, onTold) {
      const opened = owners.map((owner) => [owner, open(owner)])
      for (const [owner, rows] of opened) {
        await rows.preload()
        rows.subscribeChanges(() => onTold(owner, rows.size))
      }
      return () => Promise.all(opened.map(([, rows]) => rows.cleanup()))
    },
    write: change,
    settle: () => new Promise((resolve) => setTimeout(resolve)),
    watchUnder(i, onTold) {
      items.subscribeChanges(() => {
        const childrenByParent = new Map()
        for (const [id, { parent }] of items.entries()) {
          if (parent === undefined) continue
          const children = childrenByParent.get(parent)
          if (children === undefined) childrenByParent.set(parent, [id])
          else children.push(id)
        }
        const found = [taskId(i)]
        for (let at = 0; at < found.length; at++) found.push(...(childrenByParent.get(found[at]) ?? []))
        onTold(found.length - 1)
      })
    },
    move: (i, under) => change(i, { parent: under === undefined ? undefined : taskId(under) }),
    changeMany: undefined,
    dispose: () => items.cleanup(),
  }
}
