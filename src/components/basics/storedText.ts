import { isBytes } from '../../shared/bytes.ts'
import { Reference } from '../../database/types/reference.ts'

const maxLength = 2_000

/** A stored value as text to look at, of bounded length: bytes as `bytesText` says their number, references by their ids. */
export function storedText(value: unknown, bytesText: (count: number) => string): string {
  const text = JSON.stringify(
    value,
    function readable(this: Readonly<Record<string, unknown>>, key: string, part: unknown): unknown {
      // What toJSON has not touched yet.
      const own = this[key]
      if (own instanceof Reference) return `→ ${own.id}`
      return isBytes(part) ? bytesText(part.length) : part
    },
    2,
  )
  // Characters that reorder what is around them are shown as what they are.
  const visible = text.replace(/[\p{Cf}\p{Cc}]/gu, (character) =>
    character === '\n' ? character : `\\u{${character.codePointAt(0)!.toString(16)}}`,
  )
  return visible.length > maxLength ? `${visible.slice(0, maxLength)}…` : visible
}
