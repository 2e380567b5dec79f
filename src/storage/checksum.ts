/**
 * FNV-1a of several byte strings as one, 32 bits unsigned. It finds what a bad disk did, nothing else: whoever wants to
 * forge a row can, and the signature of the header tells.
 */
export function checksum(...parts: readonly Uint8Array[]): number {
  let hash = 0x811c9dc5
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) hash = Math.imul(hash ^ part[i]!, 0x01000193)
  }
  return hash >>> 0
}
