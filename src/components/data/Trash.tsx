'use client'
import { useRef, useState, type ComponentProps, type ReactNode } from 'react'
import type { Space } from '../../client/echo.ts'
import type { DeletedItem } from '../../database/graph/trash.ts'
import { useMembers } from '../../react/useMembers.ts'
import { usePermissions } from '../../react/usePermissions.ts'
import { useTrash } from '../../react/useTrash.ts'
import { useAnnounce } from '../basics/Announcer.tsx'
import { Button } from '../basics/Button.tsx'
import { classNames } from '../basics/classNames.ts'
import { ConfirmDialog } from '../basics/ConfirmDialog.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { ErrorNote } from '../basics/ErrorNote.tsx'
import { plainName } from '../basics/plainName.ts'
import { Portal } from '../basics/Portal.tsx'
import { useAttempt } from '../basics/useAttempt.ts'

/** So many are shown at once; the newest. */
const maxShown = 100
const idle = { status: 'idle' } as const

/**
 * What is deleted in a space, by whom and with how much under it: to be restored, or deleted for good.
 * @example
 * <Trash space={space} titleOf={({ row }) => (row && 'title' in row ? String(row.title) : 'Something')} />
 */
export function Trash({
  space,
  titleOf,
  ...props
}: ComponentProps<'div'> & {
  readonly space: Space
  /** What to call an item; by default its title or name, else its type. */
  readonly titleOf?: (item: DeletedItem) => string
}): ReactNode {
  const items = useTrash(space)
  const members = useMembers(space)
  const { can } = usePermissions(space)
  return (
    <TrashView
      {...props}
      items={items}
      nameOf={(id) => members.find((member) => member.id === id)?.name}
      {...(titleOf && { titleOf })}
      {...(can.write && { onRestore: (id: string) => space.restore(id), onPurge: (id: string) => space.purge(id) })}
    />
  )
}

export interface TrashViewProps extends ComponentProps<'div'> {
  readonly items: readonly DeletedItem[]
  /** The name of who deleted something, where it is known. */
  readonly nameOf: (identity: string) => string | undefined
  readonly titleOf?: (item: DeletedItem) => string
  /** Without them it is only to look at. @throws EchoError as `space.restore` and `space.purge` do */
  readonly onRestore?: (id: string) => void
  readonly onPurge?: (id: string) => void
}

/** {@link Trash} with any items. */
export function TrashView({ items, nameOf, titleOf = defaultTitle, onRestore, onPurge, className, ...props }: TrashViewProps): ReactNode {
  const { trash: messages } = useMessages()
  const announce = useAnnounce()
  const list = useRef<HTMLDivElement>(null)
  const [purging, setPurging] = useState<DeletedItem>()
  const { error, attempt } = useAttempt('The item could not be restored or deleted for good. See the cause.')
  const titled = (item: DeletedItem): string => plainName(titleOf(item)) || messages.untitled
  const shown = items.slice(0, maxShown)

  /** The button is about to go with its row. */
  function settle(text: string): void {
    announce(text)
    list.current?.focus()
  }

  return (
    <div
      ref={list}
      tabIndex={-1}
      data-slot="trash"
      data-state={items.length === 0 ? 'empty' : 'filled'}
      className={classNames('echo-step', className)}
      {...props}
    >
      {items.length === 0 && <p className="echo-hint">{messages.empty}</p>}
      {shown.length > 0 && (
        <ul className="echo-people" aria-label={messages.label}>
          {shown.map((item) => {
            const by = item.deletedBy && nameOf(item.deletedBy)
            const facts = [
              ...(item.count > 0 ? [messages.with(item.count)] : []),
              ...(by !== undefined ? [messages.by(plainName(by))] : []),
              ...(item.deletedAt !== undefined ? [messages.at(item.deletedAt)] : []),
            ]
            return (
              <li key={item.id} data-slot="trash-item">
                <span className="echo-person">
                  <bdi>{titled(item)}</bdi>
                  {facts.length > 0 && <small>{facts.join(' · ')}</small>}
                </span>
                <span className="echo-row-actions">
                  {onRestore !== undefined && (
                    <Button
                      aria-label={messages.restoreNamed(titled(item))}
                      onClick={() => {
                        if (attempt(() => onRestore(item.id))) settle(messages.restored(titled(item)))
                      }}
                    >
                      {messages.restore}
                    </Button>
                  )}
                  {onPurge !== undefined && (
                    <Button variant="quiet" aria-label={messages.purgeNamed(titled(item))} onClick={() => setPurging(item)}>
                      {messages.purge}
                    </Button>
                  )}
                </span>
              </li>
            )
          })}
        </ul>
      )}
      {error !== undefined && <ErrorNote said="polite" error={error} />}
      {items.length > shown.length && <p className="echo-hint">{messages.more(items.length - shown.length)}</p>}
      <Portal>
        <ConfirmDialog
          open={purging !== undefined}
          onClose={() => setPurging(undefined)}
          title={messages.purgeTitle(purging === undefined ? '' : titled(purging))}
          confirm={messages.purgeConfirm}
          busy={messages.purgeConfirm}
          state={idle}
          onConfirm={() => {
            if (purging !== undefined && attempt(() => onPurge?.(purging.id))) settle(messages.purged(titled(purging)))
            setPurging(undefined)
          }}
        >
          <p>{messages.purgeHint(purging?.count ?? 0)}</p>
        </ConfirmDialog>
      </Portal>
    </div>
  )
}

function defaultTitle({ row, type }: DeletedItem): string {
  const { title, name } = (row ?? {}) as { readonly title?: unknown; readonly name?: unknown }
  return typeof title === 'string' ? title : typeof name === 'string' ? name : type
}
