import { describe, expect, it } from 'vitest'
import type { BlockId } from '../../shared/ids.ts'
import type { Storage } from '../../storage/storage.ts'
import { space, bytes, block, pending } from './rows.ts'
import type { StorageTabs } from './storageDevice.ts'

/** In which order a storage gives back what it keeps. */
export function describeOrder({ openTab, reopened }: StorageTabs): void {
  describe('order', () => {
    it('of membership operations is that of their first putting, over tabs and restarts', async () => {
      const [first, second] = [await openTab(), await openTab()]
      const put = (tab: Storage, id: string, fill: number): Promise<void> =>
        tab.write({ putMembership: [{ space, id, operation: bytes(1, fill) }] }, 'strict')
      await put(first, 'z', 1)
      await put(second, 'a', 2)
      await put(first, 'm', 3)
      await put(second, 'z', 9)
      const tab = await reopened(first)
      await put(tab, 'b', 4)
      expect((await tab.readMembership(space)).rows.map(([byte]) => byte)).toEqual([1, 2, 3, 4])
    })

    it('of pending edits is that of their keys', async () => {
      const tab = await openTab()
      await tab.write({ putPending: [pending('0/10'), pending('0/02')] }, 'relaxed')
      await tab.write({ putPending: [pending('0/01'), pending('1/00')] }, 'relaxed')
      expect((await tab.readPending(space)).map(({ key }) => key)).toEqual(['0/01', '0/02', '0/10', '1/00'])
    })

    it('of headers is by feed, then by number, and both blocks of a fork are there', async () => {
      const tab = await openTab()
      await tab.write(
        { putBlocks: [block('b', 0), block('a', 10), block('a', 9), { ...block('a', 9), block: 'a-9-fork' as BlockId }] },
        'relaxed',
      )
      expect((await tab.readHeaders(space)).rows.map(({ block: id }) => id)).toEqual(['a-9', 'a-9-fork', 'a-10', 'b-0'])
    })

    it('of blocks is that of asking, with a hole for one that is not there', async () => {
      const tab = await openTab()
      await tab.write({ putBlocks: [block('a', 0), block('a', 1)] }, 'relaxed')
      const read = await tab.readBlocks(space, [block('a', 1), block('a', 2), { ...block('a', 0), seq: 5 }, block('a', 0)])
      expect(read).toEqual([block('a', 1), undefined, undefined, block('a', 0)])
      expect(await tab.readBlocks(space, [])).toEqual([])
    })

    it('of blocks holds over long runs, gaps, several feeds and a fork with many branches', async () => {
      const tab = await openTab()
      const rows = ['b', 'a'].flatMap((feed) => Array.from({ length: 300 }, (_, seq) => block(feed, seq, space, 8)))
      const branches = Array.from({ length: 300 }, (_, i) => ({ ...block('c', 1, space, 8), block: `c-1-${i}` as BlockId }))
      await tab.write({ putBlocks: [...rows, ...branches, block('c', 0)] }, 'relaxed')
      const asked = [...rows.filter(({ seq }) => seq % 50 !== 7), branches[99]!, block('c', 0), branches[10]!, rows[3]!, rows[3]!]
      const read = await tab.readBlocks(space, asked)
      expect(read.map((row) => row?.block)).toEqual(asked.map((row) => row.block))
    })

    it('of keys is that of their text, and a prefix names only what begins with it', async () => {
      const tab = await openTab()
      await tab.write(
        { putKeys: ['space/b', 'spacf', 'space/a', 'space', 'identity'].map((key) => ({ key, value: key.length })) },
        'relaxed',
      )
      expect((await tab.listKeys('space/')).map(({ key }) => key)).toEqual(['space/a', 'space/b'])
      expect(await tab.listKeys('nothing')).toEqual([])
      expect(await tab.readKey('nothing')).toBeUndefined()
    })

    it('holds over more headers than one read takes', async () => {
      const tab = await openTab()
      const rows = Array.from({ length: 4_500 }, (_, seq) => block('a', seq, space, 8))
      await tab.write({ putBlocks: rows }, 'relaxed')
      expect((await tab.readHeaders(space)).rows.map(({ seq }) => seq)).toEqual(rows.map(({ seq }) => seq))
    })
  })
}
