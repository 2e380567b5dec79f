import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { createLocalStates, maxLocalValues } from '../../../src/client/spaces/localState.ts'
import { Reference } from '../../../src/database/types/reference.ts'
import type { EchoError } from '../../../src/shared/echoError.ts'
import type { SpaceId } from '../../../src/shared/ids.ts'
import { createMemoryDisk, type MemoryDisk } from '../../../src/storage/memory/memoryDisk.ts'
import { createMemoryStorage } from '../../../src/storage/memory/memoryStorage.ts'

const space = 'S'.repeat(42).concat('A') as SpaceId

async function openTab(disk: MemoryDisk = createMemoryDisk()) {
  const storage = createMemoryStorage({ disk })
  await storage.open()
  const faults: string[] = []
  const changed: string[] = []
  const states = createLocalStates({
    storage,
    space,
    onChanged: (name) => changed.push(name),
    onFault: (error) => faults.push((error as EchoError).code ?? String(error)),
  })
  await states.read()
  return { disk, storage, states, faults, changed }
}

type Tab = Awaited<ReturnType<typeof openTab>>

function codeOf(work: () => unknown): string {
  try {
    work()
    return 'none'
  } catch (error) {
    return (error as EchoError).code ?? String(error)
  }
}

/** What was asked of the disk so far is done. */
async function settle({ storage, states }: Tab, name = 'a'): Promise<void> {
  await storage.readKey(`local/${space}/${name}`)
  await Promise.resolve()
  void states
}

