import type { Clock } from '../../shared/ports.ts'
import { createTokenBucket } from '../../shared/tokenBucket.ts'
import type { LinkMessage } from './linkMessages.ts'

/** Short messages that cost an answer or a search: so many at once, and so many a second from then on. An honest peer says its heads once a second. */
export const maxQuestions = { burst: 64, perSecond: 4 }

const questions: ReadonlySet<LinkMessage['type']> = new Set([
  'heads',
  'op-heads',
  'ping',
  'spare',
  'want',
  'keys',
  'profile-heads',
  'profile-want',
  'stored',
])

/** What one link's peer may ask within a time. @returns whether a message of this type may be acted on now */
export function createLinkLimits(clock: Clock): (type: LinkMessage['type']) => boolean {
  const asking = createTokenBucket(maxQuestions.perSecond, maxQuestions.burst, () => clock.now())
  return (type) => !questions.has(type) || asking.take(1)
}
