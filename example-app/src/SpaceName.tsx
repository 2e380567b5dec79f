import { useRef, useState, type ReactNode } from 'react'
import type { Space } from 'echo-react'
import { Button } from 'echo-react/components'
import { Icon } from './Icon.tsx'

interface SpaceNameProps {
  readonly space: Space
  readonly name: string
  readonly canWrite: boolean
}

/** The heading of a space, and a small form to rename it. */
export function SpaceName({ space, name, canWrite }: SpaceNameProps): ReactNode {
  const [draft, setDraft] = useState<string>()
  const renameButton = useRef<HTMLButtonElement>(null)

  function end(): void {
    setDraft(undefined)
    // The button is back after the render; the focus was in the form that goes.
    requestAnimationFrame(() => renameButton.current?.focus())
  }

  if (draft !== undefined) {
    return (
      <>
        <h1 className="echo-visually-hidden">{name}</h1>
        <form
          className="row rename"
          onSubmit={(event) => {
            event.preventDefault()
            const next = draft.trim()
            if (next !== '') space.setName(next)
            end()
          }}
        >
          <input
            className="echo-input"
            aria-label="Name of the space"
            value={draft}
            maxLength={80}
            // oxlint-disable-next-line jsx-a11y/no-autofocus -- the user has just asked to write here
            autoFocus
            onFocus={(event) => event.target.select()}
            onChange={(event) => setDraft(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') end()
            }}
          />
          <Button variant="primary" type="submit">
            Save
          </Button>
          <Button onClick={end}>Cancel</Button>
        </form>
      </>
    )
  }
  return (
    <div className="space-name">
      <h1>
        <bdi>{name}</bdi>
      </h1>
      {canWrite && (
        <button ref={renameButton} type="button" className="echo-icon-button" aria-label="Rename the space" onClick={() => setDraft(name)}>
          <Icon name="pen" />
        </button>
      )}
    </div>
  )
}
