import { describe, expect, it } from 'vitest'
import type { StorageBatch } from '../../storage/storage.ts'
import { space, otherSpace, bytes, block, bundle, pending, mark, oneOfEach, nothing, contents, codeOf } from './rows.ts'
import type { StorageTabs } from './storageDevice.ts'

/** What a storage keeps, deletes and replaces. */
export function describeWriting({ openTab, reopened }: StorageTabs): void {
  describe('what is written', () => {
    it('is there again after a restart, table by table', async () => {
      const before = await openTab()
      await before.write({ ...oneOfEach, putKeys: [{ key: 'identity/root', value: { wrapped: bytes(5) } }] }, 'strict')
      const tab = await reopened(before)
      expect(await tab.readKey('identity/root')).toEqual({ wrapped: bytes(5) })
      expect(await tab.readMembership(space)).toEqual({ rows: [bytes(40, 1)], damaged: 0 })
      const { envelope: _, ...header } = block('a', 0)
      expect(await tab.readHeaders(space)).toEqual({ rows: [header], damaged: 0 })
      expect(await tab.readBlocks(space, [block('a', 0)])).toEqual([block('a', 0)])
      const { parts: _parts, ...head } = bundle('b', 3, 2)
      expect(await tab.readBundles(space)).toEqual({ rows: [head], damaged: 0 })
      expect(await tab.readBundle(space, head)).toEqual(bundle('b', 3, 2))
      expect(await tab.readPending(space)).toEqual([pending('0/1')])
      expect(await tab.readMarks(space)).toEqual([mark(0)])
    })

    it('replaces block rows by a bundle, and bundles by a larger one, in one step', async () => {
      const tab = await openTab()
      const rows = [0, 1, 2, 3].map((seq) => block('a', seq))
      await tab.write({ putBlocks: rows }, 'relaxed')
      await tab.write({ deleteBlocks: rows.slice(0, 2), putBundles: [bundle('a', 1, 2)] }, 'relaxed')
      expect((await tab.readHeaders(space)).rows.map(({ seq }) => seq)).toEqual([2, 3])
      expect(await tab.readBlocks(space, rows.slice(0, 3))).toEqual([undefined, undefined, rows[2]])
      await tab.write({ deleteBlocks: rows.slice(2), putBundles: [bundle('a', 3, 2)] }, 'relaxed')
      expect((await tab.readBundles(space)).rows.map(({ first, seq }) => [first, seq])).toEqual([
        [0, 1],
        [2, 3],
      ])
      await tab.write({ deleteBundles: [bundle('a', 1, 2), bundle('a', 3, 2)], putBundles: [bundle('a', 3, 4)] }, 'relaxed')
      const reader = await openTab()
      expect((await reader.readBundles(space)).rows.map(({ first, seq }) => [first, seq])).toEqual([[0, 3]])
      expect(await reader.readBundle(space, bundle('a', 1, 2))).toBe(undefined)
      expect(await reader.readBundle(space, bundle('a', 3, 4))).toEqual(bundle('a', 3, 4))
      expect((await reader.readHeaders(space)).rows).toEqual([])
    })

    it('is read at once by the tab that wrote it and by another one, before the write has completed', async () => {
      const [writer, reader] = [await openTab(), await openTab()]
      const written = writer.write({ putMarks: [mark(0)] }, 'relaxed')
      expect(await writer.readMarks(space)).toEqual([mark(0)])
      expect(await reader.readMarks(space)).toEqual([mark(0)])
      await written
    })

    it('does not change when the caller changes its bytes afterwards, nor when a reader does', async () => {
      const tab = await openTab()
      const row = block('a', 0)
      const value = { secret: bytes(4) }
      const written = tab.write({ putBlocks: [row], putKeys: [{ key: 'k', value }] }, 'relaxed')
      row.envelope.fill(9)
      value.secret.fill(9)
      await written
      const [read] = await tab.readBlocks(space, [row])
      read?.envelope.fill(8)
      ;((await tab.readKey('k')) as typeof value).secret.fill(8)
      expect(await tab.readBlocks(space, [row])).toEqual([block('a', 0)])
      expect(await tab.readKey('k')).toEqual({ secret: bytes(4) })
    })

    it('keeps of a byte view the view and not the buffer below it', async () => {
      const tab = await openTab()
      const view = bytes(1_000).subarray(10, 14)
      await tab.write({ putMembership: [{ space, id: 'op', operation: view }] }, 'relaxed')
      const [read] = (await tab.readMembership(space)).rows
      expect(read).toEqual(view)
      expect(read?.buffer.byteLength).toBe(4)
    })

    it('may be a key that no one can read out, and it still works after a restart', async () => {
      const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
      const before = await openTab()
      await before.write({ putKeys: [{ key: 'device', value: { signing: pair.privateKey } }] }, 'strict')
      const tab = await reopened(before)
      const { signing } = (await tab.readKey('device')) as { signing: CryptoKey }
      const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
      const signature = await crypto.subtle.sign(algorithm, signing, new Uint8Array(3))
      expect(signing.extractable).toBe(false)
      expect(await crypto.subtle.verify(algorithm, pair.publicKey, signature, new Uint8Array(3))).toBe(true)
    })

    it('is nothing at all when one value of the batch cannot be stored', async () => {
      const tab = await openTab()
      const batch: StorageBatch = {
        ...oneOfEach,
        putKeys: [
          { key: 'good', value: 1 },
          { key: 'bad', value: () => 1 },
        ],
      }
      expect(await codeOf(tab.write(batch, 'relaxed'))).toBe('bad-value')
      expect(await contents(tab)).toEqual(nothing)
      expect(tab.state.get().status).toBe('ready')
    })

    it('replaces what had its key', async () => {
      const tab = await openTab()
      await tab.write({ putMarks: [mark(0, 1)], putKeys: [{ key: 'k', value: 1 }] }, 'relaxed')
      await tab.write({ putMarks: [mark(0, 2)], putKeys: [{ key: 'k', value: 2 }] }, 'relaxed')
      expect(await tab.readMarks(space)).toEqual([mark(0, 2)])
      expect(await tab.readKey('k')).toBe(2)
    })

    it('may be nothing', async () => {
      const tab = await openTab()
      await tab.write({}, 'strict')
      await tab.write({ putBlocks: [], deleteKeys: [] }, 'relaxed')
      expect(await contents(tab)).toEqual(nothing)
    })
  })

  describe('what is deleted', () => {
    it('is gone after a restart, and its neighbours are not', async () => {
      const before = await openTab()
      await before.write(
        {
          putKeys: [
            { key: 'a', value: 1 },
            { key: 'b', value: 2 },
          ],
          putPending: [pending('0/1'), pending('0/2')],
        },
        'relaxed',
      )
      await before.write({ deleteKeys: ['a'], deletePending: [{ space, key: '0/1' }] }, 'relaxed')
      const tab = await reopened(before)
      expect(await tab.listKeys('')).toEqual([{ key: 'b', value: 2 }])
      expect(await tab.readPending(space)).toEqual([pending('0/2')])
    })

    it('is everything of a space but its keys, and nothing of another space', async () => {
      const before = await openTab()
      await before.write({ ...oneOfEach, putKeys: [{ key: `space/${space}/epoch/1`, value: 1 }] }, 'relaxed')
      await before.write(
        { putBlocks: [block('a', 0, otherSpace)], putMembership: [{ space: otherSpace, id: 'op', operation: bytes(3) }] },
        'relaxed',
      )
      await before.write({ deleteSpace: space }, 'strict')
      const tab = await reopened(before)
      expect(await contents(tab)).toEqual({ ...nothing, keys: 1 })
      expect(await tab.readBlocks(space, [block('a', 0)])).toEqual([undefined])
      expect((await tab.readHeaders(otherSpace)).rows).toHaveLength(1)
      expect(await tab.readMembership(otherSpace)).toEqual({ rows: [bytes(3)], damaged: 0 })
    })

    it('goes before what the same batch puts', async () => {
      const tab = await openTab()
      await tab.write(oneOfEach, 'relaxed')
      await tab.write(
        {
          deleteSpace: space,
          putMembership: [{ space, id: 'new', operation: bytes(2) }],
          putMarks: [mark(7)],
          deleteKeys: ['k'],
          putKeys: [{ key: 'k', value: 1 }],
        },
        'relaxed',
      )
      expect(await tab.readMembership(space)).toEqual({ rows: [bytes(2)], damaged: 0 })
      expect(await tab.readMarks(space)).toEqual([mark(7)])
      expect(await tab.readKey('k')).toBe(1)
    })
  })
}
