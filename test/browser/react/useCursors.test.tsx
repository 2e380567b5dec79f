import { act, cleanup } from '@testing-library/react'
import { userEvent } from 'vitest/browser'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fitsSchema } from '../../../src/client/presence/fitsSchema.ts'
import { SharedCursor } from '../../../src/react/cursorPlace.ts'
import { useCursors } from '../../../src/react/useCursors.ts'
import { createFakeEcho, createFakeSpace, type FakeSpace } from '../../unit/react/fakeEcho.ts'
import { renderInEcho } from '../../unit/react/renderInEcho.tsx'

const box = { position: 'absolute', left: 100, top: 50, width: 200, height: 100 } as const

function Area({
  garden,
  name = 'board',
  ...style
}: {
  readonly garden: FakeSpace
  readonly name?: string
  readonly scale?: number
  readonly direction?: 'rtl'
}) {
  const { others, ref } = useCursors(garden.space, name)
  return (
    <div ref={ref} data-testid="area" style={{ ...box, transformOrigin: 'left top', ...style }}>
      {others.map((peer) => peer.name).join()}
    </div>
  )
}

function setUp(style: { readonly scale?: number; readonly direction?: 'rtl' } = {}) {
  const garden = createFakeSpace()
  const view = renderInEcho(createFakeEcho(), <Area garden={garden} {...style} />)
  const area = view.getByTestId('area')
  const point = (type: string, clientX = 150, clientY = 75) =>
    area.dispatchEvent(new PointerEvent(type, { clientX, clientY, bubbles: true }))
  return { garden, area, point, ...view }
}

function setHidden(hidden: boolean): void {
  Object.defineProperty(document, 'hidden', { configurable: true, value: hidden })
  document.dispatchEvent(new Event('visibilitychange'))
}

afterEach(() => {
  cleanup()
  Reflect.deleteProperty(document, 'hidden')
  vi.useRealTimers()
})

describe('the own pointer', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))

  it('is said at most 20 times a second, and in the end where it stays', () => {
    const { garden, point } = setUp()
    for (let ms = 0; ms < 2_000; ms += 4) {
      point('pointermove', 100 + ms / 10)
      vi.advanceTimersByTime(4)
    }
    vi.advanceTimersByTime(1_000)
    // One more than in whole seconds, for the first is said at once.
    expect(garden.shared.length).toBeGreaterThan(30)
    expect(garden.shared.length).toBeLessThanOrEqual(41)
    expect(garden.shared[0]).toEqual({ area: 'board', x: 0, y: 0.25 })
    expect(garden.shared.at(-1)).toEqual({ area: 'board', x: 0.998, y: 0.25 })
  })

  const ends: Readonly<Record<string, (made: ReturnType<typeof setUp>) => void>> = {
    'leaves the area': ({ point }) => point('pointerleave'),
    'is in a window that loses the focus': () => window.dispatchEvent(new Event('blur')),
    'is over a hidden page': () => setHidden(true),
    'was over an area that goes away': ({ unmount }) => unmount(),
  }
  it.each(Object.keys(ends))('is taken back at once when it %s, and does not come back by itself', (name) => {
    const made = setUp()
    made.point('pointermove')
    // Waits for its turn.
    made.point('pointermove', 160)
    act(() => ends[name]!(made))
    vi.advanceTimersByTime(1_000)
    expect(made.garden.shared).toEqual([{ area: 'board', x: 0.25, y: 0.25 }, undefined])
    setHidden(true)
    window.dispatchEvent(new Event('blur'))
    expect(made.garden.shared).toHaveLength(2)
  })

  it('comes and goes no more often than it moves', () => {
    const { garden, point } = setUp()
    for (let i = 0; i < 100; i++) {
      point('pointermove')
      point('pointerleave')
      vi.advanceTimersByTime(10)
    }
    expect(garden.shared.filter((place) => place !== undefined).length).toBeLessThanOrEqual(21)
    expect(garden.shared.at(-1)).toBeUndefined()
  })

  it('is taken back from an area that gets another name, and shared under that when it moves', () => {
    const { garden, point, rerender } = setUp()
    point('pointermove')
    rerender(<Area garden={garden} name="map" />)
    expect(garden.shared.at(-1)).toBeUndefined()
    point('pointermove')
    expect(garden.shared.at(-1)).toMatchObject({ area: 'map' })
  })

  it('counts from where lines start, in the size that the area is seen in, and ends at its edges', () => {
    const scaled = setUp({ scale: 2 })
    scaled.point('pointermove', 200, 100)
    expect(scaled.garden.shared).toEqual([{ area: 'board', x: 0.25, y: 0.25 }])
    cleanup()
    const mirrored = setUp({ direction: 'rtl' })
    mirrored.point('pointermove')
    expect(mirrored.garden.shared).toEqual([{ area: 'board', x: 0.75, y: 0.25 }])
    cleanup()
    const captured = setUp()
    captured.point('pointermove', -500, 9_000)
    expect(captured.garden.shared).toEqual([{ area: 'board', x: 0, y: 1 }])
  })
})

it('a real pointer is seen over the area, and not beside it', async () => {
  const { garden, area } = setUp()
  await userEvent.hover(area)
  expect(garden.shared.at(-1)).toEqual({ area: 'board', x: expect.closeTo(0.5, 2), y: expect.closeTo(0.5, 2) })
  await userEvent.unhover(area)
  expect(garden.shared.at(-1)).toBeUndefined()
})

describe('the pointers of others', () => {
  const cursor = {
    identity: 'bob' as never,
    key: 'k',
    name: 'Bob',
    activity: 'active',
    typing: undefined,
    data: { area: 'board', x: 0, y: 1 },
  } as const

  it('are those over the same area, of pages that can be seen', () => {
    const { garden, area } = setUp()
    act(() =>
      garden.others.set([
        cursor,
        { ...cursor, key: 'l', name: 'Cid', data: { ...cursor.data, area: 'map' } },
        { ...cursor, key: 'm', name: 'Dora', activity: 'away' },
        { ...cursor, key: 'n', name: 'Eve', data: undefined },
      ]),
    )
    expect(area.textContent).toBe('Bob')
  })

  it('lie within the area, whatever a peer says', () => {
    const received = (data: unknown): unknown => fitsSchema(SharedCursor.schema, data)?.value
    expect(received({ ...cursor.data, more: 'x' })).toEqual(cursor.data)
    const odd = [-0.01, 1.01, Number.NaN, Infinity, 1e308, '0.5', null, undefined, [0.5], { valueOf: () => 0.5 }]
    for (const x of odd) {
      expect(received({ area: 'board', x, y: 0 })).toBeUndefined()
      expect(received({ area: 'board', x: 0, y: x })).toBeUndefined()
    }
    for (const value of [undefined, null, 5, 'x', [], { x: 0, y: 0 }, { area: {}, x: 0, y: 0 }]) expect(received(value)).toBeUndefined()
  })
})
