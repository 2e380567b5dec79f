'use client'
import { useState, type ComponentProps, type ReactNode } from 'react'
import type { Space } from '../../client/echo.ts'
import type { Conflict } from '../../database/items/conflicts.ts'
import { useConflicts } from '../../react/useConflicts.ts'
import { useMembers } from '../../react/useMembers.ts'
import { usePermissions } from '../../react/usePermissions.ts'
import { Button } from '../basics/Button.tsx'
import { Dialog } from '../basics/Dialog.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { ErrorNote } from '../basics/ErrorNote.tsx'
import { News } from '../basics/News.tsx'
import { plainName } from '../basics/plainName.ts'
import { Portal } from '../basics/Portal.tsx'
import { storedText } from '../basics/storedText.ts'
import { useAttempt } from '../basics/useAttempt.ts'

/**
 * Says that values of an item lost against others which were written at the same time, and gives them back on request. Nothing where none did.
 * @example
 * <ConflictBadge space={space} id={task.id} labelOf={(key) => ({ title: 'Title' })[key] ?? key} />
 */
export function ConflictBadge({
  space,
  id,
  labelOf,
  ...props
}: ComponentProps<'span'> & {
  readonly space: Space
  readonly id: string
  /** What people call a field, by its name or path; by default that itself. */
  readonly labelOf?: (key: string) => string
}): ReactNode {
  const { conflicts, restore } = useConflicts(space, id)
  const members = useMembers(space)
  const { can } = usePermissions(space)
  return (
    <ConflictBadgeView
      {...props}
      conflicts={conflicts}
      nameOf={(author) => members.find((member) => member.id === author)?.name}
      {...(labelOf && { labelOf })}
      {...(can.write && { onRestore: restore })}
    />
  )
}

export interface ConflictBadgeViewProps extends ComponentProps<'span'> {
  readonly conflicts: readonly Conflict[]
  /** The name of a member, where it is known. */
  readonly nameOf: (author: string) => string | undefined
  readonly labelOf?: (key: string) => string
  /** Without it they are only to look at. @throws EchoError as `space.set` does */
  readonly onRestore?: (conflict: Conflict) => void
}

/** {@link ConflictBadge} with any values. */
export function ConflictBadgeView({ conflicts, nameOf, labelOf = (key) => key, onRestore, ...props }: ConflictBadgeViewProps): ReactNode {
  const { conflicts: messages, common } = useMessages()
  const [open, setOpen] = useState(false)
  const [restored, setRestored] = useState(0)
  const { error, attempt, forget } = useAttempt('The value could not be brought back. See the cause.')
  if (conflicts.length === 0 && !open) return null

  function close(): void {
    setOpen(false)
    setRestored(0)
    forget()
  }

  function textOf(value: Conflict['value']): string {
    if (value === undefined) return messages.unset
    const text = storedText(value, common.bytes)
    return typeof value === 'string' ? text.slice(1, -1) : text
  }

  function restore(conflict: Conflict): void {
    if (attempt(() => onRestore?.(conflict))) setRestored((count) => count + 1)
  }

  return (
    <span data-slot="conflict-badge" data-state={conflicts.length === 0 ? 'settled' : 'open'} {...props}>
      {conflicts.length > 0 && (
        <Button className="echo-conflict" aria-haspopup="dialog" onClick={() => setOpen(true)}>
          {messages.badge(conflicts.length)}
        </Button>
      )}
      <Portal>
        <Dialog open={open} onClose={close} title={messages.title} step={conflicts.length === 0 ? 'settled' : 'open'}>
          <div className="echo-step">
            <p>{conflicts.length === 0 ? messages.settled : messages.hint}</p>
            {conflicts.length > 0 && (
              <ul className="echo-faulty" aria-label={messages.label}>
                {conflicts.map((conflict) => {
                  const { key, value, kept, author, time } = conflict
                  const by = plainName(nameOf(author) ?? '') || messages.someone
                  return (
                    <li key={`${key} ${author} ${time}`} data-slot="conflict">
                      <span className="echo-person">
                        <bdi>{plainName(labelOf(key))}</bdi>
                      </span>
                      <dl className="echo-facts">
                        <dt>{messages.kept}</dt>
                        <dd>
                          <pre className="echo-stored">{textOf(kept)}</pre>
                        </dd>
                        <dt>{messages.lost}</dt>
                        <dd>
                          <pre className="echo-stored">{textOf(value)}</pre>
                          <span className="echo-hint">{messages.writtenBy(by, time)}</span>
                        </dd>
                      </dl>
                      {onRestore !== undefined && (
                        <div className="echo-actions">
                          <Button aria-label={messages.restoreNamed(plainName(labelOf(key)), by)} onClick={() => restore(conflict)}>
                            {messages.restore}
                          </Button>
                        </div>
                      )}
                    </li>
                  )
                })}
              </ul>
            )}
            {restored > 0 && <News key={restored}>{messages.restored}</News>}
            {error !== undefined && <ErrorNote said="polite" error={error} />}
            <div className="echo-actions">
              <Button onClick={close}>{common.done}</Button>
            </div>
          </div>
        </Dialog>
      </Portal>
    </span>
  )
}