describe('local state', () => {
  it('keeps values of every kind that a field can hold, and gives them back as they were', async () => {
    const tab = await openTab()
    const values = {
      none: null,
      text: 'a',
      odd: Number.NaN,
      bytes: new Uint8Array([1, 2]),
      date: new Date(5),
      ref: new Reference('hhhhhhhhhhhhhhhhhhhhhA'),
      deep: { list: [1, { '@': 'mine' }], gone: undefined },
    }
    for (const [name, value] of Object.entries(values)) tab.states.of(name).set(value)
    await settle(tab)
    const later = await openTab(tab.disk)
    const read = Object.fromEntries(Object.keys(values).map((name) => [name, later.states.of(name).get()]))
    expect(read).toEqual({ ...values, deep: { list: [1, { '@': 'mine' }] } })
    expect(later.faults).toEqual([])
    tab.states.of('text').set(undefined)
    await settle(tab)
    expect((await openTab(tab.disk)).states.of('text').get()).toBe(undefined)
  })

  it('tells at once and once, keeps the identity of what is equal, and takes later changes of the object given for none', async () => {
    const tab = await openTab()
    const filter = tab.states.of<{ words: string[] }>('filter')
    expect(tab.states.of('filter')).toBe(filter)
    let calls = 0
    filter.subscribe(() => (calls += 1))
    const given = { words: ['a'] }
    filter.set(given)
    const kept = filter.get()
    given.words.push('b')
    filter.set({ words: ['a'] })
    expect([calls, filter.get(), filter.get() === kept, Object.isFrozen(kept!.words)]).toEqual([1, { words: ['a'] }, true, true])
    await settle(tab)
    expect(tab.changed).toEqual(['filter'])
  })

  it('refuses what is no such value, names that are none, too many and too large, and changes nothing by it', async () => {
    const tab = await openTab()
    const state = tab.states.of('a')
    state.set(1)
    for (const value of [() => 1, 5n, new Map(), Symbol('x'), JSON.parse('{"__proto__":1}'), new Date(Number.NaN)]) {
      expect(codeOf(() => state.set(value))).toBe('bad-value')
    }
    expect(codeOf(() => state.set('x'.repeat(256 * 1024)))).toBe('value-too-large')
    const loop: unknown[] = []
    loop.push(loop)
    expect(codeOf(() => state.set(loop))).toBe('bad-value')
    expect(state.get()).toBe(1)
    for (const name of ['', 'x'.repeat(65), 'é'.repeat(33), '\ud800', 5 as never])
      expect(codeOf(() => tab.states.of(name))).toBe('bad-value')
    for (let i = 1; i < maxLocalValues; i++) tab.states.of(`name ${i}`)
    expect(codeOf(() => tab.states.of('one more'))).toBe('value-too-large')
    expect(codeOf(() => tab.states.of('name 5'))).toBe('none')
  })

  it('shows through a schema what fits, sets only what fits, and leaves what does not for who can read it', async () => {
    const tab = await openTab()
    const schema = z.object({ size: z.number().default(3) })
    const plain = tab.states.of('pane')
    const typed = tab.states.of('pane', schema)
    expect(typed).toBe(tab.states.of('pane', schema))
    plain.set('of an older version')
    expect([typed.get(), plain.get()]).toEqual([undefined, 'of an older version'])
    plain.set({})
    const kept = typed.get()
    expect([kept, typed.get() === kept]).toEqual([{ size: 3 }, true])
    expect(codeOf(() => typed.set({ size: 'large' } as never))).toBe('bad-value')
    const late = tab.states.of(
      'pane',
      z.any().refine(async () => true),
    )
    expect(codeOf(() => late.set(1))).toBe('bad-value')
    expect(plain.get()).toEqual({})
  })

  it('passes over rows that are none, says so once, and is usable under their names', async () => {
    const first = await openTab()
    const deep = JSON.parse('['.repeat(100).concat(']'.repeat(100))) as unknown
    const rows: Record<string, unknown> = {
      null: null,
      bare: 'no wrapping',
      other: { w: 1 },
      tag: { v: { '@': 'ref', v: 'no id' } },
      deep: { v: deep },
      large: { v: 'x'.repeat(300_000) },
      ['x'.repeat(65)]: { v: 1 },
      '': { v: 1 },
      good: { v: 7 },
    }
    await first.storage.write(
      { putKeys: Object.entries(rows).map(([name, value]) => ({ key: `local/${space}/${name}`, value })) },
      'relaxed',
    )
    const tab = await openTab(first.disk)
    expect(tab.faults).toEqual(['data-corrupt'])
    expect(['null', 'bare', 'other', 'tag', 'deep', 'large', 'good'].map((name) => tab.states.of(name).get())).toEqual([
      ...Array.from({ length: 6 }, () => undefined),
      7,
    ])
    tab.states.of('null').set('mended')
    await settle(tab)
    expect((await openTab(first.disk)).states.of('null').get()).toBe('mended')
    tab.states.refresh('bare')
    await settle(tab)
    expect(tab.faults).toEqual(['data-corrupt', 'data-corrupt'])
  })

  it('ends alike in two tabs that write at once, with the last write', async () => {
    const one = await openTab()
    const two = await openTab(one.disk)
    const hear = (): void => {
      for (const name of one.changed.splice(0)) two.states.refresh(name)
      for (const name of two.changed.splice(0)) one.states.refresh(name)
    }
    for (let round = 0; round < 20; round++) {
      one.states.of('a').set(`one ${round}`)
      if (round % 3 === 0) hear()
      two.states.of('a').set(`two ${round}`)
      if (round % 2 === 0) one.states.of('a').set(`one again ${round}`)
      for (let turn = 0; turn < 6; turn++) {
        await settle(one)
        hear()
      }
      expect([one.states.of('a').get(), two.states.of('a').get()]).toEqual(
        Array.from({ length: 2 }, () => (round % 2 === 0 ? `one again ${round}` : `two ${round}`)),
      )
    }
  })

  it('does not put an older value back that was read before this tab wrote', async () => {
    const tab = await openTab()
    tab.states.of('a').set('old')
    await settle(tab)
    tab.states.refresh('a')
    tab.states.of('a').set('new')
    await settle(tab)
    expect(tab.states.of('a').get()).toBe('new')
  })

  it('keeps the value in memory where the disk refuses it, reports that, and gives it to who stores all again', async () => {
    const tab = await openTab()
    tab.disk.quotaBytes = 0
    tab.states.of('a').set('x')
    await settle(tab)
    expect([tab.states.of('a').get(), tab.faults, tab.changed]).toEqual(['x', ['storage-full'], []])
    expect(tab.states.rows()).toEqual([{ key: `local/${space}/a`, value: { v: 'x' } }])
  })

  it('ends with what was set stored, and can be set no more', async () => {
    const tab = await openTab()
    const order: string[] = []
    const write = vi.spyOn(tab.storage, 'write').mockImplementation(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      order.push('stored')
    })
    const state = tab.states.of('a')
    state.set(1)
    await tab.states.dispose()
    order.push('ended')
    expect([write.mock.calls[0]?.[0], order]).toEqual([{ putKeys: [{ key: `local/${space}/a`, value: { v: 1 } }] }, ['stored', 'ended']])
    expect(codeOf(() => state.set(2))).toBe('space-closed')
    tab.states.refresh('a')
    expect(state.get()).toBe(1)
  })
})
