// @vitest-environment jsdom
import { act, render, screen } from '@testing-library/react'
import { StrictMode, type ReactNode } from 'react'
import { renderToString } from 'react-dom/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createEcho } from '../../../src/client/createEcho.ts'
import type { Echo, EchoConfig } from '../../../src/client/echo.ts'
import { EchoProvider } from '../../../src/react/EchoProvider.tsx'
import { useEcho } from '../../../src/react/useEcho.ts'
import { EchoError } from '../../../src/shared/echoError.ts'
import { ErrorCatcher } from './ErrorCatcher.tsx'
import { createFakeEcho, type FakeEcho } from './fakeEcho.ts'

const booted: FakeEcho[] = []
vi.mock('../../../src/client/createEcho.ts', () => ({ createEcho: vi.fn<(config: EchoConfig) => Echo>() }))

function bootWith(state: Parameters<typeof createFakeEcho>[0] = {}): void {
  vi.mocked(createEcho).mockImplementation((config) => {
    const fake = createFakeEcho({ app: config.app, ...state })
    booted.push(fake)
    return fake.echo
  })
}

afterEach(() => {
  booted.length = 0
  vi.mocked(createEcho).mockReset()
})

const nextTask = () => act(() => new Promise((resolve) => setTimeout(resolve, 5)))

function App(): ReactNode {
  return <p>app {useEcho().app}</p>
}

describe('EchoProvider with a handle', () => {
  it('shows the fallback while the database opens, then its children', () => {
    const fake = createFakeEcho({ state: { status: 'opening' } })
    render(
      <EchoProvider echo={fake.echo} fallback={<p>opening</p>}>
        <App />
      </EchoProvider>,
    )
    expect(screen.getByText('opening')).toBeTruthy()
    act(() => fake.state.set({ status: 'ready' }))
    expect(screen.getByText('app test-app')).toBeTruthy()
    expect(screen.queryByText('opening')).toBeNull()
  })

  it('hands faults of the background to onError while it is mounted', () => {
    const fake = createFakeEcho()
    const onError = vi.fn<(error: EchoError) => void>()
    const { unmount } = render(
      <EchoProvider echo={fake.echo} onError={onError}>
        <App />
      </EchoProvider>,
    )
    const fault = new EchoError('block-refused', 'A block was refused.')
    fake.fail(fault)
    expect(onError).toHaveBeenCalledExactlyOnceWith(fault)
    unmount()
    expect(fake.errorListeners.size).toBe(0)
  })

  it('does not dispose of a handle that it did not make, and leaves no listener', async () => {
    const fake = createFakeEcho()
    const { unmount } = render(
      <StrictMode>
        <EchoProvider echo={fake.echo}>
          <App />
        </EchoProvider>
      </StrictMode>,
    )
    expect(fake.state.listeners()).toBe(1)
    unmount()
    await nextTask()
    expect(fake.disposals()).toBe(0)
    expect(fake.state.listeners()).toBe(0)
  })

  it('renders its fallback on a server, also for an open database', () => {
    expect(
      renderToString(
        <EchoProvider echo={createFakeEcho().echo} fallback={<p>splash</p>}>
          <App />
        </EchoProvider>,
      ),
    ).toBe('<p>splash</p>')
  })

  it('gives a database that cannot open to the error boundary and to onError, once', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const onError = vi.fn<(error: EchoError) => void>()
    const fake = createFakeEcho({ state: { status: 'opening' } })
    const error = new EchoError('storage-unavailable', 'No database here.')
    render(
      <ErrorCatcher>
        <EchoProvider echo={fake.echo} onError={onError} errorFallback={(failure) => <p>failed {failure.code}</p>}>
          <App />
        </EchoProvider>
      </ErrorCatcher>,
    )
    act(() => fake.state.set({ status: 'error', error }))
    expect(screen.getByText('failed storage-unavailable')).toBeTruthy()
    expect(onError.mock.calls).toEqual([[error]])
    const other = createFakeEcho({ state: { status: 'error', error } })
    render(
      <ErrorCatcher>
        <EchoProvider echo={other.echo}>
          <App />
        </EchoProvider>
      </ErrorCatcher>,
    )
    expect(screen.getByText('caught storage-unavailable')).toBeTruthy()
    vi.mocked(console.error).mockRestore()
  })

  it('refuses to stand inside another provider of the same app, not of another app', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const outer = createFakeEcho()
    const nested = (app: string) => (
      <ErrorCatcher>
        <EchoProvider echo={outer.echo}>
          <EchoProvider echo={createFakeEcho({ app }).echo}>
            <App />
          </EchoProvider>
        </EchoProvider>
      </ErrorCatcher>
    )
    render(nested('test-app'))
    expect(screen.getByText('caught two-providers')).toBeTruthy()
    render(nested('other-app'))
    expect(screen.getByText('app other-app')).toBeTruthy()
    vi.mocked(console.error).mockRestore()
  })
})

