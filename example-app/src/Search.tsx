import { useEffect, useEffectEvent, useId, useRef, useState, type ReactNode } from 'react'
import { query, useQuery, useUnsearchedTexts, type Item } from 'echo-react'
import { Button, Dialog, plainName } from 'echo-react/components'
import { Icon } from './Icon.tsx'
import { MarkdownNote, RichNote, Task, titleOf } from './model.ts'
import { RouteLink } from './route.tsx'
import { useOpenSpace } from './openSpace.tsx'

const maxFound = 30

/** Finds notes and tasks by title and text. Ctrl or Cmd and K opens it. */
export function Search(): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.key.toLowerCase() !== 'k') return
    event.preventDefault()
    setOpen(true)
  })
  useEffect(() => {
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
  return (
    <>
      <Button className="search-button" onClick={() => setOpen(true)}>
        <Icon name="search" /> <span>Search</span>
      </Button>
      <Dialog open={isOpen} onClose={() => setOpen(false)} title="Search">
        <Found onChosen={() => setOpen(false)} />
      </Dialog>
    </>
  )
}

function Found({ onChosen }: { readonly onChosen: () => void }): ReactNode {
  const { space } = useOpenSpace()
  const [typed, setTyped] = useState('')
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  // After the dialog, which gives the focus to its heading: this one is there to be typed in.
  useEffect(() => field.current?.focus(), [])
  // A search for nothing readies the texts for the first letter.
  const found = useQuery(space, query(RichNote, MarkdownNote, Task).search(typed).limit(maxFound))
  const unread = useUnsearchedTexts(space)
  const isAsked = typed.trim() !== ''
  return (
    <>
      <div className="echo-field">
        <label htmlFor={id}>Words in a note or task</label>
        <input
          id={id}
          className="echo-input"
          type="search"
          value={typed}
          ref={field}
          autoComplete="off"
          onChange={({ target }) => setTyped(target.value)}
        />
      </div>
      {isAsked && (
        <ul className="found" aria-label="Found">
          {found.map((item) => (
            <li key={item.id}>
              <RouteLink to={{ space: space.id, view: item.$.type === Task.name ? 'board' : 'notes', item: item.id }} onClick={onChosen}>
                <bdi>{titleOf(item)}</bdi>
                <small>{[item.$.type === Task.name ? 'Task' : 'Note', excerptOf(item)].filter((part) => part !== '').join(' · ')}</small>
              </RouteLink>
            </li>
          ))}
        </ul>
      )}
      <output className="muted">
        {isAsked && (unread > 0 ? `Still looking into ${unread} texts…` : found.length === 0 ? 'Nothing found.' : '')}
      </output>
    </>
  )
}

function excerptOf({ $ }: Item): string {
  return plainName($.excerpt ?? '', { maxLength: 80 })
}
