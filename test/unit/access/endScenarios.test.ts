import { describe, expect, it } from 'vitest'
import { createScenario } from './scenario.ts'
import { seededCrypto } from './people.ts'

/*
 * What becomes of histories with ends: `B out` (no member), `E editor(e1)` (a member with these live devices), `x:!rank` (malformed), `x:removed` (void),
 * what is not named is as before. A history with a genesis of its own has no base.
 */
const base = 'G=genesis A:a1,a2/2; 1=a1 admit admin B:b1,b2/2<G; 2=a1 admit admin C:c1<1; 3=b1 admit editor D:d1<2'
const baseMembers = { A: 'A owner0(a1,a2)', B: 'B admin1(b1,b2)', C: 'C admin1(c1)', D: 'D editor(d1)' }

const rows: readonly (readonly [operations: string, outcome: string])[] = [
  ['x=a1 remove B<3;y=b1 admit editor E:e1<3', 'B out;y:removed'],
  ['y=b1 admit editor E:e1<3;x=a1 remove B<y', 'B out;E editor(e1)'],
  ['x=b1 remove C<3;y=c1 remove B<3', 'x:!rank;y:!rank'],
  ['x=a1 remove B<3;y=b1 admit admin E:e1<2;z=e1 admit editor F:f1<y', 'B out;y:removed;z:rests'],
  ['x=b1 remove D<3;y=a1 remove B<3', 'B out;x:removed'],
  ['x=b1 admit admin E:e1<3;y=e1 remove D<x;z=a1 remove B<y[3]', 'B out;x:removed;y:rests'],
  ['x=a1 remove D<3;y=b1 admit admin D:d1<3', 'D out'],
  ['x=c1 remove D<3;y=a1 admit admin D:d1<3', 'D admin1(d1)'],
  ['x=c1 remove D<3;y=a1 admit editor D:d1<3', 'D out'],
  ['x=c1 remove D<3;y=b1 admit editor D:d1<x', 'as base'],
  ['x=a1 remove B<3;y=a1 admit admin B:b9<x;z=b1 admit editor E:e1<3;w=b9 admit editor F:f1<y', 'B admin1(b9);F editor(f1);z:removed'],
  ['x=a1 admit admin D:d1<3;y=c1 admit admin D:d1<3;z=d1@x remove C<x;w=c1 remove D<3', 'D admin1(d1);z:!rank'],
  ['x=a1 admit editor B:b1,b2/2<3;y=a1 end 1<x;z=b1@1 admit editor E:e1<3', 'B editor(b1,b2);z:removed'],
  ['x=c1 remove D<3;y=b1 admit reader D:d1<3;z=b1 end 3<y', 'D out'],
  ['x=b1 admit reader D:d1<3;x2=b1 end 3<x;y=c1 admit admin D:d1<3', 'D admin2(d1)'],
  ['x=b1 admit editor E:e1<3;y=c1 admit reader E:e1<3;z=a1 remove B<3', 'B out;E reader(e1);x:removed'],
  ['x=b2 leave<3;y=b1 admit editor E:e1<3', 'B out;y:left'],
  ['x=b2 leave<3;y=b1 revoke b2<x[3]', 'B admin1(b1);x:revoked'],
  ['G=genesis A:a1 B:b1;x=a1 leave<G;y=b1 leave<G', 'ownerless'],
  ['G=genesis A:a1 B:b1;x=a1 leave<G;y=b1 leave<G;r=rootA device a9<x,y;s=rootA revoke a1<r[G]', 'A owner0(a9);x:revoked'],
  ['x=a1 admit owner D:d1<3;y=a1 leave<x;z=d1@x remove C<y', 'A out;C out;D owner0(d1)'],
  ['x=b1 admit owner E:e1<3', 'x:!role'],
  ['x=a1 revoke a2<3;y=a2 admit editor E:e1<3', 'A owner0(a1);y:revoked'],
  ['x=b1 revoke b2<3;y=b2 revoke b1<3', 'B admin1(b1);y:!rank'],
  ['x=a2 admit owner E:e1<3;y=e1 remove B<x;z=a1 revoke a2<y[3]', 'A owner0(a1);x:revoked;y:rests'],
  ['x=rootA device a9<3;y=rootA revoke a1<x[3];z=rootA revoke a2<y[3];w=a9 remove C<z', 'A owner0(a9);C out'],
  ['x=b1 device b3<3;y=b3 admit editor E:e1<x;z=rootB@1 revoke b1<3', 'B admin1(b2);x:revoked;y:rests'],
  ['x=a1 admit admin D:d1,d2/2<3;y=a1 admit editor D:d1,d2/2<x;z=d1@x revoke d2<y', 'D admin1(d1,d2)'],
  ['x=b1 revoke b2<3;y=b1 device b2<3;z=rootB@1 revoke b2<3', 'B admin1(b1)'],
  ['x=b1 admit admin E:e1<3;y=e1 admit reader F:f1<3', 'E admin2(e1);y:!entry'],
  ['x=d1 remove C<3;y=a1 remove C<x', 'x:!role;y:!parent'],
  ['x=b1 remove D<3;y=b1 admit editor D:d1<3', 'D out'],
  ['4=b1 admit admin E:e1<3;w=e1 remove D<4;x=b1 remove E<4;y=a1 remove B<4', 'B out;D out;E admin2(e1);x:removed'],
  [
    'x=a1 remove D<3;e=a1 epoch a1,a2,b1,b2,c1<x;y=a2 remove C<3;f=a2 epoch a1,a2,b1,b2,d1<y;g=b1 epoch a1,a2,b1,b2<e,f',
    'C out;D out;usable g',
  ],
  ['x=a1 remove D<3;e=b1 epoch a1,a2,b1,b2,c1,d1<x', 'D out;usable none'],
  ['i=b1 invite<3;j=c1 invite<i;k=c1 close i<j;x=a1 remove C<k', 'C out;open none'],
]

