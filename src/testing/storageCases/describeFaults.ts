import { describe, expect, it } from 'vitest'
import type { Storage } from '../../storage/storage.ts'
import { space, bytes, block, mark, largeBatches, nothing, contents, codeOf } from './rows.ts'
import type { StorageFault, StorageTabs } from './storageDevice.ts'

/** What a storage does on a bad disk. Cases run for the faults named only. */
export function describeFaults({ openTab, reopened, device }: StorageTabs, faults: readonly StorageFault[]): void {
  if (faults.includes('quota')) {
    describe('on a full disk', () => {
      it.each(Object.entries(largeBatches))(
        'stores nothing of a batch that does not fit, says so, and recovers: %s',
        async (_kind, batch) => {
          await device().fill?.()
          const tab = await openTab()
          await tab.write({ putMarks: [mark(1)] }, 'strict')
          expect(await codeOf(tab.write(batch, 'relaxed'))).toBe('storage-full')
          expect(tab.state.get()).toMatchObject({ status: 'full', error: { code: 'storage-full' } })
          expect(await contents(tab)).toEqual({ ...nothing, marks: 1 })
          expect(tab.state.get().status).toBe('full')
          await device().free?.()
          await tab.write(batch, 'strict')
          expect(tab.state.get().status).toBe('ready')
          expect(await contents(tab)).not.toEqual({ ...nothing, marks: 1 })
        },
      )
    })
  }

  if (faults.includes('damage')) {
    describe('a damaged block', () => {
      it.each(['header', 'envelope'] as const)(
        'is not handed out when its %s is spoiled, and is whole again when it is put anew',
        async (part) => {
          const before = await openTab()
          await before.write({ putBlocks: [block('a', 0), block('a', 1)] }, 'relaxed')
          await device().damage?.(space, block('a', 0).block, part)
          const tab = await reopened(before)
          const { rows, damaged } = await tab.readHeaders(space)
          expect({ rows: rows.length, damaged }).toEqual(part === 'header' ? { rows: 1, damaged: 1 } : { rows: 2, damaged: 0 })
          expect(await tab.readBlocks(space, [block('a', 0), block('a', 1)])).toEqual([undefined, block('a', 1)])
          await tab.write({ putBlocks: [block('a', 0)] }, 'relaxed')
          expect((await tab.readHeaders(space)).damaged).toBe(0)
          expect(await tab.readBlocks(space, [block('a', 0)])).toEqual([block('a', 0)])
        },
      )
    })
  }

  if (faults.includes('damage')) {
    it('leaves out a damaged membership operation, counts it, and takes it again', async () => {
      const put = (tab: Storage, id: string, fill: number) =>
        tab.write({ putMembership: [{ space, id, operation: bytes(4, fill) }] }, 'strict')
      const before = await openTab()
      await put(before, 'a', 1)
      await put(before, 'b', 2)
      await device().damageOperation?.(space, 'a')
      const tab = await reopened(before)
      expect(await tab.readMembership(space)).toEqual({ rows: [bytes(4, 2)], damaged: 1 })
      await put(tab, 'a', 1)
      const { rows, damaged } = await tab.readMembership(space)
      expect({ ids: rows.map(([byte]) => byte).sort(), damaged }).toEqual({ ids: [1, 2], damaged: 0 })
    })
  }

  if (faults.includes('closing')) {
    it('says that it was closed under the app, and opens again with the next write', async () => {
      const tab = await openTab()
      const seen: string[] = []
      tab.state.subscribe(() => seen.push(tab.state.get().status))
      await device().closeUnder?.()
      await expect.poll(() => seen).toContain('unavailable')
      await tab.write({ putMarks: [mark(3)] }, 'relaxed')
      // A device may lose its data with the connection.
      expect(['ready', 'emptied']).toContain(tab.state.get().status)
      expect(await tab.readMarks(space)).toEqual([mark(3)])
    })
  }
}
