import type { Clock, Timer } from '../shared/ports.ts'
import type { IdentityId } from '../shared/ids.ts'
import type { MembershipLog } from '../access/membershipLog.ts'

/** How a device that is no member any more takes its leave: nobody else can say for it that its person has left. */
export interface Parting {
  /** Whether members are still to be met. */
  isUnderWay(): boolean
  /** Membership has changed. @param isLinked whether members get at this moment what is new in the log */
  review(isLinked: boolean): void
  /** A member has been sent what its log lacked. */
  told(): void
  dispose(): void
}

/** What is under way arrives in this time. */
const farewellMs = 1_000

/**
 * Who was removed goes after a moment. Who has left by his own will, perhaps without anybody there, comes back to the room until a member has heard of it.
 * @param options.onOver the rooms are to be left now
 */
export function createParting(options: {
  readonly clock: Clock
  readonly log: Pick<MembershipLog, 'hasLeft'>
  readonly identity: IdentityId
  readonly isMember: () => boolean
  readonly onOver: () => void
}): Parting {
  const { clock, log, identity, isMember } = options
  let wasMember = isMember()
  let isUnderWay = !wasMember && log.hasLeft(identity)
  let timer: Timer | undefined

  function endSoon(): void {
    timer ??= clock.after(farewellMs, () => {
      timer = undefined
      isUnderWay = false
      options.onOver()
    })
  }

  return {
    isUnderWay: () => isUnderWay,
    review(isLinked) {
      const before = wasMember
      wasMember = isMember()
      if (wasMember) {
        clock.clear(timer)
        timer = undefined
        isUnderWay = false
      } else if (before) {
        isUnderWay = true
        if (isLinked || !log.hasLeft(identity)) endSoon()
      }
    },
    told() {
      if (isUnderWay) endSoon()
    },
    dispose: () => clock.clear(timer),
  }
}
