// @vitest-environment jsdom
import { act, screen } from '@testing-library/react'
import type { ReactNode } from 'react'
import { expect, it, vi } from 'vitest'
import { useSpace } from '../../../src/react/useSpace.ts'
import { useSpaceState } from '../../../src/react/useSpaceState.ts'
import { renderWithEcho } from '../../../src/testing/react/renderWithEcho.tsx'
import { setup } from '../../../src/testing/setup.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'
import { ErrorCatcher } from './ErrorCatcher.tsx'

function Name({ id }: { readonly id: string }): ReactNode {
  return <p>open {useSpace(id).info.get().name}</p>
}

function View({ id }: { readonly id: string }): ReactNode {
  const state = useSpaceState(id)
  return state.status === 'closed' && state.byChoice ? <p>closed</p> : <Name id={id} />
}

it('a space that the person has closed is opened by no component, but by the person', async () => {
  const world = await setup('ann', { crypto: createSimulatedCrypto })
  const { spaces } = world.ann.echo
  const { id } = await spaces.create({ name: 'Garden' })
  const { rerender } = await renderWithEcho(<View id={id} />, { peer: world.ann, wrapper: ErrorCatcher, reactStrictMode: true })
  expect(screen.getByText('open Garden')).toBeTruthy()
  await act(() => spaces.close(id))
  expect(screen.getByText('closed')).toBeTruthy()
  await act(async () => rerender(<View key="anew" id={id} />))
  expect(screen.getByText('closed')).toBeTruthy()
  const opened = await act(() => spaces.open(id))
  expect(await screen.findByText('open Garden')).toBeTruthy()
  expect(spaces.get(id)).toBe(opened)
  await act(() => spaces.close(id))
  vi.spyOn(console, 'error').mockImplementation(() => {})
  await act(async () => rerender(<Name id={id} />))
  expect(await screen.findByText('caught space-closed')).toBeTruthy()
  expect(spaces.state(id).get()).toEqual({ status: 'closed', byChoice: true })
  await world.dispose()
})
