import type { ReactNode } from 'react'
import { useField } from 'echo-react'
import { Editors } from './Editors.tsx'
import { Icon } from './Icon.tsx'
import { useOpenSpace } from './spaceContext.ts'
import type { TaskItem } from './types.ts'

/** A task: done or not, its title to edit in place, and a way to delete it. */
export function TaskRow({ task, onRemove }: { readonly task: TaskItem; readonly onRemove: (task: TaskItem) => void }): ReactNode {
  const { space, canWrite, setEditing } = useOpenSpace()
  const title = useField(space, task, 'title')
  const name = task.title || 'Untitled'
  return (
    <li className="task" data-done={task.done}>
      <input
        type="checkbox"
        aria-label={`Done: ${name}`}
        checked={task.done}
        disabled={!canWrite}
        onChange={(event) => space.update(task, { done: event.target.checked })}
      />
      <textarea
        {...title.props}
        rows={1}
        className="in-place"
        aria-label={`Title of ${name}`}
        aria-invalid={title.error !== undefined}
        placeholder="Untitled"
        maxLength={200}
        readOnly={!canWrite}
        onChange={(event) => title.props.onChange({ target: { value: oneLine(event.target.value) } })}
        onFocus={() => setEditing(task.id)}
        onBlur={() => {
          title.props.onBlur()
          setEditing(undefined)
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
          event.preventDefault()
          event.currentTarget.blur()
        }}
      />
      <Editors itemId={task.id} />
      {canWrite && (
        <button type="button" className="echo-icon-button" aria-label={`Delete ${name}`} onClick={() => onRemove(task)}>
          <Icon name="bin" />
        </button>
      )}
    </li>
  )
}

/** A title may wrap but has no lines of its own, also where some were pasted. */
function oneLine(text: string): string {
  return text.replaceAll(/\s*[\r\n]+\s*/g, ' ')
}
