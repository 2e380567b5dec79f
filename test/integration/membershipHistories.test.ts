import { describe, expect, it } from 'vitest'
import { soak } from '../setup/soak.ts'
import { describeMembershipHistory, drawMembershipHistory } from './simulation/membershipHistory.ts'
import { runMembershipHistory } from './simulation/runMembershipHistory.ts'

/*
 * Removals, roles, leaves, lost devices and late members among up to eight devices, in partitions and across restarts, with the whole client stack. The
 * rules themselves are held to by test/unit/access; here: that all who are in agree, and that who is out is out.
 */
const historyCount = soak ? 150 : 20
const perTest = 5

describe('members of a space', () => {
  const happened: Record<string, number> = {}
  const firsts = Array.from({ length: historyCount / perTest }, (_, i) => 1 + i * perTest)

  it.each(firsts)(
    'agree in the end about who is in, and about what is written (five seeds from %i on)',
    { timeout: 240_000 },
    async (first) => {
      for (let seed = first; seed < first + perTest; seed++) {
        const history = drawMembershipHistory(seed)
        const { faults, counts } = await runMembershipHistory(history)
        for (const [what, count] of Object.entries(counts)) happened[what] = (happened[what] ?? 0) + count
        if (faults.length > 0) expect.fail(`${describeMembershipHistory(history)}\n${faults.slice(0, 6).join('\n')}`)
      }
    },
  )

  it('went through all that can happen to them, over the seeds', () => {
    const everything = ['write', 'remove', 'set role', 'leave', 'revoke', 'joined', 'partition', 'restart', 'crash', 'wrote when out']
    expect(everything.filter((what) => !((happened[what] ?? 0) > 0))).toEqual([])
    expect(happened['inside at the end']).toBeGreaterThan(historyCount)
    expect(happened['outside at the end']).toBeGreaterThan(historyCount / 4)
  })
})
