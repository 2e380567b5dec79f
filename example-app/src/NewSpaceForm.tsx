import { useId, useState, type ReactNode } from 'react'
import { Button, ErrorNote } from 'echo-react/components'
import { useCreateSpace } from './useCreateSpace.ts'

/** Asks for a name and makes a space. */
export function NewSpaceForm({ onCreated }: { readonly onCreated?: () => void }): ReactNode {
  const { create, busy, error } = useCreateSpace()
  const [name, setName] = useState('')
  const id = useId()
  return (
    <form
      className="echo-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() === '' || busy) return
        void create(name.trim()).then((created) => created && onCreated?.())
      }}
    >
      <div className="echo-field">
        <label htmlFor={id}>Name of the space</label>
        <input
          id={id}
          className="echo-input"
          value={name}
          onChange={(event) => setName(event.target.value)}
          placeholder="Spring survey"
          maxLength={80}
          autoComplete="off"
        />
      </div>
      {error !== undefined && <ErrorNote error={error} role="alert" />}
      <div className="echo-actions">
        <Button variant="primary" type="submit" disabled={busy || name.trim() === ''}>
          Create space
        </Button>
      </div>
    </form>
  )
}
