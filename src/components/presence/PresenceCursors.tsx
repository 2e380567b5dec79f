'use client'
import { useCallback, useImperativeHandle, useRef, type ComponentProps, type CSSProperties, type ReactNode } from 'react'
import { liveliest } from '../../client/invitations/liveliest.ts'
import { hueIn, hueOf } from '../../client/spaces/memberHues.ts'
import type { Space } from '../../client/echo.ts'
import { useCursors, type PresentCursor } from '../../react/useCursors.ts'
import { useReadable } from '../../react/useReadable.ts'
import { classNames } from '../basics/classNames.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { bareName } from '../basics/plainName.ts'

/** Most cursors that are drawn; a crowd hides what it points at. */
const maxCursors = 50

/**
 * An area in which people see each other's pointers, with names, over what it holds; see {@link useCursors}. For the eye only: who is here, `AvatarStack` says
 * to everyone. Put it within what scrolls, and around all that has a place of its own.
 * @example
 * <PresenceCursors space={space} area={board.id}><Board id={board.id} /></PresenceCursors>
 */
export function PresenceCursors({
  space,
  area,
  ref,
  ...props
}: ComponentProps<'div'> & {
  readonly space: Space
  /** Names the area to everyone, such as by the id of the item that it shows. */
  readonly area: string
}): ReactNode {
  const { others, ref: follow } = useCursors(space, area)
  const members = useReadable(space.members)
  const own = useRef<HTMLDivElement>(null)
  useImperativeHandle(ref, () => own.current as HTMLDivElement, [])
  const attach = useCallback(
    (element: HTMLDivElement | null) => {
      own.current = element
      return follow(element)
    },
    [follow],
  )
  const cursors = others.map((cursor) => ({ ...cursor, hue: hueIn(members, cursor.identity) }))
  return <PresenceCursorsView {...props} ref={attach} cursors={cursors} />
}

/** A cursor to show, and the hue of the person's colour, as in {@link MemberInfo}; by the id alone where it is left out. */
export type ShownCursor = PresentCursor & { readonly hue?: number }

/** {@link PresenceCursors} for given cursors. */
export function PresenceCursorsView({
  cursors,
  className,
  children,
  ...props
}: ComponentProps<'div'> & { readonly cursors: readonly ShownCursor[] }): ReactNode {
  const { members: messages } = useMessages()
  const shown = onePerPerson(cursors).slice(0, maxCursors)
  return (
    <div
      data-slot="presence-cursors"
      data-state={shown.length === 0 ? 'empty' : 'present'}
      className={classNames('echo-cursors', className)}
      {...props}
    >
      {children}
      <div className="echo-cursor-layer" aria-hidden="true">
        {shown.map(({ identity, hue = hueOf(identity), name, activity, data: { x, y } }) => (
          <div
            key={identity}
            data-slot="cursor"
            data-state={activity}
            // A name stands on the side where there is room for it.
            data-inline={x < 0.5 ? 'start' : 'end'}
            data-block={y < 0.5 ? 'start' : 'end'}
            className="echo-cursor"
            style={{ '--echo-hue': hue, '--echo-x': x, '--echo-y': y } as CSSProperties}
          >
            <svg viewBox="0 0 14 18" width="14" height="18">
              <path d="M1 1v14.5l3.9-3.7h6.4z" />
            </svg>
            <span>
              <bdi>{bareName(name) || messages.unnamed}</bdi>
            </span>
          </div>
        ))}
      </div>
    </div>
  )
}

/** Of several tabs and devices of one person the liveliest, so that nobody can fill an area alone. */
function onePerPerson(cursors: readonly ShownCursor[]): readonly ShownCursor[] {
  const people = new Map<string, ShownCursor>()
  for (const cursor of cursors) {
    const other = people.get(cursor.identity)
    if (other === undefined || liveliest(other.activity, cursor.activity) !== other.activity) people.set(cursor.identity, cursor)
  }
  return [...people.values()]
}
