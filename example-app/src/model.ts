import { z } from 'zod'
import { defineLink, definePresence, defineType, type Item, type Space } from 'echo-react'
import { plainName } from 'echo-react/components'

// Zod would else try whether the page may compile code, which its Content-Security-Policy refuses and reports.
z.config({ jitless: true })

const title = z.string().max(200)

/** A note with headings, lists, pictures and mentions. Its title is a field; what it says is a text that several people write at once. */
export const RichNote = defineType('note', z.object({ title }), { model: 'rich-text', search: ['title'] })
/** The same for those who would rather write Markdown. */
export const MarkdownNote = defineType('markdown-note', z.object({ title }), { model: 'text', search: ['title'] })
export type NoteItem = Item<typeof RichNote> | Item<typeof MarkdownNote>

/** A column of the board; its tasks lie under it, in order. */
export const Column = defineType('column', z.object({ title }))
export type ColumnItem = Item<typeof Column>

/** Something to do, with a plain text for the details. */
export const Task = defineType(
  'task',
  z.object({
    title,
    /** A member's id. */
    assignee: z.string().max(64).optional(),
    due: z.iso.date().optional(),
  }),
  { model: 'text', search: ['title'] },
)
export type TaskItem = Item<typeof Task>

/** Says that one note has to do with another. */
export const Related = defineLink('related', z.object({}))

/** Which note or task somebody has open. */
export const Here = definePresence('here', z.object({ item: z.string().max(64).optional() }))

export const types = [RichNote, MarkdownNote, Column, Task, Related]

/** Gives a space the columns of a board, as one step. */
export function addColumns(space: Space): void {
  space.batch(() => {
    for (const name of ['To do', 'Doing', 'Done']) space.create(Column, { title: name })
  })
}

/** What to call an item, whatever a member wrote as its title. */
export function titleOf({ title: own }: { readonly title: string }): string {
  return plainName(own, { maxLength: 200 }) || 'Untitled'
}
