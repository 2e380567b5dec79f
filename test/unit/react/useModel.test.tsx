// @vitest-environment jsdom
import { act, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import type { ReactNode } from 'react'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Counter } from '../../../stories/models/counter.ts'
import type { Space } from '../../../src/client/echo.ts'
import { defineType } from '../../../src/database/types/defineType.ts'
import { useModel } from '../../../src/react/useModel.ts'
import { renderWithEcho } from '../../../src/testing/react/renderWithEcho.tsx'
import { setup } from '../../../src/testing/setup.ts'

const Poll = defineType('poll', z.object({ question: z.string() }), { model: Counter })

function Count({ space, id }: { readonly space: Space | undefined; readonly id: string | undefined }): ReactNode {
  const opened = useModel(space, Counter, id)
  if (opened === undefined) return <p>none</p>
  const [count, { add }] = opened
  return <button onClick={() => add(2)}>count {count}</button>
}

describe('useModel', () => {
  let dispose = async (): Promise<void> => {}
  afterEach(() => act(() => dispose()))

  it('shows the content live, changes it by its actions, and waits for nothing where it is asked for nothing', async () => {
    const { ann, ...world } = await setup('ann', { types: [Poll] })
    dispose = world.dispose
    const space = await ann.echo.spaces.create({ name: 'Garden' })
    const { id } = space.create(Poll, { question: 'Rain?' })
    const { rerender } = await renderWithEcho(<Count space={space} id={undefined} />, { peer: ann, reactStrictMode: true })
    expect(screen.getByText('none')).toBeTruthy()
    await act(async () => rerender(<Count space={space} id={id} />))
    await userEvent.click(await screen.findByRole('button', { name: 'count 0' }))
    expect(screen.getByRole('button', { name: 'count 2' })).toBeTruthy()
    // Somebody else changes it.
    const other = await space.openModel(Counter, id)
    act(() => other.actions.add(3))
    expect(screen.getByRole('button', { name: 'count 5' })).toBeTruthy()
    other.release()
  })
})
