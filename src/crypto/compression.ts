import { concatBytes } from '../shared/bytes.ts'
import type { CryptoPort } from './cryptoPort.ts'

/** Bytes given to the platform at once: it inflates each portion whole, to at most 1,032 times its size, before anyone can say stop. */
const portionBytes = 8 * 1024

/** Raw deflate (RFC 1951) by the platform's streams. */
export const compression: Pick<CryptoPort, 'deflate' | 'inflate'> = {
  async deflate(data) {
    const deflated = await pass(data, new CompressionStream('deflate-raw'), Infinity)
    if (deflated === undefined) throw new TypeError('the platform could not deflate')
    return deflated
  },
  inflate: (data, maxBytes) => pass(data, new DecompressionStream('deflate-raw'), maxBytes),
}

async function pass(data: Uint8Array, stream: GenericTransformStream, maxBytes: number): Promise<Uint8Array | undefined> {
  const writer = (stream.writable as WritableStream<Uint8Array>).getWriter()
  const reader = (stream.readable as ReadableStream<Uint8Array>).getReader()
  const parts: Uint8Array[] = []
  let bytes = 0
  let isOver = false

  async function feed(): Promise<void> {
    for (let start = 0; start < data.length && !isOver; start += portionBytes) {
      await writer.ready
      await writer.write(data.slice(start, start + portionBytes))
    }
    if (!isOver) await writer.close()
  }

  async function collect(): Promise<boolean> {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return true
      parts.push(value)
      bytes += value.length
      if (bytes > maxBytes) return false
    }
  }

  // Both ends fail where the bytes are no deflated ones; what the reading end says decides.
  const fed = feed().then(
    () => true,
    () => false,
  )
  const isWhole = await collect().catch(() => false)
  isOver = true
  if (!isWhole) {
    await Promise.allSettled([reader.cancel(), writer.abort()])
    await fed
    return undefined
  }
  if (!(await fed)) return undefined
  return concatBytes(...parts)
}
