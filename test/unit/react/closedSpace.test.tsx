// @vitest-environment jsdom
import { act, render, screen } from '@testing-library/react'
import { StrictMode, Suspense, type ReactNode } from 'react'
import { expect, it, vi } from 'vitest'
import { EchoProvider } from '../../../src/react/EchoProvider.tsx'
import { useSpace } from '../../../src/react/useSpace.ts'
import { useSpaceState } from '../../../src/react/useSpaceState.ts'
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
  const show = (child: ReactNode): ReactNode => (
    <StrictMode>
      <EchoProvider echo={world.ann.echo}>
        <Suspense fallback="opening">
          <ErrorCatcher>{child}</ErrorCatcher>
        </Suspense>
      </EchoProvider>
    </StrictMode>
  )
  const { rerender } = await act(async () => render(show(<View id={id} />)))
  expect(screen.getByText('open Garden')).toBeTruthy()
  await act(() => spaces.close(id))
  expect(screen.getByText('closed')).toBeTruthy()
  await act(async () => rerender(show(<View key="anew" id={id} />)))
  expect(screen.getByText('closed')).toBeTruthy()
  const opened = await act(() => spaces.open(id))
  expect(await screen.findByText('open Garden')).toBeTruthy()
  expect(spaces.get(id)).toBe(opened)
  await act(() => spaces.close(id))
  vi.spyOn(console, 'error').mockImplementation(() => {})
  await act(async () => rerender(show(<Name id={id} />)))
  expect(await screen.findByText('caught space-closed')).toBeTruthy()
  expect(spaces.state(id).get()).toEqual({ status: 'closed', byChoice: true })
  await world.dispose()
})
