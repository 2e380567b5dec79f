import { definePresence, defineType, type Item } from 'echo-react'
import { z } from 'zod'

/** Something to do. */
export const Task = defineType('task', z.object({ title: z.string().max(200), done: z.boolean().default(false) }))
export type TaskItem = Item<typeof Task>

/** A page of writing: the title is a field, the writing is a text that several people can change at once. */
export const Note = defineType('note', z.object({ title: z.string().max(200) }), { model: 'text' })
export type NoteItem = Item<typeof Note>

/** What somebody has the caret in, if anything. */
export const Cursor = definePresence('cursor', z.object({ itemId: z.string().max(64).optional() }))