interface Expected {
  readonly members: Record<string, string | undefined>
  readonly refused: Record<string, string>
  readonly voided: Record<string, string>
  readonly usable: string[] | undefined
  readonly open: string[] | undefined
  readonly isOwnerless: boolean
}

function readOutcome(outcome: string, before: Record<string, string>): Expected {
  const members: Record<string, string | undefined> = { ...before }
  const refused: Record<string, string> = {}
  const voided: Record<string, string> = {}
  let usable: string[] | undefined
  let open: string[] | undefined
  const named = (names: string): string[] => (names === 'none' ? [] : names.split(','))
  for (const part of outcome.split(';')) {
    const [first = '', second = ''] = part.split(' ')
    if (part.includes(':!')) refused[part.split(':')[0]!] = part.split(':')[1]!
    else if (part.includes(':')) voided[part.split(':')[0]!] = part.split(':')[1]!
    else if (first === 'usable') usable = named(second)
    else if (first === 'open') open = named(second)
    else if (second === 'out') members[first] = undefined
    else if (part !== 'ownerless' && part !== 'as base') members[first] = part
  }
  return { members, refused, voided, usable, open, isOwnerless: outcome === 'ownerless' }
}

describe('the scenarios of the membership rules with ends', () => {
  it.each(rows)('%s: %s', async (operations, outcome) => {
    const scenario = await createScenario(seededCrypto())
    const hasBase = !operations.startsWith('G=')
    if (hasBase) await scenario.run(base)
    const outcomes = await scenario.run(operations)
    const expected = readOutcome(outcome, hasBase ? baseMembers : {})
    const refused = Object.fromEntries(Object.entries(outcomes).filter(([, result]) => result !== 'added'))
    expect(refused).toEqual(expected.refused)
    expect(scenario.voided()).toEqual(expected.voided)
    expect(scenario.members()).toEqual(Object.values(expected.members).filter((member) => member !== undefined))
    expect(scenario.log.state.get().isOwnerless).toBe(expected.isOwnerless)
    if (expected.usable !== undefined) expect(scenario.usable()).toEqual(expected.usable)
    if (expected.open !== undefined) expect(scenario.open()).toEqual(expected.open)
  })
})
