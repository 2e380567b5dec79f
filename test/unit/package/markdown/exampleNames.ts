/** What examples in docstrings speak of without declaring it: an app's types and items, its router, what is at hand in a component. */
export const exampleNames = `
import type { ReactNode } from 'react'
import type { z as zod } from 'zod'
import type { XmlElement as YXmlElement, XmlText as YXmlText } from 'yjs'
import type { Echo, Item, ItemType, Join, LinkType, MemberInfo, ModelType, DeviceInfo, ChannelType, PresenceType, RichTextHandle, Space, TypedQuery } from 'echo-react'

type TaskFields = {
  title: string; done: boolean; due?: Date | undefined; hours: number; owner?: string | undefined; steps: string[]; tags: string[]
}
type PersonFields = { name: string; address: { city: string; zip?: string | undefined } }
type TaskType = ItemType<'task', TaskFields, TaskFields>
type PersonType = ItemType<'person', PersonFields, PersonFields>
type NoteType = ItemType<'note', { title: string }, { title: string }>
type Show = (props: { id?: string; task?: unknown; at?: unknown }) => ReactNode

declare global {
  namespace Y {
    type XmlElement = YXmlElement
    type XmlText = YXmlText
  }
  const z: typeof zod
  const space: Space
  const echo: Echo
  const Task: TaskType
  const Step: TaskType
  const Note: NoteType
  const Person: PersonType
  const Blocks: LinkType<'blocks', { since?: Date }, { since?: Date }>
  const Counter: ModelType<number, { add(doc: unknown, amount: number): void }>
  const Wave: ChannelType<{ emoji: string }>
  const Cursor: PresenceType<{ x: number; y: number }>
  const [task, wall, roof]: [Item<TaskType>, Item<TaskType>, Item<TaskType>]
  const [note, poll, board]: [Item<NoteType>, Item<NoteType>, Item<NoteType>]
  const person: Item<PersonType>
  const [tasks, rows]: [readonly Item<TaskType>[], readonly Item<TaskType>[]]
  const page: Item<NoteType> & TypedQuery<TaskType> & ReturnType<typeof import('echo-react').useText<'rich-text'>>
  const handle: RichTextHandle
  const member: MemberInfo
  const chosen: MemberInfo | undefined
  const device: DeviceInfo
  const join: Join
  const message: { author: string }
  const params: { spaceId: string; taskId: string }
  const link: string & { taskId: string }
  const [me, id, input, typed, noteId, pageId, spaceId, clubId, code]: [string, string, string, string, string, string, string, string, string]
  const [isOpen, joining, leaving, isWrong]: [boolean, boolean, boolean, boolean]
  const today: Date
  const [nonce, bytes]: [Uint8Array, Uint8Array]
  const [close, show]: [() => void, (...shown: unknown[]) => void]
  const [setOpen, setJoining, setLeaving]: [(open: boolean) => void, (open: boolean) => void, (open: boolean) => void]
  const [setCode, setShown, setChosen]: [(code: string) => void, (shown: string) => void, (member: MemberInfo | undefined) => void]
  const navigate: (path: string) => void
  const element: HTMLElement
  const bindEditor: (element: HTMLElement, tree: unknown) => () => void
  const [App, Notes, TaskRow, Board, Dot]: [Show, Show, Show, Show, Show]
}
`
