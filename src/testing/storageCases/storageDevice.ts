import type { BlockId, SpaceId } from '../../shared/ids.ts'
import type { Storage } from '../../storage/storage.ts'

/** One device as the acceptance suite sees it: the data that several tabs share, and the faults it can be made to have. */
export interface StorageDevice<Tab extends Storage = Storage> {
  /** A further tab on the same data, not yet opened. */
  tab(): Tab
  /** Leaves room for small writes but not for one of 1 MB; asked before the first tab opens. Needed for the fault `quota`. */
  fill?(): Promise<void>
  /** Gives the room back. */
  free?(): Promise<void>
  /** Spoils a stored header or envelope. Needed for the fault `damage`. */
  damage?(space: SpaceId, block: BlockId, part: 'header' | 'envelope'): Promise<void>
  /** Spoils a stored membership operation. Needed for the fault `damage`. */
  damageOperation?(space: SpaceId, id: string): Promise<void>
  /** Closes the database under every tab, keeping its data or not. Needed for the fault `closing`. */
  closeUnder?(): Promise<void>
  /** Removes the data. */
  dispose(): Promise<void>
}

export type StorageFault = 'quota' | 'damage' | 'closing'

/** The device of the running test and its tabs, which are disposed after it. */
export interface StorageTabs<Tab extends Storage = Storage> {
  readonly device: () => StorageDevice<Tab>
  /** A tab that is not open. */
  closedTab(): Tab
  openTab(): Promise<Tab>
  /** Ends a tab and opens another. */
  reopened(tab: Tab): Promise<Tab>
}
