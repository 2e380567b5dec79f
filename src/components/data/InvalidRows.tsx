'use client'
import type { ComponentProps, ReactNode } from 'react'
import type { Space } from '../../client/echo.ts'
import type { InvalidItem, ItemIssue } from '../../database/types/item.ts'
import type { Query } from '../../database/query/query.ts'
import { usePermissions } from '../../react/usePermissions.ts'
import { useQuery } from '../../react/useQuery.ts'
import { Button } from '../basics/Button.tsx'
import { classNames } from '../basics/classNames.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { ErrorNote } from '../basics/ErrorNote.tsx'
import { plainName } from '../basics/plainName.ts'
import { storedText } from '../basics/storedText.ts'
import { useAttempt } from '../basics/useAttempt.ts'

/** So many are shown: whoever writes makes up as many as he likes. */
const maxShown = 100

/**
 * What lies in a space and does not fit its type here, because another version of the app or a hostile member wrote it: what is wrong with each, what is
 * stored, and a way to delete it.
 * @example
 * <InvalidRows space={space} query={query(Task, Note).invalid('only')} />
 */
export function InvalidRows({
  space,
  query,
  ...props
}: ComponentProps<'div'> & { readonly space: Space; readonly query: Query<InvalidItem> }): ReactNode {
  const { can, why } = usePermissions(space)
  const { obstacles } = useMessages()
  const rows = useQuery(space, query)
  return (
    <InvalidRowsView
      {...props}
      rows={rows}
      {...(can.write ? { onDelete: (id) => space.delete(id) } : { whyNot: why.write && obstacles[why.write] })}
    />
  )
}

export interface InvalidRowsViewProps extends ComponentProps<'div'> {
  readonly rows: readonly InvalidItem[]
  /** Without it nothing can be deleted. @throws EchoError as `space.delete` does */
  readonly onDelete?: (id: string) => void
  /** Why nothing can be deleted. */
  readonly whyNot?: string | undefined
}

/** {@link InvalidRows} with any rows. */
export function InvalidRowsView({ rows, onDelete, whyNot, className, ...props }: InvalidRowsViewProps): ReactNode {
  const { common, invalid: messages } = useMessages()
  const shown = rows.slice(0, maxShown)
  const { error, attempt } = useAttempt('What does not fit could not be deleted. See the cause.')
  return (
    <div
      data-slot="invalid-rows"
      data-state={rows.length === 0 ? 'empty' : 'filled'}
      className={classNames('echo-step', className)}
      {...props}
    >
      <p className="echo-hint">{rows.length === 0 ? messages.none : messages.hint(rows.length)}</p>
      {rows.length > 0 && whyNot !== undefined && <p className="echo-hint">{whyNot}</p>}
      {shown.length > 0 && (
        <ul className="echo-faulty" aria-label={messages.label}>
          {shown.map((row) => (
            <li key={row.id} data-slot="invalid-row">
              <ul className="echo-plain-list">
                {row.issues.slice(0, 5).map((issue, i) => (
                  // oxlint-disable-next-line react/no-array-index-key -- the faults of a row have no names of their own, and change together
                  <li key={i}>{describe(issue)}</li>
                ))}
              </ul>
              <details>
                <summary>{messages.stored}</summary>
                <pre className="echo-stored" dir="ltr">
                  {storedText(row.raw, common.bytes)}
                </pre>
              </details>
              {onDelete !== undefined && (
                <div className="echo-actions">
                  <Button aria-label={messages.deleteNamed(row.id.slice(0, 6))} onClick={() => attempt(() => onDelete(row.id))}>
                    {messages.delete}
                  </Button>
                </div>
              )}
            </li>
          ))}
        </ul>
      )}
      {error !== undefined && <ErrorNote said="polite" error={error} />}
      {rows.length > shown.length && <p className="echo-hint">{messages.more(rows.length - shown.length)}</p>}
    </div>
  )
}

/** A fault as one line, whatever a schema says and whatever keys a member chose. */
function describe({ path, message }: ItemIssue): string {
  const where = path.map(String).join('.')
  return where === '' ? plainName(message) : `${plainName(where)}: ${plainName(message)}`
}
