import { useRef, useState, type ReactNode } from 'react'
import { query, useQuery } from 'echo-react'
import { AddTask } from './AddTask.tsx'
import { DeletedItems } from './DeletedItems.tsx'
import { useOpenSpace } from './spaceContext.ts'
import { TaskFilter, type Filter } from './TaskFilter.tsx'
import { TaskRow } from './TaskRow.tsx'
import { Task, type TaskItem } from './types.ts'

/** The tasks of the space, in the order they were made. */
export function Tasks(): ReactNode {
  const { space, canWrite, remove } = useOpenSpace()
  const [filter, setFilter] = useState<Filter>('all')
  const all = useQuery(space, query(Task))
  const shown = useQuery(space, filter === 'all' ? query(Task) : query(Task).where({ done: filter === 'done' }))
  const deleted = useQuery(space, query(Task).deleted('only'))
  const section = useRef<HTMLElement>(null)
  const open = all.filter(({ done }) => !done).length

  function removeTask(task: TaskItem): void {
    remove(task)
    // The row goes with the focus in it.
    section.current?.querySelector<HTMLElement>('h2')?.focus()
  }

  return (
    <section ref={section} className="card tasks" aria-labelledby="tasks-heading">
      <header className="card-header">
        <h2 id="tasks-heading" tabIndex={-1}>
          Tasks
        </h2>
        {all.length > 0 && <span className="muted">{open === 0 ? 'All done' : `${open} open`}</span>}
        {all.length > 0 && <TaskFilter value={filter} onChange={setFilter} />}
      </header>
      {canWrite && <AddTask onAdded={() => filter === 'done' && setFilter('all')} />}
      {shown.length > 0 ? (
        <ul className="task-list" aria-labelledby="tasks-heading">
          {shown.map((task) => (
            <TaskRow key={task.id} task={task} onRemove={removeTask} />
          ))}
        </ul>
      ) : (
        <p className="empty">{emptyText(filter, all.length, canWrite)}</p>
      )}
      <DeletedItems items={deleted} label="Deleted tasks" />
    </section>
  )
}

function emptyText(filter: Filter, count: number, canWrite: boolean): string {
  if (count === 0) return canWrite ? 'No tasks yet. Write down the first thing to do above.' : 'No tasks yet.'
  return filter === 'open' ? 'Nothing left to do.' : 'Nothing is done yet. Check a task to find it here.'
}
