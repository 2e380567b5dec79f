import { isBytes, toBase64Url } from '../../shared/bytes.ts'
import type { WithdrawnContent } from '../../documents/verdicts/readWithdrawn.ts'

/** How many values and texts were withdrawn. */
export function withdrawnCount(contents: readonly WithdrawnContent[]): number {
  return contents.reduce((sum, { values }) => sum + Math.max(1, Object.keys(values).length), 0)
}

/** Withdrawn contents as JSON: who wrote what and when, texts as text, and each document as a Yjs update in base64url. */
export function withdrawnFile(contents: readonly WithdrawnContent[], nameOf: (identity: string) => string | undefined): string {
  const entries = contents.map(({ identity, writtenAt, update, ...rest }) => ({
    author: nameOf(identity),
    identity,
    writtenAt: new Date(writtenAt).toISOString(),
    ...rest,
    update: toBase64Url(update),
  }))
  return JSON.stringify(entries, (_key, value: unknown) => (isBytes(value) ? { bytes: toBase64Url(value) } : value), 2)
}
