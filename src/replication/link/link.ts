import type { DeviceId, IdentityId } from '../../shared/ids.ts'
import type { Channel } from './channel.ts'
import type { Priority } from './fragments.ts'
import { encodeLinkMessage, type LinkMessage } from './linkMessages.ts'

/** A proven way to a member's device, or to another tab of this profile. */
export interface Link {
  readonly id: string
  /** Undefined for a tab of this profile. */
  readonly peer: { readonly identity: IdentityId; readonly device: DeviceId } | undefined
  readonly channel: Channel
  send(message: Exclude<LinkMessage, { type: 'unknown' }>, priority?: Priority): void
}

export function createLink(channel: Channel, peer: Link['peer']): Link {
  return {
    id: channel.connection.id,
    peer,
    channel,
    send: (message, priority = 'urgent') => channel.send(encodeLinkMessage(message), priority),
  }
}
