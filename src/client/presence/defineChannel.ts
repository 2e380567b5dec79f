import type { StandardSchemaV1 } from '@standard-schema/spec'

/** A kind of message that members send each other while they are here; see {@link defineChannel}. */
export interface ChannelType<T> {
  readonly name: string
  readonly schema: StandardSchemaV1<T>
}

/**
 * Declares messages that go to everyone who is here and are kept by nobody; what a peer sends and does not fit is dropped.
 * @example
 * const Wave = defineChannel('wave', z.object({ emoji: z.string().max(8) }))
 * const send = useChannel(space, Wave, ({ message, identity }) => show(message.emoji, identity))
 */
export function defineChannel<T>(name: string, schema: StandardSchemaV1<T>): ChannelType<T> {
  return { name, schema }
}
