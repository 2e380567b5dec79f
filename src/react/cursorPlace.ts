import { definePresence, type PresenceType } from '../client/presence/definePresence.ts'

/** Where somebody's pointer is over an area that several people see, each in a size of its own. */
export interface CursorPlace {
  /** The area's name, such as the id of the item that it shows. */
  readonly area: string
  /** From where lines start, 0, to where they end, 1: a page that is written from right to left is mirrored. */
  readonly x: number
  /** From the top, 0, to the bottom, 1. */
  readonly y: number
}

/** What is shared while a pointer is over an area. What does not fit is dropped: a peer may send anything at all. */
export const SharedCursor: PresenceType<CursorPlace> = definePresence('echo-cursor', {
  '~standard': {
    version: 1,
    vendor: 'echo-react',
    validate(value) {
      const { area, x, y } = Object(value) as Record<string, unknown>
      if (typeof area !== 'string' || !isFraction(x) || !isFraction(y)) {
        return { issues: [{ message: 'no place in an area' }] }
      }
      return { value: { area, x, y } }
    },
  },
})

/** Not so for NaN, which is neither below nor above anything. */
function isFraction(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1
}
