import type { StandardSchemaV1 } from '@standard-schema/spec'
import { utf8 } from '../../shared/bytes.ts'
import { EchoError } from '../../shared/echoError.ts'
import type { SpaceId } from '../../shared/ids.ts'
import { createWritable, type Readable, type Writable } from '../../shared/readable.ts'
import { equalValues } from '../../database/types/compareValues.ts'
import { freezeAll } from '../../database/items/itemRows.ts'
import { isPlainObject, readValue, storeValue } from '../../database/types/values.ts'
import type { Storage, StorageBatch } from '../../storage/storage.ts'
import { fitsSchema } from '../presence/fitsSchema.ts'
import { localPrefix } from './spaceRecord.ts'

/** A value that stays on this device, beside what a space shares; seen by all of the device's tabs. */
export interface LocalState<T> extends Readable<T | undefined> {
  /**
   * Keeps a value of the kinds that a field can hold, or forgets it with undefined. Other tabs see it in a moment; where two tabs write at once, the last
   * write counts in both.
   * @throws EchoError bad-value where it is of no such kind or does not fit the schema; value-too-large over 256 KiB; space-closed
   */
  set(value: T | undefined): void
}

/**
 * The local state of an open space, in memory and in the keys table: `local/<space>/<name>` holds `{ v: stored form }` (database/types/values.ts). Nothing of it
 * is an item, so no peer and no exported file gets it. Rows that are none of ours are passed over and reported, never thrown over.
 */
export interface LocalStates {
  /** The same object for the same name and schema. @throws EchoError bad-value for a name that is none; value-too-large for one name too many */
  of<T>(name: string, schema?: StandardSchemaV1<T>): LocalState<T>
  /** Takes over what is stored. @throws (rejects) EchoError of storage */
  read(): Promise<void>
  /** Another tab has written: takes that over. */
  refresh(name: string): void
  /** Names that this tab has written: a tab that comes may have read before. */
  written(): readonly string[]
  /** What is kept, as rows to store again after the storage has lost everything. */
  rows(): NonNullable<StorageBatch['putKeys']>
  /** Resolves when nothing of it will be written any more. */
  dispose(): Promise<void>
}

/** Longest name, in bytes. */
export const maxLocalNameBytes = 64
/** So many values a space keeps on a device. */
export const maxLocalValues = 256

interface Cell {
  readonly value: Writable<unknown>
  /** Counts writes of this tab and looks at the disk: only the last of these is taken over. */
  turn: number
  /** This tab has set it. */
  isOwn: boolean
  readonly views: Map<StandardSchemaV1 | undefined, LocalState<unknown>>
}

export function createLocalStates(options: {
  readonly storage: Storage
  readonly space: SpaceId
  /** A value is stored: other tabs should read it. */
  readonly onChanged: (name: string) => void
  readonly onFault: (error: unknown) => void
}): LocalStates {
  const { storage, space, onFault } = options
  const prefix = localPrefix(space)
  const cells = new Map<string, Cell>()
  const writes = new Set<Promise<void>>()
  let isDisposed = false

  function cellOf(name: string): Cell {
    const cell = cells.get(name) ?? { value: createWritable<unknown>(undefined), turn: 0, isOwn: false, views: new Map() }
    cells.set(name, cell)
    return cell
  }

  function show(cell: Cell, value: unknown): void {
    if (!equalValues(cell.value.get(), value)) cell.value.set(freezeAll(value))
  }

  function write(name: string, cell: Cell, value: unknown): void {
    if (isDisposed) throw new EchoError('space-closed', 'This space is closed. Open it again before writing.')
    const stored = value === undefined ? undefined : storeValue(value, name)
    const copy = readValue(stored)
    if (equalValues(cell.value.get(), copy)) return
    cell.turn += 1
    cell.isOwn = true
    const key = `${prefix}${name}`
    // On its way before anybody hears of it: a page killed right then has it.
    const written = storage
      .write(stored === undefined ? { deleteKeys: [key] } : { putKeys: [{ key, value: { v: stored } }] }, 'relaxed')
      .then(() => options.onChanged(name), onFault)
    writes.add(written)
    void written.then(() => writes.delete(written))
    show(cell, copy)
  }

  function createView<T>(name: string, cell: Cell, schema: StandardSchemaV1<T> | undefined): LocalState<T> {
    let from: unknown
    let fitting: T | undefined
    return {
      get() {
        const value = cell.value.get()
        if (schema === undefined) return value as T | undefined
        if (value !== from) {
          from = value
          fitting = value === undefined ? undefined : fitsSchema(schema, value)?.value
        }
        return fitting
      },
      subscribe: cell.value.subscribe,
      set(value) {
        if (value !== undefined && schema !== undefined && fitsSchema(schema, value) === undefined) {
          throw new EchoError('bad-value', `This value does not fit the schema of the local state "${name}".`, { details: { name } })
        }
        write(name, cell, value)
      },
    }
  }

  function report(damaged: number): void {
    const message = `${damaged} values that this device keeps for a space could not be read, and count as not set. Nothing that is shared is harmed.`
    onFault(new EchoError('data-corrupt', message, { details: { space, values: damaged } }))
  }

  return {
    of<T>(name: string, schema?: StandardSchemaV1<T>) {
      if (!isName(name)) throw new EchoError('bad-value', `Local state needs a name of 1 to ${maxLocalNameBytes} bytes.`)
      if (!cells.has(name) && cells.size >= maxLocalValues) {
        const message = `A space keeps ${maxLocalValues} local values. Keep what belongs together under one name, as an object.`
        throw new EchoError('value-too-large', message, { details: { name } })
      }
      const cell = cellOf(name)
      const view = (cell.views.get(schema) as LocalState<T> | undefined) ?? createView(name, cell, schema)
      cell.views.set(schema, view as LocalState<unknown>)
      return view
    },
    async read() {
      let damaged = 0
      for (const { key, value } of await storage.listKeys(prefix)) {
        const name = key.slice(prefix.length)
        const read = readRow(value)
        if (read === undefined || !isName(name) || cells.size >= maxLocalValues) damaged += 1
        else show(cellOf(name), read)
      }
      if (damaged > 0) report(damaged)
    },
    refresh(name) {
      if (isDisposed || !isName(name) || (!cells.has(name) && cells.size >= maxLocalValues)) return
      const cell = cellOf(name)
      cell.turn += 1
      const { turn } = cell
      storage
        .readKey(`${prefix}${name}`)
        .then((row) => {
          const read = row === undefined ? undefined : readRow(row)
          // What this tab has written since then is on the disk by now, or will be.
          if (isDisposed || cell.turn !== turn) return
          if (row !== undefined && read === undefined) report(1)
          else show(cell, read)
        })
        .catch(onFault)
    },
    written: () => [...cells].flatMap(([name, { isOwn }]) => (isOwn ? [name] : [])),
    rows: () =>
      [...cells].flatMap(([name, { value }]) => {
        const now = value.get()
        return now === undefined ? [] : [{ key: `${prefix}${name}`, value: { v: storeValue(now, name) } }]
      }),
    async dispose() {
      isDisposed = true
      await Promise.all(writes)
    },
  }
}

function isName(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && !/\p{Surrogate}/u.test(name) && utf8(name).length <= maxLocalNameBytes
}

/** The value in a row of the keys table, or undefined where it is none. */
function readRow(row: unknown): unknown {
  return isPlainObject(row) && Object.hasOwn(row, 'v') ? readValue(row['v']) : undefined
}
