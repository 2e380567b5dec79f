// @vitest-environment jsdom
import { act, screen } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { Space } from '../../../src/client/echo.ts'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import { useQuery } from '../../../src/react/useQuery.ts'
import { useUnsearchedTexts } from '../../../src/react/useUnsearchedTexts.ts'
import { renderWithEcho } from '../../../src/testing/react/renderWithEcho.tsx'
import { setup } from '../../../src/testing/setup.ts'

const Note = defineType('note', z.object({ title: z.string() }), { model: 'text', search: ['title'] })

function Left({ space }: { readonly space: Space | undefined }): ReactNode {
  const left = useUnsearchedTexts(space)
  return <p>{left === undefined ? 'no space' : left === 0 ? 'all' : 'more to come'}</p>
}

function Found({ space, text }: { readonly space: Space; readonly text: string }): ReactNode {
  const found = useQuery(space, query(Note).search(text).limit(10))
  return (
    <ul>
      {found?.map(({ id, title }) => (
        <li key={id}>{title}</li>
      ))}
    </ul>
  )
}

describe('a search in texts that are shown', () => {
  let dispose = async (): Promise<void> => {}
  afterEach(() => act(() => dispose()))

  it('shows what fields say at once, what texts say as they are read, and whether there is more to come', async () => {
    const log = vi.spyOn(console, 'error')
    const { ann, ...world } = await setup('ann', { types: [Note] })
    dispose = world.dispose
    const space = await ann.echo.spaces.create({ name: 'Garden' })
    space.create(Note, { title: 'beans' })
    const { id } = space.create(Note, { title: 'said' })
    const text = await space.openText(id)
    text.insert(0, 'sow beans')
    text.release()
    const shown = (): (string | null)[] => screen.queryAllByRole('listitem').map(({ textContent }) => textContent)
    const draw = (words: string, has: Space | undefined): ReactNode => (
      <>
        <Left space={has} />
        <Found space={space} text={words} />
      </>
    )
    const { rerender } = await renderWithEcho(draw('bean', space), { peer: ann, reactStrictMode: true })
    expect(shown()[0]).toBe('beans')
    await act(async () => {
      await expect.poll(() => space.unsearchedTexts.get(), { timeout: 5000 }).toBe(0)
    })
    await expect.poll(shown, { timeout: 5000 }).toEqual(['beans', 'said'])
    await expect.poll(() => screen.queryByText('all'), { timeout: 5000 }).not.toBeNull()
    await act(async () => rerender(draw('sow', undefined)))
    expect([shown(), screen.queryByText('no space') !== null]).toEqual([['said'], true])
    // A search begins to read where it is drawn; who watches what is left must not be told there.
    expect(log.mock.calls).toEqual([])
    log.mockRestore()
  })
})
