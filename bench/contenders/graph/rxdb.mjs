/** RxDB on its storage in memory, with an index of the query and one of the parents. It has no undo. */
import { createRxDatabase } from 'rxdb'
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory'
import { shownRows, taskId } from '../../lib/tasks.mjs'

export const name = 'RxDB, memory'

const schema = {
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: {
    id: { type: 'string', maxLength: 20 },
    title: { type: 'string' },
    done: { type: 'boolean' },
    due: { type: 'number', minimum: 0, maximum: 1_000_000, multipleOf: 1 },
    owner: { type: 'string', maxLength: 20 },
    parent: { type: 'string', maxLength: 20 },
  },
  required: ['id', 'title', 'done', 'due', 'owner', 'parent'],
  indexes: [['owner', 'done', 'due'], 'parent'],
}

export async function create(tasks) {
  const database = await createRxDatabase({ name: 'bench', storage: getRxStorageMemory(), multiInstance: false })
  const { items } = await database.addCollections({ items: { schema } })
  for (let i = 0; i < tasks.length; i += 10_000) {
    const written = await items.bulkInsert(
      tasks
        .slice(i, i + 10_000)
        .map(({ parent, ...values }, at) => ({ id: taskId(i + at), ...values, parent: parent === undefined ? '' : taskId(parent) })),
    )
    if (written.error.length > 0) throw new Error('RxDB refused items')
  }
  const open = (owner) => items.find({ selector: { owner, done: false }, sort: [{ due: 'asc' }], limit: shownRows })
  const patch = async (i, change) => (await items.findOne(taskId(i)).exec()).incrementalPatch(change)
  return {
    firstRun: async (owner) => (await open(owner).exec()).map(({ title }) => title),
    async openLive(owners, onTold) {
      const subscriptions = owners.map((owner) => open(owner).$.subscribe((rows) => onTold(owner, rows.length)))
      await new Promise((resolve) => setTimeout(resolve, 3_000))
      return () => subscriptions.forEach((subscription) => subscription.unsubscribe())
    },
    write: patch,
    settle: () => new Promise((resolve) => setTimeout(resolve)),
    watchUnder(i, onTold) {
      items.$.subscribe(async () => {
        // One question for all that lies under something: asking level by level takes minutes.
        const childrenByParent = new Map()
        for (const { id, parent } of await items.find({ selector: { parent: { $gt: '' } } }).exec()) {
          const children = childrenByParent.get(parent)
          if (children === undefined) childrenByParent.set(parent, [id])
          else children.push(id)
        }
        const found = [taskId(i)]
        for (let at = 0; at < found.length; at++) found.push(...(childrenByParent.get(found[at]) ?? []))
        onTold(found.length - 1)
      })
    },
    move: (i, under) => patch(i, { parent: under === undefined ? '' : taskId(under) }),
    changeMany: undefined,
    dispose: () => database.close(),
  }
}
