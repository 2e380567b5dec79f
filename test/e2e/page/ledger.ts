import type { Lab } from './lab.ts'

declare global {
  interface Window {
    /** Given by the test: takes the page's word for what is done. */
    tell?: (what: Done) => void
  }
}

/** What the page says is done. `edit`: the task that made it has ended. `saved`: every edit up to this number was called saved. */
export type Done =
  | { readonly what: 'edit' | 'saved' | 'name'; readonly number: number }
  | { readonly what: 'space'; readonly number: number; readonly id: string }

/** A page that writes without end and tells what is done, so that a test can kill it and see what was true. */
export interface Ledger {
  /**
   * Writes edits numbered from `first` on: each adds a task, every third a word of the open text; now and then a new space and a new name.
   * @param store when this object store is written to for the `count`th time, the page asks for `/mark` in that very task and waits for the answer
   */
  write(first: number, store: string, count: number): void
}

export function createLedger(lab: () => Lab): Ledger {
  return {
    write(first, store, count) {
      markWrite(store, count)
      let number = first
      const tell = (done: Done): void => window.tell?.(done)
      // One after the other, as fast as they go; each tells in a task of its own.
      const write = (): void => {
        const own = number++
        lab().add(`#${own}`)
        if (own % 3 === 0) lab().write(lab().content().length, `${own};`)
        setTimeout(() => tell({ what: 'edit', number: own }))
        setTimeout(write, own % 16 === 0 ? 40 : 3)
      }
      const { sync } = lab().space
      sync.subscribe(() => {
        if (sync.get().unsaved === 0) tell({ what: 'saved', number: number - 1 })
      })
      const found = async (): Promise<void> => {
        const own = number
        const { id } = await lab().echo.spaces.create({ name: `Space ${own}` })
        tell({ what: 'space', number: own, id })
        await lab().echo.identity.updateProfile({ name: `Name ${own}` })
        tell({ what: 'name', number: own })
        setTimeout(() => void found(), 150)
      }
      write()
      void found()
    },
  }
}

function markWrite(store: string, count: number): void {
  let left = count
  const { prototype } = IDBObjectStore
  for (const name of ['put', 'add'] as const) {
    const original = prototype[name]
    prototype[name] = function (this: IDBObjectStore, value: unknown, key?: IDBValidKey) {
      const request = key === undefined ? original.call(this, value) : original.call(this, value, key)
      if (this.name === store && --left === 0) {
        const mark = new XMLHttpRequest()
        mark.open('GET', '/mark', false)
        mark.send()
      }
      return request
    }
  }
}
