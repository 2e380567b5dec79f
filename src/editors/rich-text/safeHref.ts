const protocols: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:'])
/** In UTF-16 units; what browsers and servers agree on. */
const maxLength = 2048

/** An address that a link may lead to: of the web or of mail. Undefined for anything else, above all for script. Never throws. */
export function safeHref(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > maxLength) return undefined
  const url = URL.parse === undefined ? parse(value) : URL.parse(value)
  return url !== null && protocols.has(url.protocol) ? url.href : undefined
}

/** The same for what a person typed, who leaves `https://` out, and `mailto:` too. */
export function typedHref(text: string): string | undefined {
  const typed = text.trim()
  if (typed === '') return undefined
  if (/^[^\s/:@]+@[^\s/:@]+\.[^\s/:@]+$/.test(typed)) return safeHref(`mailto:${typed}`)
  if (/^[a-z][a-z0-9+.-]*:(?!\d)/i.test(typed)) return safeHref(typed)
  return safeHref(`https://${typed}`)
}

function parse(value: string): URL | null {
  try {
    return new URL(value)
  } catch {
    // Older browsers have no URL.parse, which answers null.
    return null
  }
}
