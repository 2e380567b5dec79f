import type { ReactNode } from 'react'
import { renderToString } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { takeInvitationFromLocation } from '../../../src/client/invitations/takeInvitationFromLocation.ts'
import * as kit from '../../../src/components/index.ts'
import { Portal } from '../../../src/components/basics/Portal.tsx'
import { EchoProvider } from '../../../src/react/EchoProvider.tsx'
import { useInvitationLink } from '../../../src/react/useInvitationLink.ts'
import { createFakeEcho } from '../react/fakeEcho.ts'
import { createKitWorld, kitCases, KitPage, listenersOf } from './kitCases.tsx'
import { kitComponents } from './kitComponents.ts'

describe('on a server', () => {
  it('there is no window', () => {
    expect(typeof window).toBe('undefined')
    expect(typeof document).toBe('undefined')
  })

  it('each component of the package has a case', () => {
    expect(Object.keys(kitCases).toSorted()).toEqual(kitComponents)
  })

  it.each(kitComponents)('%s renders its content', (name) => {
    const world = createKitWorld()
    const { says, isConnected } = kitCases[name]
    expect(says.length).toBeGreaterThan(0)
    const html = renderToString(<KitPage name={name} world={world} />)
    if (isConnected) expect(html).toContain('splash')
    else for (const text of says) expect(html).toContain(text)
    // Nothing that only an effect could end.
    expect(listenersOf(world)).toBe(0)
  })

  it('renders nothing of what belongs to the end of the page', () => {
    const html = renderToString(
      <p>
        before
        <Portal>
          <div>dialog</div>
        </Portal>
      </p>,
    )
    expect(html).toBe('<p>before</p>')
  })

  it('shows the provider’s fallback for an open database too', () => {
    const html = renderToString(
      <EchoProvider echo={createFakeEcho().echo} fallback={<p>splash</p>}>
        <kit.IdentityGate>app</kit.IdentityGate>
      </EchoProvider>,
    )
    expect(html).toBe('<p>splash</p>')
  })

  it('finds no invitation', () => {
    function Invited(): ReactNode {
      const [link] = useInvitationLink()
      return <p>{link ?? 'nobody invites'}</p>
    }
    expect(takeInvitationFromLocation()).toBeUndefined()
    expect(renderToString(<Invited />)).toBe('<p>nobody invites</p>')
  })
})
