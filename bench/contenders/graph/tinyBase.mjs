/** TinyBase: a store, queries over it, an index of children by their parent, checkpoints for undo. */
import { createCheckpoints, createIndexes, createQueries, createStore } from 'tinybase'
import { shownRows, taskId } from '../../lib/tasks.mjs'

export const name = 'TinyBase queries'

export function create(tasks) {
  const store = createStore()
  for (let i = 0; i < tasks.length; i += 100) {
    store.transaction(() => {
      for (let j = i; j < i + 100; j++) {
        const { parent, ...values } = tasks[j]
        store.setRow('tasks', taskId(j), parent === undefined ? values : { ...values, parent: taskId(parent) })
      }
    })
  }
  const queries = createQueries(store)
  const checkpoints = createCheckpoints(store)
  const define = (owner) =>
    queries.setQueryDefinition(owner, 'tasks', ({ select, where }) => {
      select('title')
      select('due')
      where('owner', owner)
      where('done', false)
    })
  const show = (owner) => queries.getResultSortedRowIds(owner, 'due', false, 0, shownRows)
  return {
    firstRun(owner) {
      define(owner)
      const titles = show(owner).map((id) => queries.getResultCell(owner, id, 'title'))
      queries.delQueryDefinition(owner)
      return titles
    },
    openLive(owners, onTold) {
      for (const owner of owners) {
        define(owner)
        queries.addResultSortedRowIdsListener(owner, 'due', false, 0, shownRows, (_, __, ___, ____, _____, ______, ids) =>
          onTold(owner, ids.length),
        )
        // The order alone does not tell that a row shows something else.
        queries.addResultRowListener(owner, null, () => onTold(owner, show(owner).length))
      }
      return () => owners.forEach((owner) => queries.delQueryDefinition(owner))
    },
    write: (i, change) => store.setPartialRow('tasks', taskId(i), change),
    settle: () => undefined,
    watchUnder(i, onTold) {
      const indexes = createIndexes(store).setIndexDefinition('byParent', 'tasks', 'parent')
      indexes.addSliceRowIdsListener('byParent', null, () => {
        const found = [taskId(i)]
        for (let at = 0; at < found.length; at++) found.push(...indexes.getSliceRowIds('byParent', found[at]))
        onTold(found.length - 1)
      })
    },
    move: (i, under) =>
      under === undefined ? store.delCell('tasks', taskId(i), 'parent') : store.setCell('tasks', taskId(i), 'parent', taskId(under)),
    changeMany: (from, count) => {
      checkpoints.addCheckpoint()
      store.transaction(() => {
        for (let i = from; i < from + count; i++) store.setPartialRow('tasks', taskId(i), { title: `Changed ${i}`, done: true })
      })
      checkpoints.addCheckpoint()
    },
    undo: () => checkpoints.goBackward(),
    titleOf: (i) => store.getCell('tasks', taskId(i), 'title'),
    dispose: () => undefined,
  }
}
