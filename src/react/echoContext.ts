'use client'
import { createContext, use } from 'react'
import { EchoError } from '../shared/echoError.ts'
import type { Echo } from '../client/echo.ts'
import type { InviteCache } from './inviteCache.ts'
import type { SpaceCache } from './spaceCache.ts'
import type { ModelHandle } from '../client/spaces/spaceModels.ts'
import type { AnyModelType } from '../database/types/defineModel.ts'
import type { RichTextHandle, TextHandle } from '../documents/texts/textHandle.ts'
import type { OpeningCache } from './openingCache.ts'

/** What the provider hands to the hooks below it. */
export interface EchoContextValue {
  readonly echo: Echo
  readonly spaces: SpaceCache
  readonly texts: OpeningCache<TextHandle | RichTextHandle>
  readonly models: OpeningCache<ModelHandle<AnyModelType>>
  readonly invites: InviteCache
  /** Takes a fault that no call can throw, such as a draft that could not be stored while its component went away. */
  report(error: EchoError): void
}

/** The nearest provider's value, or undefined outside of one. */
export const EchoContext = createContext<EchoContextValue | undefined>(undefined)

/** @throws EchoError no-provider */
export function useEchoContext(): EchoContextValue {
  const value = use(EchoContext)
  if (value === undefined) {
    throw new EchoError(
      'no-provider',
      'A hook of echo-react ran outside <EchoProvider>: there is no database to read from. Render the component below <EchoProvider echo={…}> or <EchoProvider app="…">.',
    )
  }
  return value
}
