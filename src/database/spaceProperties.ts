import { EchoError } from '../shared/echoError.ts'
import type { Clock } from '../shared/ports.ts'
import { equalValues } from './types/compareValues.ts'
import { isFieldName } from './types/itemKeys.ts'
import type { ItemStore } from './items/itemStore.ts'
import { createLiveSnapshot } from './query/liveSnapshot.ts'
import type { LiveValue } from './query/liveValue.ts'
import { readValue, storeValue, type Value } from './types/values.ts'
import type { WriteBatch } from './writeBatch.ts'

/** What a space says about itself: `name` and what an app adds. */
export type SpaceProperties = Readonly<Record<string, Value>>

/** The properties of a space as a live snapshot. */
export function createSpaceProperties(store: ItemStore, clock: Clock, onError: (error: unknown) => void): LiveValue<SpaceProperties> {
  return createLiveSnapshot<SpaceProperties>({
    clock,
    onError,
    takeChange: store.takePropertyChange,
    make: () => {
      const properties: Record<string, Value> = {}
      for (const [name, stored] of store.index.properties) {
        const value = readValue(stored)
        if (value !== undefined) properties[name] = value
      }
      return Object.freeze(properties)
    },
    isSame: equalValues,
  })
}

/** Writes a property; undefined unsets it. @throws EchoError bad-key, bad-value, value-too-large */
export function writeSpaceProperty(store: ItemStore, batch: WriteBatch, name: string, value: Value | undefined): void {
  if (!isFieldName(name))
    throw new EchoError(
      'bad-key',
      `"${String(name).slice(0, 40)}" cannot name a property: id, $, @, __proto__ and names with "/", "." or white space are taken.`,
    )
  const stored = value === undefined ? undefined : storeValue(value, name)
  if (equalValues(stored, store.index.properties.get(name))) return
  batch.run(() => batch.set([[`//${name}`, stored]]))
}
