// @vitest-environment jsdom
import { act, render, screen } from '@testing-library/react'
import { memo, Suspense, type ReactNode } from 'react'
import { afterEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { z } from 'zod'
import type { Space } from '../../../src/client/echo.ts'
import { defineType } from '../../../src/database/types/defineType.ts'
import type { Item } from '../../../src/database/types/item.ts'
import { query } from '../../../src/database/query/query.ts'
import { EchoProvider } from '../../../src/react/EchoProvider.tsx'
import { useQuery } from '../../../src/react/useQuery.ts'
import { useText } from '../../../src/react/useText.ts'
import { useTextContent } from '../../../src/react/useTextContent.ts'
import { setup } from '../../../src/testing/setup.ts'

const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })
const Page = defineType('page', z.object({ title: z.string() }), { model: 'rich-text' })

let rendered: string[] = []

const Preview = memo(function Preview({ space, id }: { readonly space: Space; readonly id: string }): ReactNode {
  rendered.push(id)
  return <li>{useTextContent(space, id) ?? '…'}</li>
})

const Line = memo(function Line({ note }: { readonly note: Item<typeof Note> }): ReactNode {
  rendered.push(note.id)
  return <li>{note.$.excerpt ?? '…'}</li>
})

function Lines({ space }: { readonly space: Space }): ReactNode {
  return useQuery(space, query(Note)).map((note) => <Line key={note.id} note={note} />)
}

describe('what texts say', () => {
  let dispose = async (): Promise<void> => {}
  afterEach(() => act(() => dispose()))

  async function createTest(count: number) {
    rendered = []
    const { ann, ben, shareSpace, ...world } = await setup('ann', 'ben', { types: [Note, Page] })
    dispose = world.dispose
    const [hers, his] = await shareSpace('Garden', ann, ben)
    const notes = Array.from({ length: count }, (_, i) => hers.create(Note, { title: `${i}` }))
    for (const [i, { id }] of notes.entries()) {
      const text = await hers.openText(id)
      text.insert(0, `note ${i}`)
      text.release()
    }
    await expect.poll(() => his.count(query(Note)), { timeout: 5000 }).toBe(count)
    const isOpen = (): boolean => notes.some(({ id }) => his.peekText(id) !== undefined)
    return { echo: ben.echo, hers, his, notes, isOpen }
  }

  it('is shown by rows without an open document among them, and one changed text renders one row', async () => {
    const { echo, hers, his, notes, isOpen } = await createTest(30)
    await act(async () =>
      render(
        <EchoProvider echo={echo}>
          {notes.map(({ id }) => (
            <Preview key={id} space={his} id={id} />
          ))}
        </EchoProvider>,
      ),
    )
    await act(async () => {
      await expect.poll(() => screen.queryAllByText(/^note/).length, { timeout: 5000 }).toBe(30)
    })
    expect(isOpen()).toBe(false)
    rendered = []
    const text = await hers.openText(notes[7]!.id)
    text.replace(0, 4, 'page')
    await act(async () => {
      await expect.poll(() => screen.queryByText('page 7'), { timeout: 5000 }).not.toBeNull()
    })
    expect([rendered, isOpen()]).toEqual([[notes[7]!.id], false])
  })

  it('is shown by its first line from the row itself, of which one renders', async () => {
    const { echo, hers, his, notes, isOpen } = await createTest(30)
    await act(async () =>
      render(
        <EchoProvider echo={echo}>
          <Lines space={his} />
        </EchoProvider>,
      ),
    )
    await act(async () => {
      await expect.poll(() => screen.queryAllByText(/^note/).length, { timeout: 5000 }).toBe(30)
    })
    rendered = []
    const text = await hers.openText(notes[7]!.id)
    text.replace(0, 4, 'page')
    await act(async () => {
      await expect.poll(() => screen.queryByText('page 7'), { timeout: 5000 }).not.toBeNull()
    })
    expect([rendered, isOpen()]).toEqual([[notes[7]!.id], false])
  })

  it('is undefined where nothing is asked for, and for what is no text', async () => {
    const { echo, his } = await createTest(0)
    function Show({ id }: { readonly id: string | undefined }): ReactNode {
      return <p>{useTextContent(id === undefined ? undefined : his, id) ?? 'nothing'}</p>
    }
    await act(async () =>
      render(
        <EchoProvider echo={echo}>
          <Show id={undefined} />
          <Show id="none" />
        </EchoProvider>,
      ),
    )
    expect(screen.getAllByText('nothing')).toHaveLength(2)
  })

  it('is a tree for who opens a rich text', async () => {
    const { echo, hers, his } = await createTest(0)
    const { id } = hers.create(Page, { title: 'Plan' })
    await expect.poll(() => his.count(query(Page)), { timeout: 5000 }).toBe(1)
    function Tree(): ReactNode {
      const page = useText(his, id, 'rich-text')
      const content = useTextContent(his, id)
      return (
        <p>
          {page.generation} {page.yXml.length} {content}
        </p>
      )
    }
    await act(async () =>
      render(
        <EchoProvider echo={echo}>
          <Suspense>
            <Tree />
          </Suspense>
        </EchoProvider>,
      ),
    )
    const text = await hers.openText(id, 'rich-text')
    const paragraph = new Y.XmlElement('paragraph')
    paragraph.insert(0, [new Y.XmlText('Sow')])
    text.current.get().yXml.insert(0, [paragraph])
    await act(async () => {
      await expect.poll(() => screen.queryByText(/Sow/), { timeout: 5000 }).not.toBeNull()
    })
  })
})
