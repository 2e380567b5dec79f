import { EchoError } from '../../shared/echoError.ts'
import type { ItemRef } from '../types/item.ts'
import type { Creation, ItemRecord } from '../items/itemIndex.ts'
import type { ItemStore } from '../items/itemStore.ts'

/** A record of an item: its creation is here. */
export type ExistingItem = ItemRecord & { readonly creation: Creation }

/** Whether a record is an item: its creation is here. */
export function isItem(record: ItemRecord | undefined): record is ExistingItem {
  return record?.creation !== undefined
}

/** Finds what a command is about. */
export interface ItemFinder {
  /** @throws EchoError item-not-found, item-purged */
  findItem(ref: ItemRef): ExistingItem
  /** @param role what the item is to the command, for the message. @throws EchoError item-not-found, item-deleted, item-purged */
  findVisible(ref: ItemRef, role: string): ExistingItem
}

/** A finder over a store. */
export function createItemFinder(store: ItemStore): ItemFinder {
  const findItem = (ref: ItemRef): ExistingItem => {
    const id = typeof ref === 'string' ? ref : ref.id
    const record = store.index.recordsById.get(id)
    if (!isItem(record))
      throw new EchoError('item-not-found', 'There is no item with this id in the space: look it up first, or wait until it has arrived.', {
        details: { id },
      })
    if (record.purged) {
      throw new EchoError('item-purged', 'This item was purged: it is hidden for good. Create a new one instead.', { details: { id } })
    }
    return record
  }

  const findVisible = (ref: ItemRef, role: string): ExistingItem => {
    const record = findItem(ref)
    if (record.hidden) {
      throw new EchoError('item-deleted', `The ${role} is deleted, or lies under something deleted. Restore that first.`, {
        details: { id: record.id },
      })
    }
    return record
  }

  return { findItem, findVisible }
}
