import { defineModel } from '../../src/database/types/defineModel.ts'

export interface Card {
  readonly id: string
  readonly title: string
  readonly column: string
}

const columns = ['todo', 'doing', 'done'] as const
export type Column = (typeof columns)[number]

/**
 * A board of cards. A card is two keys, so that renaming and moving it at once are both kept; and one key says the column, so that of two moves one counts
 * and no card stands twice.
 */
export const Kanban = defineModel('kanban', {
  snapshot: ({ map }): Readonly<Record<Column, readonly Card[]>> => {
    const board: Record<Column, Card[]> = { todo: [], doing: [], done: [] }
    for (const [key, title] of map) {
      const id = key.startsWith('title ') ? key.slice('title '.length) : undefined
      const column = columns.find((name) => name === map.get(`column ${id}`))
      if (id !== undefined && typeof title === 'string' && column !== undefined) board[column].push({ id, title, column })
    }
    for (const cards of Object.values(board)) cards.sort((a, b) => (a.id < b.id ? -1 : 1))
    return board
  },
  actions: {
    add({ map }, title: string, column: Column = 'todo') {
      const id = crypto.randomUUID()
      map.set(`title ${id}`, title)
      map.set(`column ${id}`, column)
      return id
    },
    rename: ({ map }, id: string, title: string) => void (map.has(`title ${id}`) && map.set(`title ${id}`, title)),
    move: ({ map }, id: string, column: Column) => void (map.has(`column ${id}`) && map.set(`column ${id}`, column)),
    remove({ map }, id: string) {
      map.delete(`title ${id}`)
      map.delete(`column ${id}`)
    },
  },
})
