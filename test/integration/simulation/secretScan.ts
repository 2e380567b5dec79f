/** Looks for byte strings that must never be seen. */
export interface SecretScan {
  /** @returns the name of a secret that stands in the bytes, or undefined */
  find(bytes: Uint8Array): string | undefined
}

/** @param secrets by name; each at least 4 bytes */
export function createSecretScan(secrets: ReadonlyMap<string, Uint8Array>): SecretScan {
  // A table of first two bytes passes over nearly every place at the cost of one look.
  const mayBegin = new Uint8Array(65_536)
  const byBeginning = new Map<number, { readonly name: string; readonly bytes: Uint8Array }[]>()
  for (const [name, bytes] of secrets) {
    const beginning = (bytes[0]! << 8) | bytes[1]!
    mayBegin[beginning] = 1
    byBeginning.set(beginning, [...(byBeginning.get(beginning) ?? []), { name, bytes }])
  }

  return {
    find(bytes) {
      for (let at = 0; at + 3 < bytes.length; at++) {
        const beginning = (bytes[at]! << 8) | bytes[at + 1]!
        if (mayBegin[beginning] === 0) continue
        for (const secret of byBeginning.get(beginning)!) {
          if (secret.bytes.every((byte, i) => bytes[at + i] === byte)) return secret.name
        }
      }
      return undefined
    },
  }
}
