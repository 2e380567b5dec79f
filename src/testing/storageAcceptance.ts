import { afterEach, beforeEach, describe } from 'vitest'
import type { Storage } from '../storage/storage.ts'
import { describeFaults } from './storageCases/describeFaults.ts'
import { describeLife } from './storageCases/describeLife.ts'
import { describeLocks } from './storageCases/describeLocks.ts'
import { describeOrder } from './storageCases/describeOrder.ts'
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
  let device: StorageDevice
  let open: Storage[] = []

  const tabs: StorageTabs = {
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

  beforeEach(async () => {
    device = await create()
    open = []
  })
  afterEach(async () => {
    for (const tab of open) await tab.dispose()
    await device.dispose()
  })

  describe(`storage: ${name}`, () => {
    describeWriting(tabs)
    describeOrder(tabs)
    describeLife(tabs)
    describeLocks(tabs)
    describeFaults(tabs, faults)
  })
}
