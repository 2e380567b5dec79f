import { afterEach, beforeEach, describe } from 'vitest'
import type { Disk, Storage } from '../storage/storage.ts'
import { describeFaults } from './storageCases/describeFaults.ts'
import { describeLife } from './storageCases/describeLife.ts'
import { describeLocks } from './storageCases/describeLocks.ts'
import { describeOrder } from './storageCases/describeOrder.ts'
import { describeRewriting } from './storageCases/describeRewriting.ts'
import { describeWriting } from './storageCases/describeWriting.ts'
import type { StorageDevice, StorageFault, StorageTabs } from './storageCases/storageDevice.ts'

/**
 * The contract of {@link Storage} as tests: every adapter must pass all of them.
 * @param create makes an empty device for each test.
 * @param faults what the device can be made to suffer; their tests run only where they are named.
 * @example
 * describeStorage('memory', async () => {
 *   const disk = createMemoryDisk()
 *   return { tab: () => createMemoryStorage({ disk }), dispose: async () => disk.close() }
 * }, [])
 */
export function describeStorage(name: string, create: () => Promise<StorageDevice>, faults: readonly StorageFault[]): void {
  describe(`storage: ${name}`, () => {
    const tabs = useTabs(create)
    describeWriting(tabs)
    describeOrder(tabs)
    describeLife(tabs)
    describeLocks(tabs)
    describeFaults(tabs, faults)
  })
}

/** The contract of {@link Disk}, which has that of a storage in it. Parameters as in {@link describeStorage}. */
export function describeDisk(name: string, create: () => Promise<StorageDevice<Disk>>, faults: readonly StorageFault[]): void {
  describeStorage(name, create, faults)
  describe(`disk: ${name}`, () => {
    describeRewriting(useTabs(create), faults)
  })
}

/** Makes a device for each test, and ends it with its tabs. */
function useTabs<Tab extends Storage>(create: () => Promise<StorageDevice<Tab>>): StorageTabs<Tab> {
  let device: StorageDevice<Tab>
  let open: Tab[] = []

  beforeEach(async () => {
    device = await create()
    open = []
  })
  afterEach(async () => {
    for (const tab of open) await tab.dispose()
    await device.dispose()
  })

  const tabs: StorageTabs<Tab> = {
    device: () => device,
    closedTab() {
      const tab = device.tab()
      open.push(tab)
      return tab
    },
    async openTab() {
      const tab = tabs.closedTab()
      await tab.open()
      return tab
    },
    async reopened(tab) {
      await tab.dispose()
      return tabs.openTab()
    },
  }
  return tabs
}
