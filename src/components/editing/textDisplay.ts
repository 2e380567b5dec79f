import type { Text } from 'yjs'

/** Stands for an embedded object, which has no letters but a place. */
export const placeholder = '\uFFFC'

/** What stands in a text, unit by unit, with {@link placeholder} for what is embedded. */
export function unitsOf(yText: Text): string {
  const written = yText.toString()
  if (written.length === yText.length) return written
  return (yText.toDelta() as readonly { readonly insert: unknown }[])
    .map(({ insert }) => (typeof insert === 'string' ? insert : placeholder))
    .join('')
}

/**
 * A text as a plain element can show it, with every character at its own index: elements turn carriage returns into line feeds and drop
 * both in a single line, which would shift all that follows, and a peer may write anything.
 */
export function displayOf(yText: Text, multiline: boolean): string {
  const plain = unitsOf(yText)
  return multiline ? plain.replace(/\r\n/g, ' \n').replace(/\r/g, '\n') : plain.replace(/[\r\n]/g, ' ')
}
