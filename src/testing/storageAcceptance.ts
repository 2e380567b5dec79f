import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EchoError, type EchoErrorCode } from '../shared/echoError.ts'
import type { BlockId, DocumentId, SpaceId } from '../shared/ids.ts'
import type { BlockRow, MarkRow, PendingRow, Storage, StorageBatch } from '../storage/storage.ts'

/** One device as the acceptance suite sees it: the data that several tabs share, and the faults it can be made to have. */
export interface StorageDevice {
  /** A further tab on the same data, not yet opened. */
  tab(): Storage
  /** Leaves room for small writes but not for one of 1 MB; asked before the first tab opens. Needed for the fault `quota`. */
  fill?(): Promise<void>
  /** Gives the room back. */
  free?(): Promise<void>
  /** Spoils a stored header or envelope. Needed for the fault `damage`. */
  damage?(space: SpaceId, block: BlockId, part: 'header' | 'envelope'): Promise<void>
  /** Closes the database under every tab, keeping its data or not. Needed for the fault `closing`. */
  closeUnder?(): Promise<void>
  /** Removes the data. */
  dispose(): Promise<void>
}

export type StorageFault = 'quota' | 'damage' | 'closing'

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
  let tabs: Storage[] = []

  async function openTab(): Promise<Storage> {
    const tab = device.tab()
    tabs.push(tab)
    await tab.open()
    return tab
  }

  async function reopened(tab: Storage): Promise<Storage> {
    await tab.dispose()
    return openTab()
  }

  beforeEach(async () => {
    device = await create()
    tabs = []
  })
  afterEach(async () => {
    for (const tab of tabs) await tab.dispose()
    await device.dispose()
  })

  describe(`storage: ${name}`, () => {
    describe('what is written', () => {
      it('is there again after a restart, table by table', async () => {
        const before = await openTab()
        await before.write({ ...oneOfEach, putKeys: [{ key: 'identity/root', value: { wrapped: bytes(5) } }] }, 'strict')
        const tab = await reopened(before)
        expect(await tab.readKey('identity/root')).toEqual({ wrapped: bytes(5) })
        expect(await tab.readMembership(space)).toEqual([bytes(40, 1)])
        const { envelope: _, ...header } = block('a', 0)
        expect(await tab.readHeaders(space)).toEqual({ rows: [header], damaged: 0 })
        expect(await tab.readBlocks(space, [block('a', 0)])).toEqual([block('a', 0)])
        expect(await tab.readPending(space)).toEqual([pending('0/1')])
        expect(await tab.readMarks(space)).toEqual([mark(0)])
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
        const [read] = await tab.readMembership(space)
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
        expect(await tab.readMembership(otherSpace)).toEqual([bytes(3)])
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
        expect(await tab.readMembership(space)).toEqual([bytes(2)])
        expect(await tab.readMarks(space)).toEqual([mark(7)])
        expect(await tab.readKey('k')).toBe(1)
      })
    })

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
        expect((await tab.readMembership(space)).map(([byte]) => byte)).toEqual([1, 2, 3, 4])
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

    describe('its life', () => {
      it('refuses to be used before it is open, and says what to do', async () => {
        const tab = device.tab()
        tabs.push(tab)
        expect(tab.state.get().status).toBe('opening')
        await expect(tab.write({ putMarks: [mark(0)] }, 'strict')).rejects.toThrow(/open\(\) first/)
        expect(await codeOf(tab.readKey('k'))).toBe('storage-unavailable')
        await tab.open()
        expect(tab.state.get().status).toBe('ready')
        expect(await contents(tab)).toEqual(nothing)
      })

      it('completes the writes it has begun when it is disposed, and refuses later ones', async () => {
        const before = await openTab()
        const written = before.write({ putMarks: [mark(0)] }, 'relaxed')
        await before.dispose()
        await written
        expect(before.state.get().status).toBe('closed')
        expect(await codeOf(before.write({ putMarks: [mark(1)] }, 'relaxed'))).toBe('disposed')
        expect(await codeOf(before.readMarks(space))).toBe('disposed')
        await before.dispose()
        expect(await (await openTab()).readMarks(space)).toEqual([mark(0)])
      })

      it('can be disposed while it opens', async () => {
        const tab = device.tab()
        const opened = tab.open()
        await tab.dispose()
        await opened
        expect(tab.state.get().status).toBe('closed')
      })
    })

    describe('locks', () => {
      it('have one holder at a time, in all tabs, and names do not touch each other', async () => {
        const [first, second] = [await openTab(), await openTab()]
        const lock = await first.locks.acquire('slot/0', 'no')
        expect(lock?.name).toBe('slot/0')
        expect(await second.locks.acquire('slot/0', 'no')).toBeUndefined()
        expect(await first.locks.acquire('slot/0', 'no')).toBeUndefined()
        expect(await second.locks.acquire('slot/1', 'no')).toBeDefined()
        lock?.release()
        await lock?.lost
        expect(await second.locks.acquire('slot/0', 100)).toBeDefined()
      })

      it('are waited for until the time is up', async () => {
        const [first, second] = [await openTab(), await openTab()]
        const lock = await first.locks.acquire('slot/0', 'no')
        expect(await second.locks.acquire('slot/0', 20)).toBeUndefined()
        const waiting = second.locks.acquire('slot/0', 5_000)
        lock?.release()
        expect(await waiting).toBeDefined()
      })

      it('are waited for until a signal fires', async () => {
        const [first, second] = [await openTab(), await openTab()]
        const lock = await first.locks.acquire('slot/0', 'no')
        const patience = new AbortController()
        const inVain = second.locks.acquire('slot/0', patience.signal)
        patience.abort()
        expect(await inVain).toBeUndefined()
        expect(await second.locks.acquire('slot/0', patience.signal)).toBeUndefined()
        const waiting = second.locks.acquire('slot/0', new AbortController().signal)
        lock?.release()
        expect(await waiting).toBeDefined()
      })

      it('can be stolen: the holder learns it and cannot free what is no longer its own', async () => {
        const [first, second, third] = [await openTab(), await openTab(), await openTab()]
        const robbed = await first.locks.acquire('leader', 'no')
        const stolen = await second.locks.acquire('leader', 'no', true)
        expect(stolen).toBeDefined()
        await robbed?.lost
        robbed?.release()
        expect(await third.locks.acquire('leader', 'no')).toBeUndefined()
        stolen?.release()
        expect(await third.locks.acquire('leader', 5_000)).toBeDefined()
      })

      it('are free again when their tab is disposed, and a tab that is gone neither takes nor waits', async () => {
        const [first, second, third] = [await openTab(), await openTab(), await openTab()]
        const lock = await first.locks.acquire('slot/0', 'no')
        const waiting = second.locks.acquire('slot/0', new AbortController().signal)
        await second.dispose()
        expect(await waiting).toBeUndefined()
        await first.dispose()
        await lock?.lost
        expect(await third.locks.acquire('slot/0', 5_000)).toBeDefined()
        expect(await first.locks.acquire('slot/1', 'no')).toBeUndefined()
      })
    })

    if (faults.includes('quota')) {
      describe('on a full disk', () => {
        it.each(Object.entries(largeBatches))(
          'stores nothing of a batch that does not fit, says so, and recovers: %s',
          async (_kind, batch) => {
            await device.fill?.()
            const tab = await openTab()
            await tab.write({ putMarks: [mark(1)] }, 'strict')
            expect(await codeOf(tab.write(batch, 'relaxed'))).toBe('storage-full')
            expect(tab.state.get()).toMatchObject({ status: 'full', error: { code: 'storage-full' } })
            expect(await contents(tab)).toEqual({ ...nothing, marks: 1 })
            expect(tab.state.get().status).toBe('full')
            await device.free?.()
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
            await device.damage?.(space, block('a', 0).block, part)
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

    if (faults.includes('closing')) {
      it('says that it was closed under the app, and opens again with the next write', async () => {
        const tab = await openTab()
        const seen: string[] = []
        tab.state.subscribe(() => seen.push(tab.state.get().status))
        await device.closeUnder?.()
        await expect.poll(() => seen).toContain('unavailable')
        await tab.write({ putMarks: [mark(3)] }, 'relaxed')
        expect(tab.state.get().status).toBe('ready')
        expect(await tab.readMarks(space)).toEqual([mark(3)])
      })
    }
  })
}

const space = 'space-a' as SpaceId
const otherSpace = 'space-b' as SpaceId
const largeBytes = 1_000_000

function bytes(length: number, fill = 7): Uint8Array {
  return new Uint8Array(length).fill(fill)
}

function block(feed: string, seq: number, of: SpaceId = space, envelopeBytes = 100): BlockRow {
  return {
    space: of,
    block: `${feed}-${seq}` as BlockId,
    feed,
    seq,
    header: bytes(50, seq),
    signature: bytes(64, 2),
    envelope: bytes(envelopeBytes, 3),
  }
}

function pending(key: string, updateBytes = 20): PendingRow {
  return {
    space,
    key,
    slot: 0,
    document: 'document' as DocumentId,
    from: 1,
    to: 4,
    update: bytes(updateBytes, 4),
    heads: [bytes(32, 5), bytes(32, 6)],
  }
}

function mark(slot: number, seq = 0): MarkRow {
  return { space, slot, seq, block: 'a-0' as BlockId }
}

const oneOfEach: StorageBatch = {
  putMembership: [{ space, id: 'op', operation: bytes(40, 1) }],
  putBlocks: [block('a', 0)],
  putPending: [pending('0/1')],
  putMarks: [mark(0)],
}

/** Each kind of row in turn is the one that does not fit; the small rows beside it must not be stored either. */
const largeBatches: Readonly<Record<string, StorageBatch>> = {
  keys: { ...oneOfEach, putKeys: [{ key: 'large', value: noise(largeBytes) }] },
  membership: { ...oneOfEach, putMembership: [{ space, id: 'op', operation: noise(largeBytes) }] },
  blocks: { ...oneOfEach, putBlocks: [{ ...block('a', 0), envelope: noise(largeBytes) }] },
  pending: { ...oneOfEach, putPending: [{ ...pending('0/1'), update: noise(largeBytes) }] },
}

/** Bytes that do not compress. */
function noise(length: number): Uint8Array {
  let state = 1
  return new Uint8Array(length).map(() => (state = (state * 48_271) % 0x7fffffff))
}

const nothing = { keys: 0, membership: 0, headers: 0, pending: 0, marks: 0 }

async function contents(tab: Storage): Promise<typeof nothing> {
  return {
    keys: (await tab.listKeys('')).length,
    membership: (await tab.readMembership(space)).length,
    headers: (await tab.readHeaders(space)).rows.length,
    pending: (await tab.readPending(space)).length,
    marks: (await tab.readMarks(space)).length,
  }
}

async function codeOf(work: Promise<unknown>): Promise<EchoErrorCode | 'none'> {
  try {
    await work
    return 'none'
  } catch (error) {
    if (error instanceof EchoError) return error.code
    throw error
  }
}
