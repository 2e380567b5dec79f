'use client'
import { use, createContext, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react'
import type { ComponentProps, CSSProperties, KeyboardEvent, ReactElement, ReactNode, Ref } from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import type { Space } from '../../client/echo.ts'
import type { Query } from '../../database/query/query.ts'
import { useCount } from '../../react/useCount.ts'
import { useQuery } from '../../react/useQuery.ts'
import { classNames } from '../basics/classNames.ts'
import { Delayed } from '../basics/Delayed.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { Waiting } from '../basics/Waiting.tsx'

interface IdRow {
  readonly id: string
}

/** A query that can be asked for a part of its rows. */
export interface LimitableQuery<Row> extends Query<Row> {
  limit(count: number): Query<Row>
}

interface ListProps<Row> extends Omit<ComponentProps<'div'>, 'children' | 'onKeyDown'> {
  /** Names the list for screen readers. */
  readonly label: string
  /** Draws a row, of any height. */
  readonly children: (row: Row, index: number) => ReactNode
  /** Stands where the list would, when there is nothing in it. */
  readonly empty?: ReactNode
}

export interface InfiniteListProps<Row> extends ListProps<Row> {
  /** Undefined while it is opened. */
  readonly space: Space | undefined
  /** Which rows, in which order; without a limit of its own. */
  readonly query: LimitableQuery<Row>
  /** So many rows are read at first, and so many more whenever the last ones come near; 200 by default. */
  readonly pageSize?: number
}

export interface InfiniteListViewProps<Row> extends ListProps<Row> {
  /** Those read so far, from the first on; undefined while they are waited for. */
  readonly rows: readonly Row[] | undefined
  /** How many there are altogether. */
  readonly total: number
  /** The last of `rows` come near. */
  readonly onMore?: () => void
}

const defaultPageSize = 200
/** More is read when so many rows or fewer lie below what is seen. */
const rowsAhead = 50

/**
 * The rows of a query in a box that scrolls, live, however many there are: only those in sight are in the page, and rows are read as they come near.
 * What one looks at stays in its place when others come or go above it. The box needs a height: it has at most 30rem unless you give it another.
 * Arrow keys, Home and End go through the rows once the list or a row has the focus.
 * @example
 * <InfiniteList space={space} query={query(Task).orderBy('title')} label="Tasks" empty={<p>No tasks yet.</p>}>
 *   {(task) => <TaskRow task={task} />}
 * </InfiniteList>
 */
export function InfiniteList<Row extends IdRow>({ space, query, pageSize = defaultPageSize, ...props }: InfiniteListProps<Row>): ReactNode {
  // What is read of one query says nothing about another.
  const [read, setRead] = useState({ of: query.key, count: pageSize })
  const count = read.of === query.key ? read.count : pageSize
  const rows = useQuery(space, query.limit(count))
  const total = useCount(space, query) ?? 0
  return (
    <InfiniteListView
      {...props}
      key={query.key}
      rows={rows}
      total={total}
      onMore={() => setRead({ of: query.key, count: Math.min(count + pageSize, total + pageSize) })}
    />
  )
}

/** What of the rows was at the top of the box. */
interface Anchor {
  readonly index: number
  readonly id: string
  /** How far it reached above the edge, in pixels. */
  readonly above: number
}

const TotalContext = createContext(0)

/** {@link InfiniteList} for given rows. */
export function InfiniteListView<Row extends IdRow>({
  rows,
  total,
  onMore,
  label,
  children,
  empty,
  className,
  ref,
  ...props
}: InfiniteListViewProps<Row>): ReactNode {
  const { common } = useMessages()
  const box = useRef<HTMLDivElement>(null)
  const list = useRef<VirtualizerHandle>(null)
  const anchor = useRef<Anchor>(undefined)
  /** The row that has the focus, or is to get it: it stays in the page when it is scrolled away. */
  const [active, setActive] = useState<number>()
  const wanted = useRef<number>(undefined)
  useImperativeHandle(ref, () => box.current as HTMLDivElement, [])
  const length = rows?.length ?? 0

  /** Notes what is seen, and asks for more where little is left below it. */
  function look(): void {
    const handle = list.current
    if (handle === null || rows === undefined) return
    const index = handle.findItemIndex(handle.scrollOffset)
    const row = rows[index]
    anchor.current = row && { index, id: row.id, above: handle.scrollOffset - handle.getItemOffset(index) }
    if (length < total && handle.findItemIndex(handle.scrollOffset + handle.viewportSize) + rowsAhead >= length) onMore?.()
  }

  useLayoutEffect(() => {
    const handle = list.current
    const seen = anchor.current
    if (handle === null || seen === undefined || rows === undefined || handle.scrollOffset <= 0) return
    if (rows[seen.index]?.id === seen.id) return
    const index = rows.findIndex(({ id }) => id === seen.id)
    if (index < 0) return
    anchor.current = { ...seen, index }
    handle.scrollTo(handle.getItemOffset(index) + seen.above)
  }, [rows])

  useLayoutEffect(() => {
    if (active === undefined || wanted.current !== active) return
    let request = 0
    // A row that comes is hidden until it was measured, and cannot hold the focus before.
    const focus = (triesLeft: number): void => {
      const row = box.current?.querySelector<HTMLElement>(`[aria-posinset="${active + 1}"]`)
      row?.focus({ preventScroll: true })
      if (row !== null && row === document.activeElement) wanted.current = undefined
      else if (triesLeft > 0) request = requestAnimationFrame(() => focus(triesLeft - 1))
    }
    focus(30)
    return () => cancelAnimationFrame(request)
  }, [active])

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
    const from = event.target as HTMLElement
    const isRow = from.dataset['slot'] === 'list-row'
    // A control inside a row has its keys for itself.
    if (length === 0 || (!isRow && from !== box.current)) return
    const now = isRow ? Number(from.getAttribute('aria-posinset')) - 1 : (anchor.current?.index ?? 0) - 1
    const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: length - 1 }[event.key]
    if (next === undefined) return
    event.preventDefault()
    const index = Math.max(0, Math.min(length - 1, next))
    if (index === active && isRow) return
    wanted.current = index
    setActive(index)
    list.current?.scrollToIndex(index, { align: 'nearest' })
  }

  const state = rows === undefined ? 'loading' : length === 0 ? 'empty' : 'filled'
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- what scrolls must be reached by keyboard, and its rows from there
    <div
      data-slot="infinite-list"
      data-state={state}
      className={classNames('echo-infinite-list', className)}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- no form's fields, and a landmark of the page neither
      role="group"
      aria-label={label}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- as above
      tabIndex={0}
      {...props}
      ref={box}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        const row = event.target.closest('[data-slot="list-row"]')
        setActive(row === null ? undefined : Number(row.getAttribute('aria-posinset')) - 1)
      }}
    >
      {state === 'loading' && (
        <Delayed>
          <Waiting>{common.loading}</Waiting>
        </Delayed>
      )}
      {state === 'empty' && empty}
      {rows !== undefined && length > 0 && (
        <TotalContext value={Math.max(total, length)}>
          <Virtualizer
            ref={list}
            data={rows}
            as="ul"
            item={ListRow}
            {...(active !== undefined && active < length && { keepMounted: [active] })}
            onScroll={look}
            onResize={look}
          >
            {(row, index) => <Content key={row.id}>{children(row, index)}</Content>}
          </Virtualizer>
        </TotalContext>
      )}
    </div>
  )
}

/** Virtua wants an element for each row, and takes its key. */
function Content({ children }: { readonly children: ReactNode }): ReactNode {
  return children
}

function ListRow({
  index,
  style,
  ref,
  children,
}: {
  readonly index: number
  readonly style: CSSProperties
  readonly ref?: Ref<HTMLLIElement>
  readonly children: ReactNode
}): ReactElement {
  return (
    <li ref={ref} data-slot="list-row" style={style} tabIndex={-1} aria-posinset={index + 1} aria-setsize={use(TotalContext)}>
      <div>{children}</div>
    </li>
  )
}
