import { describe, expect, it } from 'vitest'
import { concatBytes } from '../../shared/bytes.ts'
import type { Disk, RowChange } from '../../storage/storage.ts'
import { bytes, codeOf, contents, largeBytes, noise, oneOfEach, otherSpace, pending, space } from './rows.ts'
import type { StorageFault, StorageTabs } from './storageDevice.ts'

const longer = (row: Uint8Array): Uint8Array => concatBytes(row, bytes(1, 99))
const everyOther: RowChange = {
  key: (key, value) => (key === 'left' ? undefined : { was: value }),
  operation: (of, operation) => (of === space ? longer(operation) : undefined),
  pending: ({ key, update }) => (key === '0/1' ? longer(update) : undefined),
}

/** What becomes of rows that are kept otherwise. */
export function describeRewriting({ openTab, reopened, device }: StorageTabs<Disk>, faults: readonly StorageFault[]): void {
  describe('rewriting', () => {
    it('changes the rows that it gives anew, in their places, and puts what comes with it', async () => {
      const before = await openTab()
      const other = { space: otherSpace, id: 'op', operation: bytes(3) }
      const second = { space, id: 'second', operation: bytes(5) }
      await before.write({ ...oneOfEach, putKeys: ['changed', 'left', 'put'].map((key) => ({ key, value: key })) }, 'relaxed')
      await before.write({ putMembership: [second, other], putPending: [pending('0/2')] }, 'relaxed')
      await before.rewrite(everyOther, [
        { key: 'put', value: 'anew' },
        { key: 'new', value: 1 },
      ])
      const tab = await reopened(before)
      expect(await tab.listKeys('')).toEqual([
        { key: 'changed', value: { was: 'changed' } },
        { key: 'left', value: 'left' },
        { key: 'new', value: 1 },
        { key: 'put', value: 'anew' },
      ])
      expect((await tab.readMembership(space)).rows).toEqual([longer(bytes(40, 1)), longer(bytes(5))])
      expect((await tab.readMembership(otherSpace)).rows).toEqual([bytes(3)])
      expect(await tab.readPending(space)).toEqual([{ ...pending('0/1'), update: longer(bytes(20, 4)) }, pending('0/2')])
      // Putting an operation again still changes nothing.
      await tab.write({ putMembership: [second] }, 'relaxed')
      expect((await tab.readMembership(space)).rows[1]).toEqual(longer(bytes(5)))
    })

    it('reaches every row, however many there are', async () => {
      const tab = await openTab()
      const names = Array.from({ length: 1_200 }, (_, i) => String(i).padStart(5, '0'))
      await tab.write(
        {
          putKeys: names.map((key) => ({ key, value: 0 })),
          putMembership: names.map((id) => ({ space, id, operation: bytes(2) })),
          putPending: names.map((key) => pending(key)),
        },
        'relaxed',
      )
      await tab.rewrite({ key: () => 1, operation: (_of, operation) => longer(operation), pending: ({ update }) => longer(update) }, [])
      expect((await tab.listKeys('')).filter(({ value }) => value === 1)).toHaveLength(names.length)
      expect((await tab.readMembership(space)).rows.filter(({ length }) => length === 3)).toHaveLength(names.length)
      expect((await tab.readPending(space)).filter(({ update }) => update.length === 21)).toHaveLength(names.length)
    })

    if (faults.includes('quota')) {
      it('that does not fit changes nothing', async () => {
        await device().fill?.()
        const tab = await openTab()
        await tab.write({ ...oneOfEach, putKeys: [{ key: 'key', value: 1 }] }, 'strict')
        const before = await contents(tab)
        const large: RowChange = { ...everyOther, pending: () => noise(largeBytes) }
        expect(await codeOf(tab.rewrite(large, [{ key: 'new', value: 1 }]))).toBe('storage-full')
        expect(await contents(tab)).toEqual(before)
        expect(await tab.readKey('key')).toBe(1)
        expect(tab.state.get().status).toBe('full')
      })
    }
  })
}
