import { fail, ok, type Result } from '../../shared/result.ts'
import { maxWrongCodes } from '../../replication/joining/codeMessages.ts'
import { maxDenied, maxGuests, type GuestRecord, type InvitationRecord } from './invitationRecord.ts'

/** What a host remembers of an invitation: wrong codes, and what each guest has shown and was told. */
export type Remembered = Pick<InvitationRecord, 'wrong' | 'guests' | 'revoked'>

export interface InvitationMemory {
  current(): Remembered
  /** Whether a guest may be remembered, if it is not yet. */
  hasRoomFor(device: string): boolean
  /**
   * Judges a try of a code. Tries go one after the other, and what one did is on the disk before this resolves: neither parallel connections nor
   * a restart give more than three wrong ones. Who has passed before tries at no cost.
   */
  judgeCode(device: string, isRight: () => boolean): Promise<Result<'right' | number, 'used-up'>>
  note(device: string, change: Partial<GuestRecord>): Promise<void>
  /** What another page of this profile has written, or a withdrawal. */
  revoke(): Promise<void>
  /** A guest is a member now, and there is nothing left to remember. */
  forget(device: string): Promise<void>
}

/** @param write stores what is remembered strictly; rejects where it cannot, and then nothing has changed */
export function createInvitationMemory(initial: Remembered, write: (next: Remembered) => Promise<void>): InvitationMemory {
  let current = initial
  let tail: Promise<unknown> = Promise.resolve()

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = tail.then(work)
    tail = turn.catch(() => {})
    return turn
  }

  async function change(next: Remembered): Promise<void> {
    await write(next)
    current = next
  }

  function withGuest(device: string, changes: Partial<GuestRecord>): Remembered {
    const before = current.guests.get(device) ?? { passed: false }
    const guests = new Map(current.guests).set(device, { ...before, ...changes })
    const denied = [...guests].filter(([, { decision }]) => decision === 'denied')
    for (const [oldest] of denied.slice(0, Math.max(0, denied.length - maxDenied))) guests.delete(oldest)
    return { ...current, guests }
  }

  return {
    current: () => current,
    hasRoomFor(device) {
      const others = [...current.guests.values()].filter(({ decision }) => decision !== 'denied')
      return current.guests.has(device) || others.length < maxGuests
    },
    judgeCode: (device, isRight) =>
      inTurn(async () => {
        const hasPassed = current.guests.get(device)?.passed === true
        if (current.wrong >= maxWrongCodes && !hasPassed) return fail('used-up')
        if (isRight()) {
          if (!hasPassed) await change(withGuest(device, { passed: true }))
          return ok('right')
        }
        if (!hasPassed) await change({ ...current, wrong: current.wrong + 1 })
        return ok(Math.max(hasPassed ? 1 : 0, maxWrongCodes - current.wrong))
      }),
    note: (device, changes) => inTurn(() => change(withGuest(device, changes))),
    revoke: () => inTurn(() => change({ ...current, revoked: true })),
    forget: (device) =>
      inTurn(async () => {
        if (!current.guests.has(device)) return
        const guests = new Map(current.guests)
        guests.delete(device)
        await change({ ...current, guests })
      }),
  }
}
