import { decodeHeader } from '../../../src/feed/header.ts'
import { toId } from '../../../src/shared/ids.ts'
import type { BlockRow, BundleRow } from '../../../src/storage/storage.ts'

/** Every block that was ever stored anywhere, and whether two of them give one Yjs clock two contents. */
export interface BlockCensus {
  note(rows: readonly BlockRow[], bundles: readonly BundleRow[]): void
  readonly blockCount: number
  header(block: string): Uint8Array | undefined
  /** Feeds that have two blocks for one clock of one document, each once. */
  forkedFeeds(): readonly string[]
  /** Everything that was stored of blocks, for whoever looks for secrets. */
  bytes(): Iterable<Uint8Array>
}

export function createBlockCensus(): BlockCensus {
  const known = new Map<string, BlockRow>()
  const blockByClock = new Map<string, string>()
  const bundled: Uint8Array[] = []
  const forked = new Set<string>()

  return {
    note(rows, bundles) {
      for (const bundle of bundles) bundled.push(bundle.head, bundle.parts)
      for (const row of rows) {
        if (known.has(row.block)) continue
        known.set(row.block, row)
        const header = decodeHeader(row.header)
        if (!header.ok) throw new Error(`a stored header does not decode: ${header.error}`)
        const document = toId<string>(header.value.document)
        const clocks = Array.from({ length: header.value.to - header.value.from }, (_, i) => `${document} ${header.value.from + i}`)
        for (const place of [...clocks, `seq ${row.seq}`]) {
          const key = `${row.space} ${row.feed} ${place}`
          if (blockByClock.has(key)) forked.add(row.feed)
          else blockByClock.set(key, row.block)
        }
      }
    },
    get blockCount() {
      return known.size
    },
    header: (block) => known.get(block)?.header,
    forkedFeeds: () => [...forked],
    *bytes() {
      for (const { header, signature, envelope } of known.values()) yield* [header, signature, envelope]
      yield* bundled
    },
  }
}
