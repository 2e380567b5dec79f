import { act, cleanup, render } from '@testing-library/react'
import { createRef, type ReactNode } from 'react'
import { cdp } from 'vitest/browser'
import { afterEach, expect, it } from 'vitest'
import { PresenceCursors, PresenceCursorsView } from '../../../src/components/presence/PresenceCursors.tsx'
import type { PresentCursor } from '../../../src/react/useCursors.ts'
import { createFakeEcho, createFakeSpace } from '../../unit/react/fakeEcho.ts'
import { renderInEcho } from '../../unit/react/renderInEcho.tsx'
import '../../../src/components/styles.css'

const area = { inlineSize: 200, blockSize: 100 }

function cursorOf(identity: string, x = 0.5, y = 0.5): PresentCursor {
  return {
    identity: identity as never,
    key: identity,
    name: identity,
    activity: 'active',
    typing: undefined,
    data: { area: 'board', x, y },
  }
}

afterEach(cleanup)

it('gives its own element to the app, follows the pointer there, and renders what it holds no more often for it', () => {
  const garden = createFakeSpace()
  const ref = createRef<HTMLDivElement>()
  let renders = 0
  function Board(): ReactNode {
    renders++
    return <button type="button">Plan</button>
  }
  const { getByRole, unmount } = renderInEcho(
    createFakeEcho(),
    <PresenceCursors ref={ref} space={garden.space} area="board" style={area}>
      <Board />
    </PresenceCursors>,
  )
  const before = renders
  expect(ref.current?.dataset['slot']).toBe('presence-cursors')
  act(() => ref.current!.dispatchEvent(new PointerEvent('pointermove', { clientX: 0, clientY: 0 })))
  expect(garden.shared).toEqual([{ area: 'board', x: 0, y: 0 }])
  act(() => garden.others.set([cursorOf('Bob', 0, 0)]))
  act(() => garden.others.set([cursorOf('Bob', 0.02, 0.05)]))
  expect(ref.current!.textContent).toBe('PlanBob')
  expect(renders).toBe(before)
  // What a pointer lies over can still be clicked.
  const { left, top } = getByRole('button').getBoundingClientRect()
  expect(document.elementFromPoint(left + 4, top + 4)).toBe(getByRole('button'))
  unmount()
  expect([garden.shared.at(-1), ref.current, garden.others.listeners()]).toEqual([undefined, null, 0])
})

it('draws fifty pointers at most', () => {
  const cursors = Array.from({ length: 80 }, (_, index) => cursorOf(`Person ${index}`))
  const { container } = render(<PresenceCursorsView cursors={cursors} style={area} />)
  expect(container.querySelectorAll('[data-slot=cursor]')).toHaveLength(50)
})

it('lets pointers glide, but not where somebody asked for less motion', async () => {
  const { container } = render(<PresenceCursorsView cursors={[cursorOf('Bob')]} style={area} />)
  const glides = (): string => getComputedStyle(container.querySelector('[data-slot=cursor]')!).transitionProperty
  expect(glides()).toBe('translate')
  try {
    await emulateMotion('reduce')
    expect(glides()).toBe('none')
  } finally {
    await emulateMotion('')
  }
})

interface MediaSession {
  send(method: 'Emulation.setEmulatedMedia', parameters: { features: { name: string; value: string }[] }): Promise<void>
}

function emulateMotion(value: 'reduce' | ''): Promise<void> {
  const session = cdp() as unknown as MediaSession
  return session.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-reduced-motion', value }] })
}
