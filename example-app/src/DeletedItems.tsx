import type { ReactNode } from 'react'
import { Button, useAnnounce } from 'echo-react/components'
import { useOpenSpace } from './spaceContext.ts'

interface DeletedItemsProps {
  readonly items: readonly { readonly id: string; readonly title: string }[]
  readonly label: string
}

/** What was deleted, folded away, with a way back for each. */
export function DeletedItems({ items, label }: DeletedItemsProps): ReactNode {
  const { space, canWrite } = useOpenSpace()
  const announce = useAnnounce()
  if (items.length === 0) return null
  return (
    <details className="deleted">
      <summary>
        {label} ({items.length})
      </summary>
      <ul>
        {items.map(({ id, title }) => (
          <li key={id}>
            <span>{title || 'Untitled'}</span>
            {canWrite && (
              <Button
                variant="quiet"
                aria-label={`Restore ${title || 'Untitled'}`}
                onClick={() => {
                  space.restore(id)
                  announce(`Restored ${title || 'Untitled'}`)
                }}
              >
                Restore
              </Button>
            )}
          </li>
        ))}
      </ul>
    </details>
  )
}
