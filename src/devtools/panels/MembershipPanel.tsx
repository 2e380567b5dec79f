import { useCallback, type CSSProperties, type ReactNode } from 'react'
import type { Space } from '../../client/echo.ts'
import { inspectableOf } from '../../client/inspection/inspectable.ts'
import { inspectMembership, type InspectedOperation } from '../../client/inspection/inspectMembership.ts'
import { Badge } from '../parts/Badge.tsx'
import { Id } from '../parts/Id.tsx'
import { PanelHead } from '../parts/PanelHead.tsx'
import { Person, useNames } from '../parts/Person.tsx'
import { useReading } from '../parts/useReading.ts'

/** The newest are drawn. */
const maxDrawn = 300
/** What lies deeper stands no further in. */
const maxIndent = 12

/** Who let in, shut out and invited whom: the operations of the membership log, each below those that it follows. */
export function MembershipPanel({ space }: { readonly space: Space }): ReactNode {
  const { value: operations = [] } = useReading(
    useCallback(() => inspectMembership(inspectableOf(space)), [space]),
    2000,
  )
  const names = useNames(space)
  const drawn = operations.slice(-maxDrawn)
  const numbers = new Map(operations.map(({ id }, index) => [id, index + 1]))
  return (
    <>
      <PanelHead>
        {operations.length} operations, each after those that it follows. What stands level was made without knowing of each other.
        {drawn.length < operations.length && ` The newest ${maxDrawn} are shown.`}
      </PanelHead>
      <ol className="echo-devtools-list" aria-label="Membership operations" start={operations.length - drawn.length + 1}>
        {drawn.map((operation) => (
          <OperationRow key={operation.id} operation={operation} numbers={numbers} names={names} />
        ))}
      </ol>
    </>
  )
}

function OperationRow({
  operation,
  numbers,
  names,
}: {
  readonly operation: InspectedOperation
  readonly numbers: ReadonlyMap<string, number>
  readonly names: ReadonlyMap<string, string>
}): ReactNode {
  const { id, parents, depth, kind, author, device, subjects, voidBecause } = operation
  return (
    <li style={{ '--echo-devtools-depth': Math.min(depth, maxIndent) } as CSSProperties}>
      <span className="echo-devtools-number">{numbers.get(id)}</span> <strong>{kind}</strong>
      {subjects.map((subject, index) => (
        <span key={index}>
          {' '}
          {subject.identity !== undefined && <Person id={subject.identity} names={names} />}
          {subject.device !== undefined && (
            <>
              {' '}
              device <Id id={subject.device} />
            </>
          )}
          {subject.role !== undefined && ` as ${subject.role}`}
        </span>
      ))}{' '}
      · by{' '}
      {author !== undefined && (
        <>
          <Person id={author} names={names} />,{' '}
        </>
      )}
      device <Id id={device} />
      {parents.length > 0 && ` · follows ${parents.map((parent) => numbers.get(parent)).join(', ')}`} · <Id id={id} />{' '}
      {voidBecause === undefined ? <Badge tone="good">valid</Badge> : <Badge tone="bad">void: {reasons[voidBecause]}</Badge>}
    </li>
  )
}

const reasons: Readonly<Record<NonNullable<InspectedOperation['voidBecause']>, string>> = {
  rests: 'it rests on one that does not count',
  removed: 'its author was removed',
  left: 'its author had left',
  revoked: 'its device was shut out',
}
