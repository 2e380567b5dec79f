import { describe, expect, it } from 'vitest'
import { createScenario } from './scenario.ts'
import { seededCrypto } from './people.ts'

const base = 'G=genesis A:a1,a2/2; 1=a1 admit admin B:b1,b2/2<G; 2=a1 admit admin C:c1<1; 3=b1 admit editor D:d1<2'
const baseMembers = { A: 'A owner0(a1,a2)', B: 'B admin1(b1,b2)', C: 'C admin1(c1)', D: 'D editor(d1)' }

/** Operations after the base, what the log says of those that are not simply added, and the members that differ from the base. */
const rows: readonly (readonly [operations: string, refused: Record<string, string>, differing: Record<string, string>])[] = [
  // Who may admit whom (M4, M6).
  ['x=b1 admit owner E:e1<3', { x: '!role' }, {}],
  ['x=a1 admit owner E:e1<3', {}, { E: 'E owner0(e1)' }],
  ['x=d1 admit reader E:e1<3', { x: '!role' }, {}],
  ['x=b1 admit reader E:e1<3;y=e1 admit reader F:f1<x', { y: '!role' }, { E: 'E reader(e1)' }],
  ['x=rootA@G admit editor E:e1<3', { x: '!role' }, {}],
  ['x=a2 admit owner E:e1<3;y=e1 admit owner F:f1<x', {}, { E: 'E owner0(e1)', F: 'F owner0(f1)' }],
  // Rank = the admitter's + 1, and not by what he is under another admission.
  ['x=b1 admit admin E:e1<3;y=e1 admit admin F:f1<x', {}, { E: 'E admin2(e1)', F: 'F admin3(f1)' }],
  ['x=a1 admit owner D:d1<3;y=d1@x admit admin E:e1<x', {}, { D: 'D owner0(d1)', E: 'E admin1(e1)' }],
  // Authority is a path in the past (M2).
  ['x=b1 admit admin E:e1<3;y=e1 admit reader F:f1<3', { y: '!entry' }, { E: 'E admin2(e1)' }],
  ['x=d1 admit editor E:e1<3;y=a1 admit editor F:f1<x', { x: '!role', y: '!parent' }, {}],
  // Promotion is a further admission (M3); nobody promotes himself.
  ['x=d1 admit admin D:d1<3', { x: '!role' }, {}],
  ['x=b1 admit owner B:b1,b2/2<3', { x: '!role' }, {}],
  ['x=a1 admit admin D:d1<3', {}, { D: 'D admin1(d1)' }],
  ['x=c1 admit admin D:d1<3;y=d1@x admit editor E:e1<x', {}, { D: 'D admin2(d1)', E: 'E editor(e1)' }],
  ['x=c1 admit admin D:d1<3;y=d1@3 admit editor E:e1<x', { y: '!role' }, { D: 'D admin2(d1)' }],
  ['x=b1 admit reader D:d1<3;y=c1 admit admin D:d1<x', {}, { D: 'D admin2(d1)' }],
  ['x=c1 admit admin D:d1<3;y=a1 admit admin D:d1<3', {}, { D: 'D admin1(d1)' }],
  ['x=b1 admit editor E:e1<3;y=c1 admit reader E:e1<3', {}, { E: 'E editor(e1)' }],
  ['x=a1 admit reader B:b1<3;y=b1@x admit editor E:e1<x', { y: '!role' }, {}],
  // Rank goes before depth.
  [
    'x=a1 admit owner E:e1<3;y=e1 admit owner F:f1<x;z=f1 admit admin D:d1<y;w=c1 admit admin D:d1<3',
    {},
    { D: 'D admin1(d1)', E: 'E owner0(e1)', F: 'F owner0(f1)' },
  ],
  // The past is what all parents reach, not one of them.
  [
    'x=b1 admit admin E:e1<3;y=c1 admit admin F:f1<3;z=e1 admit reader H:h1<x,y;w=f1 admit reader I:i1<x,y',
    {},
    { E: 'E admin2(e1)', F: 'F admin2(f1)', H: 'H reader(h1)', I: 'I reader(i1)' },
  ],
  ['x=a1 admit admin D:d1,d2/2<3', {}, { D: 'D admin1(d1,d2)' }],
]

describe('the scenarios of the membership rules that need no ends', () => {
  it('have the base that they are told to have', async () => {
    const scenario = await createScenario(seededCrypto())
    expect(await scenario.run(base)).toEqual({ G: 'added', 1: 'added', 2: 'added', 3: 'added' })
    expect(scenario.members()).toEqual(Object.values(baseMembers))
  })

  it.each(rows)('%s', async (operations, refused, differing) => {
    const scenario = await createScenario(seededCrypto())
    await scenario.run(base)
    const outcomes = await scenario.run(operations)
    expect(outcomes).toEqual({ ...Object.fromEntries(Object.keys(outcomes).map((name) => [name, 'added'])), ...refused })
    expect(scenario.members()).toEqual(Object.values({ ...baseMembers, ...differing }))
  })

  const epochRows: readonly (readonly [operations: string, refused: Record<string, string>, usable: string[]])[] = [
    ['e=d1 epoch a1,a2,b1,b2,c1,d1<3', {}, ['e']],
    ['e=b1 epoch a1,a2,b1,b2,c1,d1<3;f=a2 epoch a1<e;g=c1 epoch c1<e', {}, ['e', 'f', 'g']],
    ['x=b1 admit reader E:e1<3;e=e1 epoch e1<x', { e: '!role' }, []],
    ['e=rootB@1 epoch a1<3', { e: '!role' }, []],
    ['e=b1 epoch a1,stranger<3', {}, []],
    ['e=b1 epoch a1,stranger<3;f=b1 epoch a1<e', {}, ['f']],
    // Sealed to someone whose admission arrives later: usable from then on.
    ['x=b1 admit reader E:e1<3;e=b1 epoch a1,e1<3', {}, ['e']],
  ]
  it.each(epochRows)('%s', async (operations, refused, usable) => {
    const scenario = await createScenario(seededCrypto())
    await scenario.run(base)
    expect(await scenario.run(operations)).toMatchObject(refused)
    expect(scenario.usable()).toEqual(usable)
  })
})
