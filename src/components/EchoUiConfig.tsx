'use client'
import { createContext, use, useMemo, type ReactNode } from 'react'
import { Announcer } from './Announcer.tsx'
import { englishMessages } from './englishMessages.ts'
import { mergeMessages, type DeepPartial, type Messages } from './messages.ts'

interface UiConfig {
  readonly messages: Messages
  readonly now: () => number
}

const UiConfigContext = createContext<UiConfig>({ messages: englishMessages, now: () => Date.now() })

export interface EchoUiConfigProps {
  /** Other words for any part of the kit. Keep it at module level: a new object each render renders everything below anew. */
  readonly messages?: DeepPartial<Messages>
  /** Language of the messages as a BCP 47 tag, for screen readers. */
  readonly locale?: string
  readonly dir?: 'ltr' | 'rtl' | 'auto'
  /** Milliseconds since the Unix epoch; for tests. */
  readonly now?: () => number
  readonly children?: ReactNode
}

/**
 * Settings for the components below, and the live region in which they announce what happens. Optional: without it everything is English.
 * @example
 * <EchoUiConfig locale="de" messages={{ invite: { button: 'Einladen' } }}><App /></EchoUiConfig>
 */
export function EchoUiConfig({ messages, locale, dir, now, children }: EchoUiConfigProps): ReactNode {
  const above = use(UiConfigContext)
  const config = useMemo(() => ({ messages: mergeMessages(above.messages, messages), now: now ?? above.now }), [above, messages, now])
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

/** The clock of the nearest {@link EchoUiConfig}. */
export function useClock(): () => number {
  return use(UiConfigContext).now
}
