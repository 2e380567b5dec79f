import { useState, type ReactNode } from 'react'
import { Button } from 'echo-react/components'
import { useOpenSpace } from './spaceContext.ts'
import { Task } from './types.ts'

/** One line that adds tasks; the focus stays for the next. */
export function AddTask({ onAdded }: { readonly onAdded: () => void }): ReactNode {
  const { space } = useOpenSpace()
  const [title, setTitle] = useState('')
  return (
    <form
      className="row add"
      onSubmit={(event) => {
        event.preventDefault()
        const text = title.trim()
        if (text === '') return
        space.create(Task, { title: text })
        setTitle('')
        onAdded()
      }}
    >
      <input
        className="echo-input"
        aria-label="New task"
        placeholder="What is to do?"
        value={title}
        maxLength={200}
        autoComplete="off"
        enterKeyHint="done"
        onChange={(event) => setTitle(event.target.value)}
      />
      <Button type="submit">Add</Button>
    </form>
  )
}
