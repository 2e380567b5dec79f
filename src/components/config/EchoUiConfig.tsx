'use client'
import { createContext, use, useMemo, type ReactNode } from 'react'
import { Announcer } from '../basics/Announcer.tsx'
import { englishMessages } from './englishMessages.ts'
import { mergeMessages, type DeepPartial, type Messages } from './messages.ts'

interface UiConfig {
  readonly messages: Messages
  readonly now: () => number
  readonly portal: PortalSettings
}

interface PortalSettings {
  readonly container: Element | undefined
  readonly locale: string | undefined
  readonly dir: 'ltr' | 'rtl' | 'auto' | undefined
}

const UiConfigContext = createContext<UiConfig>({
  messages: englishMessages,
  now: () => Date.now(),
  portal: { container: undefined, locale: undefined, dir: undefined },
})

export interface EchoUiConfigProps {
  /** Other words for any part of the kit. Keep it at module level: a new object each render renders everything below anew. */
  readonly messages?: DeepPartial<Messages>
  /** Language of the messages as a BCP 47 tag, for screen readers. */
  readonly locale?: string
  readonly dir?: 'ltr' | 'rtl' | 'auto'
  /** Where dialogs are put into the page; `document.body` by default. Give one below your theme if that is not set on the root. */
  readonly portalContainer?: Element | null
  /** Milliseconds since the Unix epoch; for tests. */
  readonly now?: () => number
  readonly children?: ReactNode
}

/**
 * Settings for the components below, and the live region in which they announce what happens. Optional: without it everything is English.
 * @example
 * <EchoUiConfig locale="de" messages={{ invite: { button: 'Einladen' } }}><App /></EchoUiConfig>
 */
export function EchoUiConfig({ messages, locale, dir, portalContainer, now, children }: EchoUiConfigProps): ReactNode {
  const above = use(UiConfigContext)
  const config = useMemo(
    () => ({
      messages: mergeMessages(above.messages, messages),
      now: now ?? above.now,
      portal: {
        container: portalContainer ?? above.portal.container,
        locale: locale ?? above.portal.locale,
        dir: dir ?? above.portal.dir,
      },
    }),
    [above, messages, now, portalContainer, locale, dir],
  )
  return (
    <UiConfigContext value={config}>
      <Announcer>
        {locale === undefined && dir === undefined ? (
          children
        ) : (
          <div lang={locale} dir={dir} style={{ display: 'contents' }}>
            {children}
          </div>
        )}
      </Announcer>
    </UiConfigContext>
  )
}

/** The words of the nearest {@link EchoUiConfig}. */
export function useMessages(): Messages {
  return use(UiConfigContext).messages
}

/** Where dialogs go, and the language and direction that they would inherit where they are written. */
export function usePortalSettings(): PortalSettings {
  return use(UiConfigContext).portal
}

/** The clock of the nearest {@link EchoUiConfig}. */
export function useClock(): () => number {
  return use(UiConfigContext).now
}
