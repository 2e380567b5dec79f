/** Gives what was put in, least first. */
export interface Heap<T> {
  push(item: T): void
  /** The least, which stays in. */
  peek(): T | undefined
  /** Takes out the least. */
  pop(): T | undefined
}

/** An empty binary heap: each push and pop costs the logarithm of what is in it. */
export function createHeap<T>(isLess: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = []

  function swap(i: number, j: number): void {
    const item = items[i]!
    items[i] = items[j]!
    items[j] = item
  }

  function leastChild(i: number): number {
    const left = 2 * i + 1
    const right = left + 1
    return right < items.length && isLess(items[right]!, items[left]!) ? right : left
  }

  return {
    push(item) {
      items.push(item)
      for (let i = items.length - 1; i > 0;) {
        const parent = (i - 1) >> 1
        if (!isLess(items[i]!, items[parent]!)) return
        swap(i, parent)
        i = parent
      }
    },
    peek: () => items[0],
    pop() {
      if (items.length === 0) return undefined
      swap(0, items.length - 1)
      const least = items.pop()
      for (let i = 0, child = leastChild(0); child < items.length; i = child, child = leastChild(i)) {
        if (!isLess(items[child]!, items[i]!)) break
        swap(i, child)
      }
      return least
    },
  }
}
