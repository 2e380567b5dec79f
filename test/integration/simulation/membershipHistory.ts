import { createSeededRandom } from '../../../src/testing/seededRandom.ts'

/** One thing that happens among the members of a space. Persons are numbered; 0 is the owner. */
export interface MembershipStep {
  /** Milliseconds that pass before it. */
  readonly waitMs: number
  readonly action: MembershipAction
}

export type MembershipAction =
  | { readonly do: 'write'; readonly by: number }
  | { readonly do: 'remove'; readonly by: number; readonly target: number }
  | { readonly do: 'set role'; readonly by: number; readonly target: number; readonly role: 'admin' | 'editor' | 'reader' }
  | { readonly do: 'leave'; readonly by: number }
  /** The owner shuts her second device out. */
  | { readonly do: 'revoke' }
  /** Somebody new follows a link of `by`. */
  | { readonly do: 'join'; readonly by: number; readonly role: 'admin' | 'editor' | 'reader' }
  | { readonly do: 'partition'; readonly group: readonly number[] }
  | { readonly do: 'heal' }
  | { readonly do: 'restart' | 'crash'; readonly by: number }

export interface MembershipHistory {
  readonly seed: number
  /** Members at first; those after them join later, or never. */
  readonly members: number
  readonly people: number
  /** Whether the owner has a second device from the start, as the last of the people. */
  readonly hasPhone: boolean
  readonly latencyMs: number
  readonly steps: readonly MembershipStep[]
}

/** Draws a history: everything in it depends on the seed alone. */
export function drawMembershipHistory(seed: number): MembershipHistory {
  const random = createSeededRandom(`membership ${seed}`)
  const members = 4 + random.below(3)
  const hasPhone = seed % 4 === 0
  const people = members + 1 + (hasPhone ? 1 : 0)
  const anyone = () => random.below(people)
  const actions: (() => MembershipAction)[] = [
    () => ({ do: 'remove', by: random.chance(0.5) ? 0 : anyone(), target: anyone() }),
    () => ({ do: 'remove', by: anyone(), target: anyone() }),
    () => ({
      do: 'set role',
      by: random.chance(0.6) ? 0 : anyone(),
      target: anyone(),
      role: random.pick(['admin', 'admin', 'editor', 'reader']),
    }),
    () => ({ do: 'set role', by: anyone(), target: anyone(), role: random.pick(['admin', 'editor', 'reader']) }),
    () => ({ do: 'leave', by: anyone() }),
    () => ({ do: 'join', by: anyone(), role: random.pick(['admin', 'editor', 'reader']) }),
    () => ({ do: 'partition', group: Array.from({ length: people }, (_, i) => i).filter(() => random.chance(0.5)) }),
    () => ({ do: 'partition', group: [1 + random.below(people - 1)] }),
    () => ({ do: 'heal' }),
    () => ({ do: random.chance(0.5) ? 'restart' : 'crash', by: anyone() }),
    ...(hasPhone ? [(): MembershipAction => ({ do: 'revoke' })] : []),
  ]
  const steps = Array.from({ length: 20 + random.below(20) }, () => ({
    waitMs: random.chance(0.3) ? random.below(8_000) : random.below(300),
    action: random.chance(0.5) ? { do: 'write' as const, by: anyone() } : random.pick(actions)(),
  }))
  // Most histories begin with an admin or two beside the owner.
  const promotions = [1, 2].map((target) => ({ waitMs: 200, action: { do: 'set role', by: 0, target, role: 'admin' } as const }))
  return { seed, members, people, hasPhone, latencyMs: random.pick([2, 30, 300]), steps: [...promotions.slice(random.below(3)), ...steps] }
}

/** A history as text: a line a step. */
export function describeMembershipHistory({ steps, ...head }: MembershipHistory): string {
  return [JSON.stringify(head), ...steps.map(({ waitMs, action }, i) => `#${i} +${waitMs} ms ${JSON.stringify(action)}`)].join('\n')
}
