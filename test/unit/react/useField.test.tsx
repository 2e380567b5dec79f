// @vitest-environment jsdom
import { act, createEvent, fireEvent, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useField } from '../../../src/react/useField.ts'
import { useItem } from '../../../src/react/useItem.ts'
import { EchoError } from '../../../src/shared/echoError.ts'
import type { ItemId } from '../../../src/shared/ids.ts'
import { createFakeEcho, createFakeSpace, type FakeRow, type FakeSpace } from './fakeEcho.ts'
import { renderInEcho } from './renderInEcho.tsx'

const row = (id: string, title: string, count?: number): FakeRow => ({ id: id as ItemId, title, ...(count !== undefined && { count }) })

function Title({ of, id }: { readonly of: FakeSpace; readonly id: string }) {
  const item = useItem(of.space, {} as never, id) as FakeRow | undefined
  const field = useField(of.space, item, 'title')
  return (
    <>
      <input aria-label="title" {...field.props} />
      <output>{field.dirty ? 'dirty' : 'clean'}</output>
      <p>{field.error?.code ?? 'no error'}</p>
    </>
  )
}

const input = () => screen.getByLabelText<HTMLInputElement>('title')
const type = (value: string) => fireEvent.change(input(), { target: { value } })
const status = () => screen.getByRole('status').textContent
const pause = (ms = 300) => act(() => vi.advanceTimersByTime(ms))

function setUp(onError?: (error: EchoError) => void) {
  const garden = createFakeSpace()
  garden.row('a').set(row('a', 'Water'))
  garden.row('b').set(row('b', 'Weed'))
  const view = renderInEcho(createFakeEcho(), <Title of={garden} id="a" />, onError && { onError })
  return { garden, ...view }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('useField', () => {
  it('keeps typing local and stores it once on a pause', () => {
    const { garden } = setUp()
    type('Water t')
    pause(200)
    type('Water the beans')
    pause(200)
    expect(garden.updates).toEqual([])
    expect([input().value, status()]).toEqual(['Water the beans', 'dirty'])
    pause(100)
    expect(garden.updates).toEqual([{ id: 'a', patch: { title: 'Water the beans' } }])
    expect([input().value, status()]).toEqual(['Water the beans', 'clean'])
  })

  it('stores on blur, on unmount, and when the page is hidden', () => {
    const { garden, unmount } = setUp()
    type('one')
    fireEvent.blur(input())
    expect(garden.updates.map((update) => update.patch['title'])).toEqual(['one'])
    type('two')
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    fireEvent(document, createEvent('visibilitychange', document))
    expect(garden.updates.map((update) => update.patch['title'])).toEqual(['one', 'two'])
    type('three')
    unmount()
    expect(garden.updates.map((update) => update.patch['title'])).toEqual(['one', 'two', 'three'])
    pause(1000)
    expect(garden.updates).toHaveLength(3)
  })

  it('does not let a remote change into the draft, and shows it when there is none', () => {
    const { garden } = setUp()
    type('mine')
    act(() => garden.row('a').set(row('a', 'theirs')))
    expect(input().value).toBe('mine')
    pause()
    expect(garden.row('a').get()?.title).toBe('mine')
    act(() => garden.row('a').set(row('a', 'theirs again')))
    expect(input().value).toBe('theirs again')
  })

  it('does not undo what a peer wrote when typing went back to where it began', () => {
    const { garden } = setUp()
    type('Water!')
    act(() => garden.row('a').set(row('a', 'theirs')))
    type('Water')
    pause()
    expect(garden.updates).toEqual([])
    expect([input().value, status()]).toEqual(['theirs', 'clean'])
  })

  it('waits for the end of an input method', () => {
    const { garden } = setUp()
    fireEvent.compositionStart(input())
    type('みz')
    pause(2000)
    expect(garden.updates).toEqual([])
    expect(input().value).toBe('みz')
    type('水')
    fireEvent.compositionEnd(input())
    pause()
    expect(garden.updates).toEqual([{ id: 'a', patch: { title: '水' } }])
  })

  it('keeps the draft and shows the error when it cannot be stored, until it can', () => {
    const { garden } = setUp()
    garden.refuse(new EchoError('value-too-large', 'Too large.'))
    type('too much')
    pause()
    expect([input().value, status(), screen.getByText('value-too-large').textContent]).toEqual(['too much', 'dirty', 'value-too-large'])
    garden.refuse(undefined)
    fireEvent.blur(input())
    expect(screen.getByText('no error')).toBeTruthy()
    expect(garden.updates).toEqual([{ id: 'a', patch: { title: 'too much' } }])
  })

  it('tells the provider when a draft is lost because its component goes away', () => {
    const onError = vi.fn<(error: EchoError) => void>()
    const { garden, unmount } = setUp(onError)
    const error = new EchoError('item-deleted', 'Gone.')
    garden.refuse(error)
    type('lost')
    unmount()
    expect(onError.mock.calls).toEqual([[error]])
  })

  it('stores the draft in the item it was typed for when the item changes', () => {
    const { garden, rerender } = setUp()
    type('for a')
    rerender(<Title of={garden} id="b" />)
    expect(garden.updates).toEqual([{ id: 'a', patch: { title: 'for a' } }])
    expect([input().value, status()]).toEqual(['Weed', 'clean'])
  })

  it('is empty and read-only without an item', () => {
    const garden = createFakeSpace()
    renderInEcho(createFakeEcho(), <Title of={garden} id="nowhere" />)
    expect([input().value, input().readOnly]).toEqual(['', true])
    type('x')
    pause()
    expect(garden.updates).toEqual([])
  })

  it('is read-only for a reader of the space, and takes nothing from a control that cannot be', () => {
    const { garden } = setUp()
    act(() => garden.info.set({ ...garden.info.get(), role: 'reader' }))
    expect([input().value, input().readOnly]).toEqual(['Water', true])
    type('x')
    pause()
    expect([garden.updates, input().value]).toEqual([[], 'Water'])
  })

  it('converts, and leaves a text alone that reads differently once stored until blur', () => {
    const garden = createFakeSpace()
    garden.row('a').set(row('a', 'Water', 2))
    function Count() {
      const item = useItem(garden.space, {} as never, 'a') as FakeRow | undefined
      const field = useField(garden.space, item, 'count', { parse: Number })
      return <input aria-label="title" {...field.props} />
    }
    renderInEcho(createFakeEcho(), <Count />)
    expect(input().value).toBe('2')
    type('3.')
    pause()
    expect(garden.updates).toEqual([{ id: 'a', patch: { count: 3 } }])
    expect(input().value).toBe('3.')
    fireEvent.blur(input())
    expect(input().value).toBe('3')
  })
})
