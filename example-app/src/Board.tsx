import { useEffect, useRef, useState, type ReactNode } from 'react'
import { query, useCount, useField, useMembers, useQuery } from 'echo-react'
import { Avatar, Button, plainName, PresenceCursors } from 'echo-react/components'
import { useDragged, useDropTarget } from './dragging.ts'
import { Icon, IconButton } from './Icon.tsx'
import { addColumns, Column, Task, titleOf, type ColumnItem, type TaskItem } from './model.ts'
import { OthersAt, useOpenSpace } from './openSpace.tsx'
import { RouteLink } from './route.tsx'
import { TaskDialog } from './TaskDialog.tsx'

const pageSize = 50

/** The tasks of the space in columns. Cards are dragged, or moved in the dialog that they open. */
export function Board({ taskId }: { readonly taskId: string | undefined }): ReactNode {
  const { space, canWrite } = useOpenSpace()
  const columns = useQuery(space, query(Column))
  const section = useRef<HTMLElement>(null)
  const shown = useRef(taskId)
  useEffect(() => {
    const before = shown.current
    shown.current = taskId
    // The card may stand elsewhere by now, and the dialog not find it.
    if (taskId === undefined && before !== undefined) section.current?.querySelector<HTMLElement>(`[data-task="${before}"]`)?.focus()
  }, [taskId])
  return (
    <section ref={section} aria-labelledby="board-heading">
      <h2 id="board-heading" className="echo-visually-hidden">
        Board
      </h2>
      {columns.length === 0 ? (
        <div className="card empty">
          <p>This board has no columns yet.</p>
          {canWrite && <Button onClick={() => addColumns(space)}>Set up the board</Button>}
        </div>
      ) : (
        <PresenceCursors space={space} area="board" className="board">
          {columns.map((column) => (
            <ColumnView key={column.id} column={column} />
          ))}
          {canWrite && (
            <Button variant="quiet" onClick={() => space.create(Column, { title: 'New column' })}>
              <Icon name="plus" /> Column
            </Button>
          )}
        </PresenceCursors>
      )}
      <TaskDialog taskId={taskId} columns={columns} />
    </section>
  )
}

function ColumnView({ column }: { readonly column: ColumnItem }): ReactNode {
  const { space, canWrite, remove } = useOpenSpace()
  const [limit, setLimit] = useState(pageSize)
  const all = query(Task).under(column)
  const tasks = useQuery(space, all.limit(limit))
  const count = useCount(space, all)
  const title = useField(space, column, 'title')
  const box = useRef<HTMLElement>(null)
  const over = useDropTarget(box, {
    kind: 'task',
    placeAt: () => 'into',
    onDrop: (id) => space.batch(() => space.move(id, { parent: column }), { label: `Moved to ${titleOf(column)}` }),
  })
  return (
    <section ref={box} className="column" data-over={over} aria-label={titleOf(column)}>
      <header>
        <h3 className="echo-visually-hidden">{titleOf(column)}</h3>
        <input
          {...title.props}
          className="in-place"
          aria-label={`Title of the column ${titleOf(column)}`}
          placeholder="Untitled"
          maxLength={200}
        />
        <span className="count">
          {count}
          <span className="echo-visually-hidden">{count === 1 ? ' task' : ' tasks'}</span>
        </span>
        {canWrite && count === 0 && <IconButton icon="bin" label={`Delete the column ${titleOf(column)}`} onClick={() => remove(column)} />}
      </header>
      {canWrite && <AddTask column={column} />}
      <ul className="cards">
        {tasks.map((task) => (
          <Card key={task.id} task={task} column={column} />
        ))}
      </ul>
      {count > tasks.length && (
        <Button variant="quiet" onClick={() => setLimit(limit + pageSize)}>
          {count - tasks.length} more
        </Button>
      )}
    </section>
  )
}

/** One line that adds tasks; the focus stays for the next. */
function AddTask({ column }: { readonly column: ColumnItem }): ReactNode {
  const { space } = useOpenSpace()
  const [title, setTitle] = useState('')
  return (
    <form
      className="row add"
      onSubmit={(event) => {
        event.preventDefault()
        if (title.trim() === '') return
        space.create(Task, { title: title.trim() }, { parent: column })
        setTitle('')
      }}
    >
      <input
        className="echo-input"
        aria-label={`New task in ${titleOf(column)}`}
        placeholder="New task"
        value={title}
        maxLength={200}
        autoComplete="off"
        enterKeyHint="done"
        onChange={({ target }) => setTitle(target.value)}
      />
      <button type="submit" className="echo-icon-button" aria-label={`Add to ${titleOf(column)}`}>
        <Icon name="plus" />
      </button>
    </form>
  )
}

const days = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' })

function Card({ task, column }: { readonly task: TaskItem; readonly column: ColumnItem }): ReactNode {
  const { space, canWrite } = useOpenSpace()
  const assignee = useMembers(space).find(({ id }) => id === task.assignee)
  const card = useRef<HTMLLIElement>(null)
  useDragged(card, 'task', canWrite ? task.id : undefined)
  const over = useDropTarget(card, {
    kind: 'task',
    placeAt: () => 'before',
    onDrop(id) {
      if (id !== task.id) space.batch(() => space.move(id, { parent: column, before: task }), { label: `Moved to ${titleOf(column)}` })
    },
  })
  return (
    <li ref={card} className="task-card" data-over={over}>
      <RouteLink to={{ space: space.id, view: 'board', item: task.id }} draggable={false} data-task={task.id}>
        <bdi>{titleOf(task)}</bdi>
        {task.due !== undefined && <small>{days.format(new Date(task.due))}</small>}
        {task.$.conflicts.length > 0 && <small className="unkept">Changed by two at once</small>}
      </RouteLink>
      <OthersAt item={task.id} />
      {assignee !== undefined && (
        <Avatar
          id={assignee.id}
          hue={assignee.hue}
          name={assignee.name}
          colour={assignee.colour}
          emoji={assignee.emoji}
          picture={assignee.picture}
          title={`${plainName(assignee.name)} does it`}
        />
      )}
    </li>
  )
}
