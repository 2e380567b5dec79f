const maxChunkLength = 256

/**
 * Entries kept sorted in chunks, so that moving one among 100,000 costs microseconds. `compare` must be a total order in which no two
 * entries are equal, and an entry's place in it must not change while it is in the list.
 */
export class SortedList<Entry> {
  readonly #compare: (a: Entry, b: Entry) => number
  #chunks: Entry[][] = []
  #size = 0

  constructor(compare: (a: Entry, b: Entry) => number, entries: readonly Entry[] = []) {
    this.#compare = compare
    this.#fill([...entries].sort(compare))
  }

  get size(): number {
    return this.#size
  }

  add(entry: Entry): void {
    this.#size += 1
    const last = this.last()
    if (last === undefined) {
      this.#chunks.push([entry])
      return
    }
    // Most lists grow at their end.
    const isLast = this.#compare(last, entry) < 0
    const index = isLast ? this.#chunks.length - 1 : this.#chunkFor(entry)
    const chunk = this.#chunks[index]!
    if (isLast) chunk.push(entry)
    else chunk.splice(this.#offsetIn(chunk, entry), 0, entry)
    if (chunk.length <= maxChunkLength) return
    // A list that grows at its end keeps full chunks; elsewhere a full one is halved.
    const cut = index === this.#chunks.length - 1 ? maxChunkLength : maxChunkLength / 2
    this.#chunks.splice(index + 1, 0, chunk.splice(cut))
  }

  /** @returns whether it was there */
  delete(entry: Entry): boolean {
    const index = this.#chunkFor(entry)
    const chunk = this.#chunks[index]
    if (chunk === undefined) return false
    const offset = this.#offsetIn(chunk, entry)
    if (chunk[offset] !== entry) return false
    chunk.splice(offset, 1)
    this.#size -= 1
    if (chunk.length === 0) this.#chunks.splice(index, 1)
    return true
  }

  /** Takes out and puts in many entries by one merge. */
  replace(removed: ReadonlySet<Entry>, added: readonly Entry[]): void {
    const sorted = [...added].sort(this.#compare)
    const merged: Entry[] = []
    let next = 0
    for (const entry of this.values()) {
      if (removed.has(entry)) continue
      while (next < sorted.length && this.#compare(sorted[next]!, entry) < 0) merged.push(sorted[next++]!)
      merged.push(entry)
    }
    while (next < sorted.length) merged.push(sorted[next++]!)
    this.#fill(merged)
  }

  /** How many entries come before this one. */
  rank(entry: Entry): number {
    const index = this.#chunkFor(entry)
    let rank = 0
    for (let i = 0; i < index && i < this.#chunks.length; i++) rank += this.#chunks[i]!.length
    const chunk = this.#chunks[index]
    return chunk === undefined ? rank : rank + this.#offsetIn(chunk, entry)
  }

  /** How many entries come before a point; `isBefore` holds for all of them and for none behind. */
  rankOf(isBefore: (entry: Entry) => boolean): number {
    let rank = 0
    for (const chunk of this.#chunks) {
      if (!isBefore(chunk.at(-1)!)) {
        let low = 0
        let high = chunk.length
        while (low < high) {
          const middle = (low + high) >> 1
          if (isBefore(chunk[middle]!)) low = middle + 1
          else high = middle
        }
        return rank + low
      }
      rank += chunk.length
    }
    return rank
  }

  /** The entry with that many before it. */
  at(rank: number): Entry | undefined {
    let rest = rank
    if (rest < 0) return undefined
    const last = this.#chunks.at(-1) ?? []
    if (rank >= this.#size - last.length) return last[rank - this.#size + last.length]
    for (const chunk of this.#chunks) {
      if (rest < chunk.length) return chunk[rest]
      rest -= chunk.length
    }
    return undefined
  }

  last(): Entry | undefined {
    return this.#chunks.at(-1)?.at(-1)
  }

  /** Up to `count` entries from a rank on. */
  slice(from: number, count: number): Entry[] {
    const entries: Entry[] = []
    let skip = from
    for (const chunk of this.#chunks) {
      if (skip >= chunk.length) {
        skip -= chunk.length
        continue
      }
      for (let i = skip; i < chunk.length; i++) {
        if (entries.length >= count) return entries
        entries.push(chunk[i]!)
      }
      skip = 0
    }
    return entries
  }

  *values(): IterableIterator<Entry> {
    for (const chunk of this.#chunks) yield* chunk
  }

  #fill(sorted: readonly Entry[]): void {
    this.#chunks = []
    this.#size = sorted.length
    for (let i = 0; i < sorted.length; i += maxChunkLength) this.#chunks.push(sorted.slice(i, i + maxChunkLength))
  }

  /** First chunk whose last entry is not before this one. */
  #chunkFor(entry: Entry): number {
    let low = 0
    let high = this.#chunks.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#compare(this.#chunks[middle]!.at(-1)!, entry) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  #offsetIn(chunk: readonly Entry[], entry: Entry): number {
    let low = 0
    let high = chunk.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#compare(chunk[middle]!, entry) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
