import { describe, expect, it } from 'vitest'
import { soak } from '../setup/soak.ts'
import { describeMembershipHistory, drawMembershipHistory } from './simulation/membershipHistory.ts'
import { runMembershipHistory } from './simulation/runMembershipHistory.ts'

/*
 * Removals, roles, leaves, lost devices and late members among up to eight devices, in partitions and across restarts, with the whole client stack. The
 * rules themselves are held to by test/unit/access; here: that all who are in agree, and that who is out is out.
 */
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1)
/** In the last two somebody writes whom all others know to be out: that comes in about two of a hundred, and in others when messages change their times. */
const seeds = soak ? range(150) : [...range(18), 97, 143]
const perTest = 5

describe('members of a space', () => {
  const happened: Record<string, number> = {}
  const groups = range(seeds.length / perTest).map((nth) => ({ seeds: seeds.slice((nth - 1) * perTest, nth * perTest) }))

  it.each(groups)('agree in the end about who is in, and about what is written (seeds $seeds)', { timeout: 240_000 }, async (group) => {
    for (const seed of group.seeds) {
      const history = drawMembershipHistory(seed)
      const { faults, counts } = await runMembershipHistory(history)
      for (const [what, count] of Object.entries(counts)) happened[what] = (happened[what] ?? 0) + count
      if (faults.length > 0) expect.fail(`${describeMembershipHistory(history)}\n${faults.slice(0, 6).join('\n')}`)
    }
  })

  it('went through all that can happen to them, over the seeds', () => {
    const everything = ['write', 'remove', 'set role', 'leave', 'revoke', 'joined', 'partition', 'restart', 'crash', 'wrote when out']
    expect(everything.filter((what) => !((happened[what] ?? 0) > 0))).toEqual([])
    expect(happened['inside at the end']).toBeGreaterThan(seeds.length)
    expect(happened['outside at the end']).toBeGreaterThan(seeds.length / 4)
  })
})
