// @vitest-environment jsdom
import { act, renderHook } from '@testing-library/react'
import { StrictMode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { takeInvitationFromLocation } from '../../../src/client/invitations/takeInvitationFromLocation.ts'
import { useInvitationLink } from '../../../src/react/useInvitationLink.ts'

const start = location.href
afterEach(() => history.replaceState(null, '', start))

describe('takeInvitationFromLocation', () => {
  it('takes the secret out of the address, once, and leaves other fragments alone', () => {
    history.replaceState({ kept: 1 }, '', '?q=1#echo=AQIDBA')
    expect(takeInvitationFromLocation()).toMatch(/\?q=1#echo=AQIDBA$/)
    expect([location.search, location.hash, history.state]).toEqual(['?q=1', '', { kept: 1 }])
    expect(takeInvitationFromLocation()).toBeUndefined()
    history.replaceState(null, '', '#/spaces/echo=1')
    expect(takeInvitationFromLocation()).toBeUndefined()
    expect(location.hash).toBe('#/spaces/echo=1')
  })
})

describe('useInvitationLink', () => {
  const renderStrictly = (taken?: string) => renderHook(() => useInvitationLink(taken), { wrapper: StrictMode })

  /** Goes to another fragment, as pasting a link into an open tab does. */
  async function paste(fragment: string): Promise<void> {
    const seen = vi.fn<() => void>()
    window.addEventListener('hashchange', seen, { once: true })
    await act(async () => {
      location.hash = fragment
      await vi.waitFor(() => expect(seen).toHaveBeenCalled(), { timeout: 10_000 })
    })
  }

  it('holds the link that was followed to the page until it is forgotten, and has its secret out of the address by then', () => {
    history.replaceState(null, '', '/notes#echo=AQIDBA')
    const { result, rerender } = renderStrictly()
    expect(location.href).toMatch(/\/notes$/)
    expect(result.current[0]).toMatch(/\/notes#echo=AQIDBA$/)
    rerender()
    expect(result.current[0]).toMatch(/AQIDBA$/)
    act(() => result.current[1]())
    expect(result.current[0]).toBeUndefined()
  })

  it('begins with a link that was taken before, and goes on with one that is pasted into the open tab', async () => {
    const { result } = renderStrictly('https://app.test/#echo=FIRST')
    expect(result.current[0]).toBe('https://app.test/#echo=FIRST')
    await paste('#echo=SECOND')
    expect([result.current[0]?.slice(-7), location.hash]).toEqual(['=SECOND', ''])
  })

  it('keeps the link while a router changes the fragment', async () => {
    const { result } = renderStrictly('https://app.test/#echo=FIRST')
    await paste('#/settings')
    expect([result.current[0], location.hash]).toEqual(['https://app.test/#echo=FIRST', '#/settings'])
  })

  it('leaves the address alone once it is gone', async () => {
    renderStrictly().unmount()
    await paste('#echo=LATER')
    expect(location.hash).toBe('#echo=LATER')
  })

  it('comes to life over a server’s markup, which knows no link', async () => {
    history.replaceState(null, '', '/#echo=AQIDBA')
    const Page = () => <p>{useInvitationLink()[0]?.slice(-6) ?? 'none'}</p>
    const container = document.body.appendChild(document.createElement('div'))
    container.innerHTML = renderToString(<Page />)
    expect(container.textContent).toBe('none')
    const faults: unknown[] = []
    const root = await act(async () => hydrateRoot(container, <Page />, { onRecoverableError: (fault) => faults.push(fault) }))
    expect([container.textContent, location.hash, faults]).toEqual(['AQIDBA', '', []])
    act(() => root.unmount())
    container.remove()
  })
})