describe('EchoProvider with a configuration', () => {
  it('makes one database under StrictMode and disposes of it after it unmounted', async () => {
    bootWith()
    const { unmount } = render(
      <StrictMode>
        <EchoProvider app="notes" signaling={['wss://a.example']}>
          <App />
        </EchoProvider>
      </StrictMode>,
    )
    await nextTask()
    expect(screen.getByText('app notes')).toBeTruthy()
    expect(booted).toHaveLength(1)
    expect(booted[0]!.disposals()).toBe(0)
    expect(vi.mocked(createEcho).mock.calls[0]![0]).toMatchObject({ app: 'notes', signaling: ['wss://a.example'] })
    unmount()
    await nextTask()
    expect(booted[0]!.disposals()).toBe(1)
    expect(booted[0]!.state.listeners()).toBe(0)
  })

  it('neither boots nor reads anything on a server', () => {
    bootWith()
    expect(
      renderToString(
        <EchoProvider app="notes" fallback={<p>splash</p>}>
          <App />
        </EchoProvider>,
      ),
    ).toBe('<p>splash</p>')
    expect(booted).toHaveLength(0)
  })

  it('warns once when the configuration changes, and not for inline values that mean the same', async () => {
    bootWith()
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const tree = (url: string) => (
      <EchoProvider app="notes" signaling={[url]} iceServers={[{ urls: 'stun:a.example' }]}>
        <App />
      </EchoProvider>
    )
    const { rerender } = render(tree('wss://a.example'))
    rerender(tree('wss://a.example'))
    expect(warn).not.toHaveBeenCalled()
    rerender(tree('wss://b.example'))
    rerender(tree('wss://c.example'))
    expect(warn).toHaveBeenCalledTimes(1)
    expect(String(warn.mock.calls[0]![0])).toContain('signaling changed')
    expect(booted).toHaveLength(1)
    warn.mockRestore()
  })

  it('hands the faults of its database to the present onError', async () => {
    bootWith()
    const first = vi.fn<(error: EchoError) => void>()
    const second = vi.fn<(error: EchoError) => void>()
    const { rerender } = render(
      <EchoProvider app="notes" onError={first}>
        <App />
      </EchoProvider>,
    )
    rerender(
      <EchoProvider app="notes" onError={second}>
        <App />
      </EchoProvider>,
    )
    const error = new EchoError('storage-full', 'The disk is full.')
    vi.mocked(createEcho).mock.calls[0]![0].onError?.(error)
    expect(first).not.toHaveBeenCalled()
    expect(second).toHaveBeenCalledWith(error)
  })
})

describe('hooks outside of a provider', () => {
  it('say what is missing and how to mend it', () => {
    expect(() => renderToString(<App />)).toThrowError(
      expect.objectContaining({
        code: 'no-provider',
        message: expect.stringMatching(/outside <EchoProvider>.*Render the component below/s),
      }),
    )
  })
})
