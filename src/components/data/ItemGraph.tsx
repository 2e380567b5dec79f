'use client'
import { useRef, useState, type ComponentProps, type CSSProperties, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import type { Space } from '../../client/echo.ts'
import type { Item } from '../../database/types/item.ts'
import type { AnyItemType } from '../../database/types/defineType.ts'
import type { TypedQuery } from '../../database/query/query.ts'
import { useCount } from '../../react/useCount.ts'
import { useQuery } from '../../react/useQuery.ts'
import { Button } from '../basics/Button.tsx'
import { classNames } from '../basics/classNames.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { layOutItems, maxDrawnDepth, type GraphItem, type GraphLink, type PlacedItem } from './itemGraphLayout.ts'
import { plainName } from '../basics/plainName.ts'

const defaultLimit = 300

/**
 * The items that a query finds, drawn as a tree with the links between them. The arrow keys go through it.
 * @example
 * <ItemGraph space={space} query={query.all()} label={(item) => ('title' in item ? String(item.title) : item.$.type)} onSelect={(item) => open(item.id)} />
 */
export function ItemGraph({
  space,
  query,
  label = defaultLabel,
  onSelect,
  limit = defaultLimit,
  ...props
}: Omit<ComponentProps<'div'>, 'onSelect'> & {
  readonly space: Space
  /** What to draw: `query.all()`, or `query.ids([id]).descendants()` for what lies under an item. */
  readonly query: TypedQuery<AnyItemType, Item>
  /** What to call an item; by default its title or name, else its type. */
  readonly label?: (item: Item) => string
  readonly onSelect?: (item: Item) => void
  /** The id of the item that is chosen. */
  readonly selected?: string | undefined
  /** At most so many items are drawn. */
  readonly limit?: number
}): ReactNode {
  // Links may be among the rows.
  const most = query.limit(limit * 4)
  const rows = useQuery(space, most)
  const linksOfRows: readonly Item[] = useQuery(space, most.links())
  const all = useCount(space, query)
  const items = rows.filter(({ $ }) => $.source === undefined)
  const linksById = new Map<string, GraphLink>()
  for (const { id, $ } of [...rows, ...linksOfRows]) {
    if ($.source !== undefined && $.target !== undefined) linksById.set(id, { id, source: $.source, target: $.target })
  }
  return (
    <ItemGraphView
      {...props}
      items={items.slice(0, limit).map((item) => ({ id: item.id, label: label(item), parentId: item.$.parentId }))}
      links={[...linksById.values()]}
      total={all - (rows.length - items.length)}
      {...(onSelect && {
        onSelect: (id: string) => {
          const item = items.find((row) => row.id === id)
          if (item !== undefined) onSelect(item)
        },
      })}
    />
  )
}

export interface ItemGraphViewProps extends Omit<ComponentProps<'div'>, 'onSelect'> {
  readonly items: readonly GraphItem[]
  /** Those with an end that is not drawn are left out. */
  readonly links: readonly GraphLink[]
  /** How many items there are; as many as are drawn by default. */
  readonly total?: number
  readonly selected?: string | undefined
  readonly onSelect?: (id: string) => void
}

/** Pixels at a zoom of 1. */
const rowSize = 36
const indent = 28
const chipWidth = 200
const gap = 8
const zooms = [0.5, 0.75, 1, 1.5, 2] as const

/** {@link ItemGraph} with any items. */
export function ItemGraphView({
  items,
  links,
  total = items.length,
  selected,
  onSelect,
  className,
  ...props
}: ItemGraphViewProps): ReactNode {
  const { graph: messages } = useMessages()
  const pane = useRef<HTMLDivElement>(null)
  const drag = useRef<{ readonly x: number; readonly y: number; readonly left: number; readonly top: number }>(undefined)
  const [zoom, setZoom] = useState(2)
  const [focused, setFocused] = useState<string>()
  const placed = layOutItems(items)
  const byId = new Map(placed.map((item) => [item.id, item]))
  const drawn = links.flatMap(({ id, source, target }) => {
    const [from, to] = [byId.get(source), byId.get(target)]
    return from === undefined || to === undefined ? [] : [{ id, from, to }]
  })
  const named = ({ label }: GraphItem): string => plainName(label) || messages.untitled
  const current = byId.get(focused ?? selected ?? '') ?? placed[0]
  const depth = placed.reduce((most, item) => Math.max(most, Math.min(item.depth, maxDrawnDepth)), 0)
  const size = { width: depth * indent + chipWidth + 96, height: placed.length * rowSize }

  function focus(item: PlacedItem | undefined): void {
    if (item === undefined) return
    setFocused(item.id)
    const node = pane.current?.querySelector<HTMLElement>(`[data-row="${item.row}"]`)
    node?.focus()
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    if (current === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    const isMirrored = getComputedStyle(event.currentTarget).direction === 'rtl'
    const [inwards, outwards] = isMirrored ? ['ArrowLeft', 'ArrowRight'] : ['ArrowRight', 'ArrowLeft']
    const { key } = event
    if (key === 'ArrowDown') focus(placed[current.row + 1])
    else if (key === 'ArrowUp') focus(placed[current.row - 1])
    else if (key === inwards) focus(placed.find(({ parent }) => parent === current))
    else if (key === outwards) focus(current.parent)
    else if (key === 'Home') focus(placed[0])
    else if (key === 'End') focus(placed.at(-1))
    else if (key === 'Enter' || key === ' ') onSelect?.(current.id)
    else return
    event.preventDefault()
  }

  // Fingers scroll by themselves.
  function onPointerDown({ pointerType, button, clientX: x, clientY: y, currentTarget: at, target }: PointerEvent<HTMLElement>): void {
    if (pointerType !== 'mouse' || button !== 0 || (target as Element).closest('[role="treeitem"]') !== null) return
    drag.current = { x, y, left: at.scrollLeft, top: at.scrollTop }
  }

  function onPointerMove({ clientX, clientY, buttons, currentTarget: at }: PointerEvent<HTMLElement>): void {
    if (buttons === 0) drag.current = undefined
    if (drag.current === undefined) return
    at.scrollLeft = drag.current.left - (clientX - drag.current.x)
    at.scrollTop = drag.current.top - (clientY - drag.current.y)
  }

  if (placed.length === 0) {
    return (
      <div data-slot="item-graph" data-state="empty" className={classNames('echo-graph', className)} {...props}>
        <p className="echo-hint">{messages.empty}</p>
      </div>
    )
  }
  return (
    <div data-slot="item-graph" data-state="filled" className={classNames('echo-graph', className)} {...props}>
      <div className="echo-graph-tools">
        <Button aria-label={messages.zoomOut} disabled={zoom === 0} onClick={() => setZoom(zoom - 1)}>
          −
        </Button>
        <Button aria-label={messages.zoomIn} disabled={zoom === zooms.length - 1} onClick={() => setZoom(zoom + 1)}>
          +
        </Button>
        {total > placed.length && <p className="echo-hint">{messages.shown(placed.length, total)}</p>}
      </div>
      <div
        ref={pane}
        data-slot="item-graph-pane"
        className="echo-graph-pane"
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={() => (drag.current = undefined)}
      >
        <div className="echo-graph-canvas" style={{ width: size.width, height: size.height, zoom: zooms[zoom]! }}>
          <svg aria-hidden="true" width={size.width} height={size.height}>
            {placed.map((item) => item.parent && <path key={item.id} data-edge="tree" d={treePath(item, item.parent)} />)}
            {drawn.map(({ id, from, to }) => (
              <g key={id} data-edge="link" data-active={current === from || current === to ? '' : undefined}>
                <path d={linkPath(from, to)} />
                <path data-edge="head" d={headPath(to)} />
              </g>
            ))}
          </svg>
          {/* oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- one of its items has the focus */}
          <div role="tree" aria-label={messages.label}>
            {placed.map((item) => {
              const targets = drawn.filter(({ from }) => from === item).map(({ to }) => named(to))
              return (
                <div
                  key={item.id}
                  role="treeitem"
                  data-row={item.row}
                  tabIndex={item === current ? 0 : -1}
                  aria-level={item.depth + 1}
                  aria-posinset={item.position}
                  aria-setsize={item.siblings}
                  aria-selected={item.id === selected}
                  aria-label={messages.node(named(item), targets)}
                  className="echo-graph-item"
                  style={{ insetInlineStart: startOf(item), top: item.row * rowSize, width: chipWidth } as CSSProperties}
                  onKeyDown={onKeyDown}
                  onFocus={() => setFocused(item.id)}
                  onClick={() => {
                    focus(item)
                    onSelect?.(item.id)
                  }}
                >
                  <bdi>{named(item)}</bdi>
                </div>
              )
            })}
          </div>
        </div>
      </div>
    </div>
  )
}

function startOf({ depth }: PlacedItem): number {
  return gap + Math.min(depth, maxDrawnDepth) * indent
}

function middleOf({ row }: PlacedItem): number {
  return (row + 0.5) * rowSize
}

function treePath(item: PlacedItem, parent: PlacedItem): string {
  const x = Math.min(startOf(parent) + indent / 2, startOf(item))
  return `M${x} ${middleOf(parent) + rowSize / 2 - 4}V${middleOf(item) - 6}Q${x} ${middleOf(item)} ${Math.min(x + 6, startOf(item))} ${middleOf(item)}H${startOf(item)}`
}

/** A bow on the side where names end, the further out the longer it is. */
function linkPath(from: PlacedItem, to: PlacedItem): string {
  const [x1, y1, x2, y2] = [startOf(from) + chipWidth, middleOf(from) + 4, startOf(to) + chipWidth, middleOf(to) - 4]
  const bow = Math.max(x1, x2) + Math.min(80, 24 + Math.abs(to.row - from.row) * 6)
  return `M${x1} ${y1}C${bow} ${y1} ${bow} ${y2} ${x2 + 7} ${y2}`
}

function headPath(to: PlacedItem): string {
  const [x, y] = [startOf(to) + chipWidth, middleOf(to) - 4]
  return `M${x} ${y}l9 -4.5v9z`
}

function defaultLabel(item: Item): string {
  const { title, name } = item as { readonly title?: unknown; readonly name?: unknown }
  return typeof title === 'string' ? title : typeof name === 'string' ? name : item.$.type
}
