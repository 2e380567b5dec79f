import { EchoError } from '../../shared/echoError.ts'
import type { PresenceType } from './definePresence.ts'
import type { Presence } from '../echo.ts'

/** Shares `data`, or nothing of its type where what the app shares already leaves no room for it. Never throws for want of room. */
export function shareWhereRoom<T>(presence: Presence, type: PresenceType<T>, data: T | undefined): void {
  try {
    presence.share(type, data)
  } catch (error) {
    if (!(error instanceof EchoError)) throw error
    presence.share(type, undefined)
  }
}
