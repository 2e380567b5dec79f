const maxKept = 500
/** Holds the initialization vector, which is drawn anew for each message. */
const beginningLength = 64

/**
 * Makes a filter that remembers the last 500 messages of a room. @returns whether a sealed message came before: several signaling servers that
 * share their topics deliver one each, and y-webrtc ends a connection whose offer or answer comes twice. Never throws.
 */
export function createRepeatFilter(): (sealed: string) => boolean {
  const kept = new Set<string>()
  return (sealed) => {
    const beginning = sealed.slice(0, beginningLength)
    if (kept.has(beginning)) return true
    kept.add(beginning)
    for (const oldest of kept) {
      if (kept.size <= maxKept) break
      kept.delete(oldest)
    }
    return false
  }
}
