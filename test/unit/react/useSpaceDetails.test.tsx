// @vitest-environment jsdom
import { act } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { Space } from '../../../src/client/echo.ts'
import { useSpaceDetails } from '../../../src/react/useSpaceDetails.ts'
import { EchoError } from '../../../src/shared/echoError.ts'
import { createFakeEcho } from './fakeEcho.ts'
import { renderHookInEcho } from './renderInEcho.tsx'

/** A space whose counts are given one by one. */
function createSpace(...answers: readonly (number | Error)[]): Space {
  let asked = 0
  return {
    readDetails: async () => {
      const answer = answers[Math.min(asked++, answers.length - 1)]
      if (answer instanceof Error) throw answer
      return { blocks: answer } as never
    },
  } as Pick<Space, 'readDetails'> as Space
}

describe('useSpaceDetails', () => {
  it('counts when it comes and when it is told to, and shows the former count meanwhile', async () => {
    const space = createSpace(1, 2)
    const { result, rerender } = renderHookInEcho(createFakeEcho(), ({ of }: { of: Space | undefined }) => useSpaceDetails(of), {
      of: undefined as Space | undefined,
    })
    expect(result.current.status).toBe('loading')
    rerender({ of: space })
    expect(result.current.status).toBe('loading')
    await act(async () => {})
    expect(result.current).toMatchObject({ status: 'ready', details: { blocks: 1 } })
    act(() => result.current.refresh())
    expect(result.current).toMatchObject({ status: 'ready', details: { blocks: 1 } })
    await act(async () => {})
    expect(result.current).toMatchObject({ status: 'ready', details: { blocks: 2 } })
    rerender({ of: createSpace(7) })
    expect(result.current.status).toBe('loading')
    await act(async () => {})
    expect(result.current).toMatchObject({ details: { blocks: 7 } })
  })

  it('says why nothing could be counted', async () => {
    const { result } = renderHookInEcho(createFakeEcho(), ({ of }: { of: Space }) => useSpaceDetails(of), {
      of: createSpace(new EchoError('load-failed', 'Offline.')),
    })
    await act(async () => {})
    expect(result.current).toMatchObject({ status: 'error', error: { code: 'load-failed' } })
  })
})
