import { Suspense, useId, type ReactNode } from 'react'
import { query, useField, useItem, useMembers, useQuery, useText } from 'echo-react'
import { Button, ConflictBadge, Dialog, EchoErrorBoundary, plainName, TextField, useAnnounce } from 'echo-react/components'
import { Task, titleOf, type ColumnItem, type TaskItem } from './model.ts'
import { navigate } from './route.tsx'
import { OthersAt, useOpenSpace } from './openSpace.tsx'

interface TaskDialogProps {
  readonly taskId: string | undefined
  readonly columns: readonly ColumnItem[]
}

/** A task with all that is known of it. What is changed is stored at once, for everyone. */
export function TaskDialog({ taskId, columns }: TaskDialogProps): ReactNode {
  const { space } = useOpenSpace()
  const task = useItem(space, Task, taskId)
  const close = (): void => navigate({ space: space.id, view: 'board' })
  return (
    <Dialog open={taskId !== undefined} onClose={close} title="Task">
      {task === undefined ? (
        <p className="muted">This task was deleted, or is not here yet. Deleted tasks are in the trash, under “This space”.</p>
      ) : (
        <Fields task={task} columns={columns} onClose={close} />
      )}
    </Dialog>
  )
}

function Fields({
  task,
  columns,
  onClose,
}: {
  readonly task: TaskItem
  readonly columns: readonly ColumnItem[]
  readonly onClose: () => void
}): ReactNode {
  const { space, canWrite, remove } = useOpenSpace()
  const members = useMembers(space)
  const title = useField(space, task, 'title')
  const due = useField(space, task, 'due', { parse: (text) => (text === '' ? undefined : text) })
  const id = useId()
  return (
    <div className="echo-form">
      <div className="row">
        <OthersAt item={task.id} />
        <ConflictBadge space={space} id={task.id} labelOf={(key) => labels[key] ?? key} />
      </div>
      <div className="echo-field">
        <label htmlFor={`${id}title`}>Title</label>
        <input {...title.props} id={`${id}title`} className="echo-input" maxLength={200} aria-invalid={title.error !== undefined} />
      </div>
      <Place task={task} columns={columns} />
      <div className="echo-field">
        <label htmlFor={`${id}who`}>Who does it</label>
        <select
          id={`${id}who`}
          className="echo-input"
          disabled={!canWrite}
          value={task.assignee ?? ''}
          onChange={({ target }) => space.update(task, { assignee: target.value === '' ? undefined : target.value })}
        >
          <option value="">Nobody yet</option>
          {members.map((member) => (
            <option key={member.id} value={member.id}>
              {plainName(member.name)}
            </option>
          ))}
        </select>
      </div>
      <div className="echo-field">
        <label htmlFor={`${id}due`}>Due</label>
        <input {...due.props} id={`${id}due`} className="echo-input" type="date" aria-invalid={due.error !== undefined} />
      </div>
      <EchoErrorBoundary resetKey={task.id}>
        <Suspense fallback={<p className="muted appearing">Opening the details…</p>}>
          <Details id={task.id} />
        </Suspense>
      </EchoErrorBoundary>
      {canWrite && (
        <div className="echo-actions">
          <Button
            onClick={() => {
              remove(task)
              onClose()
            }}
          >
            Delete task
          </Button>
        </div>
      )}
    </div>
  )
}

const labels: Readonly<Record<string, string>> = { title: 'Title', assignee: 'Who does it', due: 'Due' }

/** The column, and the place in it: what dragging does, for keyboards and phones. */
function Place({ task, columns }: { readonly task: TaskItem; readonly columns: readonly ColumnItem[] }): ReactNode {
  const { space, canWrite } = useOpenSpace()
  const announce = useAnnounce()
  const column = columns.find((each) => each.id === task.$.parentId)
  const tasks = useQuery(space, column && query(Task).under(column)) ?? []
  const place = tasks.findIndex((other) => other.id === task.id)
  const id = useId()

  function moveTo(target: ColumnItem, before: TaskItem | undefined): void {
    space.batch(() => space.move(task, { parent: target, ...(before !== undefined && { before }) }), {
      label: `Moved to ${titleOf(target)}`,
    })
    announce(`Moved to ${titleOf(target)}`)
  }

  return (
    <div className="echo-field">
      <label htmlFor={id}>Column</label>
      <div className="row">
        <select
          id={id}
          className="echo-input"
          disabled={!canWrite}
          value={column?.id ?? ''}
          onChange={({ target }) => {
            const next = columns.find((each) => each.id === target.value)
            if (next !== undefined) moveTo(next, undefined)
          }}
        >
          {column === undefined && <option value="">None</option>}
          {columns.map((each) => (
            <option key={each.id} value={each.id}>
              {titleOf(each)}
            </option>
          ))}
        </select>
        {canWrite && column !== undefined && (
          <>
            <Button aria-disabled={place <= 0} onClick={() => place > 0 && moveTo(column, tasks[place - 1])}>
              Move up
            </Button>
            <Button aria-disabled={place >= tasks.length - 1} onClick={() => place < tasks.length - 1 && moveTo(column, tasks[place + 2])}>
              Move down
            </Button>
          </>
        )}
      </div>
    </div>
  )
}

function Details({ id }: { readonly id: string }): ReactNode {
  const { space, canWrite } = useOpenSpace()
  return <TextField text={useText(space, id)} label="Details" multiline readOnly={!canWrite} placeholder="What there is to know" />
}
