// @vitest-environment jsdom
import { act } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Space } from '../../../src/client/echo.ts'
import { createLocalStates } from '../../../src/client/spaces/localState.ts'
import { useLocalState } from '../../../src/react/useLocalState.ts'
import { createMemoryDisk } from '../../../src/storage/memory/memoryDisk.ts'
import { createMemoryStorage } from '../../../src/storage/memory/memoryStorage.ts'
import { createFakeEcho } from './fakeEcho.ts'
import { renderHookInEcho } from './renderInEcho.tsx'

async function createSpace(): Promise<Space> {
  const storage = createMemoryStorage({ disk: createMemoryDisk() })
  await storage.open()
  const states = createLocalStates({ storage, space: 'here' as never, onChanged: () => {}, onFault: () => {} })
  // The hook uses no more of it.
  return { local: states.of } as Pick<Space, 'local'> as Space
}

describe('useLocalState', () => {
  it('shows the first initial value until something is set, by whomever, and again when it is forgotten', async () => {
    const space = await createSpace()
    const { result, rerender } = renderHookInEcho(
      createFakeEcho(),
      ({ initial }: { initial: readonly string[] }) => useLocalState(space, 'tags', initial),
      { initial: ['a'] },
    )
    const [first, set] = result.current
    rerender({ initial: ['b'] })
    expect(result.current[0]).toBe(first)
    act(() => set((before) => [...before, 'b']))
    expect(result.current).toEqual([['a', 'b'], set])
    act(() => space.local('tags').set(['c']))
    expect(result.current[0]).toEqual(['c'])
    act(() => set(undefined))
    expect(result.current[0]).toBe(first)
  })

  it('takes null for a value, and what does not fit the schema for none', async () => {
    const space = await createSpace()
    const schema = z.number().nullable()
    const { result } = renderHookInEcho(createFakeEcho(), () => useLocalState<number | null>(space, 'size', 5, schema))
    act(() => result.current[1](null))
    expect(result.current[0]).toBe(null)
    act(() => space.local('size').set('large'))
    expect(result.current[0]).toBe(5)
    expect(() => result.current[1]('large' as never)).toThrowError(expect.objectContaining({ code: 'bad-value' }))
  })

  it('shows the initial value while there is no space, and says that nothing can be kept', async () => {
    const space = await createSpace()
    space.local('size').set(7)
    const { result, rerender } = renderHookInEcho(createFakeEcho(), ({ of }: { of: Space | undefined }) => useLocalState(of, 'size', 5), {
      of: undefined as Space | undefined,
    })
    expect(result.current[0]).toBe(5)
    expect(() => result.current[1](6)).toThrowError(expect.objectContaining({ code: 'space-closed' }))
    rerender({ of: space })
    expect(result.current[0]).toBe(7)
  })
})
