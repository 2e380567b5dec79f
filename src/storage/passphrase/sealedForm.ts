import { equalBytes, isBytes, utf8 } from '../../shared/bytes.ts'

/** No operation and no Yjs update begins like this. */
export const sealedMark = utf8('echo-react sealed row')

/** Whether the bytes of a row are sealed, whoever can open them. */
export function isSealed(bytes: Uint8Array): boolean {
  return bytes.length > sealedMark.length && equalBytes(bytes.subarray(0, sealedMark.length), sealedMark)
}

/** What is sealed in a value of the keys table, whoever can open it; undefined in one that lies open. */
export function sealedValue(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { sealedRow } = value as { sealedRow?: unknown }
  return isBytes(sealedRow) ? sealedRow : undefined
}
