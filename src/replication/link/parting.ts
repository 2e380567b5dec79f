import type { Clock, Timer } from '../../shared/ports.ts'
import type { IdentityId } from '../../shared/ids.ts'
import type { MembershipLog } from '../../access/membershipLog.ts'

/** How a device that is no member any more goes, and looks in again. */
export interface Parting {
  /** Whether members are to be met. */
  isUnderWay(): boolean
  /** Membership has changed. @param isLinked whether members get at this moment what is new in the log */
  review(isLinked: boolean): void
  /** A member has been sent what its log lacked. */
  told(): void
  dispose(): void
}

/** What is under way arrives in this time. */
const farewellMs = 1_000
const lookEveryMs = 10 * 60_000
const lookMs = 30_000

/**
 * Who was removed goes after a moment. Who has left by his own will, perhaps without anybody there, comes back to the room until a member has heard of it:
 * nobody else can say it for him. Both look in now and then, and whenever the space is opened: whoever removed one may have been removed at the same
 * time, so that one is still a member and does not know it, and the only member who heard of a leave may be none any more.
 * @param options.onChange the rooms are to be entered or left now
 */
export function createParting(options: {
  readonly clock: Clock
  readonly log: Pick<MembershipLog, 'hasLeft'>
  readonly identity: IdentityId
  readonly isMember: () => boolean
  readonly onChange: () => void
}): Parting {
  const { clock, log, identity, isMember } = options
  let wasMember = isMember()
  let isUnderWay = false
  /** Ends what is under way, or begins the next look. */
  let timer: Timer | undefined
  let isEnding = false
  if (!wasMember) begin()

  function begin(): void {
    isUnderWay = true
    if (!log.hasLeft(identity)) endAfter(lookMs)
  }

  function endAfter(ms: number): void {
    if (isEnding) return
    isEnding = true
    clock.clear(timer)
    timer = clock.after(ms, () => {
      stop()
      timer = clock.after(lookEveryMs, () => {
        isUnderWay = true
        endAfter(lookMs)
        options.onChange()
      })
      options.onChange()
    })
  }

  function stop(): void {
    clock.clear(timer)
    isUnderWay = isEnding = false
  }

  return {
    isUnderWay: () => isUnderWay,
    review(isLinked) {
      const before = wasMember
      wasMember = isMember()
      if (wasMember) stop()
      else if (before) {
        isUnderWay = true
        if (isLinked || !log.hasLeft(identity)) endAfter(farewellMs)
      }
    },
    told() {
      if (isUnderWay) endAfter(farewellMs)
    },
    dispose: stop,
  }
}
