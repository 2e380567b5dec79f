'use client'
import { useSyncExternalStore, type ReactNode } from 'react'
import { createPortal } from 'react-dom'
import { usePortalSettings } from '../config/EchoUiConfig.tsx'

const never = (): (() => void) => () => {}

/**
 * Renders its children at the end of the page, so that a dialog may be written where no block is allowed, such as within a paragraph.
 * They keep the language and direction of the nearest `<EchoUiConfig>`; its `portalContainer` names another place. Nothing on a server.
 */
export function Portal({ children }: { readonly children: ReactNode }): ReactNode {
  const { container, locale, dir } = usePortalSettings()
  // False also in the first render over a server's markup, which must be the same as the server's.
  const isInBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
  if (!isInBrowser) return null
  return createPortal(
    <div lang={locale} dir={dir} style={{ display: 'contents' }} data-slot="portal">
      {children}
    </div>,
    container ?? document.body,
  )
}
