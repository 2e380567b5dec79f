import { asEchoError, type EchoError } from '../../shared/echoError.ts'
import type { Clock, Random, Timer } from '../../shared/ports.ts'
import type { Admission } from '../../access/judgedOperation.ts'
import type { OpenSpace } from './openSpace.ts'

/** So that of several devices of the inviter one comes first. */
const maxWaitMs = 2_000

/**
 * Takes back who came by an invitation of this person after it was used up: admins who do not see each other may each have let the last one in (M17).
 * @param options.endAdmissions ends them for everyone, and makes a new key
 * @returns the function that ends it
 */
export function watchExcess(options: {
  readonly clock: Clock
  readonly random: Random
  readonly open: Pick<OpenSpace, 'log' | 'identity'>
  readonly endAdmissions: (admissions: readonly Admission[]) => Promise<void>
  readonly onError: (error: EchoError) => void
}): () => void {
  const { clock, random } = options
  const { log, identity } = options.open
  let timer: Timer | undefined
  let isEnding = false
  const stop = log.state.subscribe(look)
  look()

  /** Whom this device may take back; a senior of it stays. */
  function find(): readonly Admission[] {
    const own = log.signingEntry(identity.id, identity.deviceId, 'admin')
    if (own === undefined) return []
    const mine = log.invitations().filter(({ inviter }) => inviter === identity.id)
    return mine.flatMap(log.excessOf).filter(({ rank }) => rank > own.rank)
  }

  function look(): void {
    if (timer !== undefined || isEnding || find().length === 0) return
    timer = clock.after((random.bytes(1)[0]! / 256) * maxWaitMs, () => {
      timer = undefined
      void end()
    })
  }

  async function end(): Promise<void> {
    const excess = find()
    if (excess.length === 0) return
    isEnding = true
    try {
      await options.endAdmissions(excess)
    } catch (error) {
      // What is in the log already is stored with the next write.
      const text = 'Whoever came by an invitation that was used up could not be taken out again yet. See the cause.'
      options.onError(asEchoError(error, 'storage-unavailable', text))
    }
    isEnding = false
    look()
  }

  return () => {
    stop()
    clock.clear(timer)
  }
}
