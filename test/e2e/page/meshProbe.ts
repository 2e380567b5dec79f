import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import type { CryptoPort } from '../../../src/crypto/cryptoPort.ts'
import type { Lab } from './lab.ts'

/** Writes and measures as one of many. */
export interface MeshProbe {
  /** The page's cryptography, which counts the blocks that leave over sealed links. */
  countingCrypto(): Promise<CryptoPort>
  /** Times a block was sent to someone. */
  blocksSent(): number
  /** Remembers from now on how long others' edits take to get here, and how long the page's tasks are. */
  watch(): void
  /** Makes edits for so long: titles of the task and letters in the open text in turn. @returns how many it made */
  edit(task: string, everyMs: number, forMs: number): Promise<number>
  /** Resolves when the page is in the midst of {@link edit}. */
  untilEdited(): Promise<void>
  /** Since {@link watch}: the ms from an edit to its sight here, for each edit seen, and the ms of each task above 50 ms. */
  seen(): { delays: number[]; longTasks: number[] }
}

const now = (): number => performance.timeOrigin + performance.now()

export function createMeshProbe(lab: () => Lab): MeshProbe {
  let sent = 0
  let delays: number[] = []
  let longTasks: number[] = []
  let isWatching = false
  const own = new Set<string>()
  let isEditing = false

  function watchOnce(): void {
    if (isWatching) return
    isWatching = true
    new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' })
    const { space, Task, query } = lab()
    const tasks = space.live(query(Task))
    const titles = new Map<string, string>()
    tasks.subscribe(() => {
      for (const { id, title } of tasks.get()) {
        if (titles.get(id) === title) continue
        titles.set(id, title)
        const madeMs = Number(title)
        if (!own.has(id) && madeMs > 0) delays.push(now() - madeMs)
      }
    })
  }

  return {
    async countingCrypto() {
      const crypto = await createWebCrypto()
      return {
        ...crypto,
        seal(key, nonce, plaintext, additionalData) {
          // A bulk message in one fragment under a link's counter: `01, 41, count, blocks`.
          const isOnLink = nonce.subarray(0, 4).every((byte) => byte === 0) && additionalData.length === 0
          if (isOnLink && plaintext[0] === 1 && plaintext[1] === 0x41) sent += plaintext[2]!
          return crypto.seal(key, nonce, plaintext, additionalData)
        },
      }
    },
    blocksSent: () => sent,
    watch() {
      watchOnce()
      delays = []
      longTasks = []
    },
    async edit(task, everyMs, forMs) {
      own.add(task)
      const startMs = performance.now()
      let count = 0
      while (performance.now() - startMs < forMs) {
        if (count % 2 === 0) lab().update(task, { title: String(now()) })
        else lab().write(lab().content().length, 'x')
        count++
        isEditing = true
        await new Promise((resolve) => setTimeout(resolve, startMs + count * everyMs - performance.now()))
      }
      isEditing = false
      return count
    },
    async untilEdited() {
      while (!isEditing) await new Promise((resolve) => setTimeout(resolve, 20))
    },
    seen: () => ({ delays, longTasks }),
  }
}
