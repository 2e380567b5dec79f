import { definePresence, type PresenceType } from '../client/presence/definePresence.ts'

/** Where a caret or one end of a selection stands, as Yjs names places: beside a struct, or at the end of a type. */
export interface TextPlace {
  readonly type: StructId | null
  readonly tname: string | null
  readonly item: StructId | null
  readonly assoc: number
}

interface StructId {
  readonly client: number
  readonly clock: number
}

/** A selection in the text of an item. */
export interface TextSelection {
  readonly item: string
  readonly anchor: TextPlace
  readonly head: TextPlace
}

/** What an editor shares while it has the focus. What does not fit is dropped: a peer may send anything at all. */
export const TextCursor: PresenceType<TextSelection> = definePresence('echo-text-cursor', {
  '~standard': {
    version: 1,
    vendor: 'echo-react',
    validate(value) {
      const { item, anchor, head } = Object(value) as Record<string, unknown>
      const [from, to] = [toTextPlace(anchor), toTextPlace(head)]
      if (typeof item !== 'string' || from === undefined || to === undefined) return { issues: [{ message: 'no selection in a text' }] }
      return { value: { item, anchor: from, head: to } }
    },
  },
})

/** A place with all its parts and no others, or undefined where it is none. Takes a Yjs relative position or its JSON. Never throws. */
export function toTextPlace(value: unknown): TextPlace | undefined {
  const { type, tname, item, assoc } = Object(value) as Record<string, unknown>
  const place = {
    type: toStructId(type),
    tname: typeof tname === 'string' ? tname : null,
    item: toStructId(item),
    assoc: typeof assoc === 'number' && assoc < 0 ? -1 : 0,
  }
  return place.type === null && place.tname === null && place.item === null ? undefined : place
}

function toStructId(value: unknown): StructId | null {
  const { client, clock } = Object(value) as Record<string, unknown>
  return isCount(client) && isCount(clock) ? { client, clock } : null
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
