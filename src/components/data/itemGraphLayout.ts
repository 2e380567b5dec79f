/** An item to be drawn. */
export interface GraphItem {
  readonly id: string
  readonly label: string
  /** The item it lies under; at the top where that is not drawn. */
  readonly parentId?: string | undefined
}

/** A link to be drawn, from item to item. */
export interface GraphLink {
  readonly id: string
  readonly source: string
  readonly target: string
}

/** An item in its place: the row counts from the top, the depth from the start. */
export interface PlacedItem extends GraphItem {
  readonly row: number
  readonly depth: number
  /** Its parent among those drawn. */
  readonly parent: PlacedItem | undefined
  /** Place among its siblings, from 1, and how many they are. */
  readonly position: number
  readonly siblings: number
}

/** Deeper items stand no further in: the way to them would leave no room for their names. */
export const maxDrawnDepth = 24

/**
 * Gives each item a row below its parent and after the siblings before it, so that an item which comes or goes only moves what stands below. What lies
 * under something that is not there, or in a circle, stands at the top; nothing is drawn twice, and nothing is left out.
 */
export function layOutItems(items: readonly GraphItem[]): readonly PlacedItem[] {
  const byId = new Map(items.map((item) => [item.id, item]))
  const childrenById = new Map<string, GraphItem[]>()
  const tops: GraphItem[] = []
  for (const item of byId.values()) {
    const parent = item.parentId === item.id ? undefined : item.parentId
    if (parent === undefined || !byId.has(parent)) tops.push(item)
    else {
      const children = childrenById.get(parent)
      if (children === undefined) childrenById.set(parent, [item])
      else children.push(item)
    }
  }
  const placed = new Map<string, PlacedItem>()
  function place(first: readonly GraphItem[]): void {
    const open = first
      .map((item, i) => ({ item, parent: undefined as PlacedItem | undefined, position: i + 1, siblings: first.length }))
      .reverse()
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { item, parent, position, siblings } = next
      if (placed.has(item.id)) continue
      const here = { ...item, row: placed.size, depth: parent === undefined ? 0 : parent.depth + 1, parent, position, siblings }
      placed.set(item.id, here)
      const children = childrenById.get(item.id) ?? []
      for (let i = children.length - 1; i >= 0; i--)
        open.push({ item: children[i]!, parent: here, position: i + 1, siblings: children.length })
    }
  }
  place(tops)
  // What is left goes round in circles.
  for (const item of byId.values()) if (!placed.has(item.id)) place([item])
  return [...placed.values()]
}
