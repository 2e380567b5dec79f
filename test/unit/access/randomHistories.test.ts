import { describe, expect, it } from 'vitest'
import { createEvaluator } from '../../../src/access/judging/evaluate.ts'
import { admissionKey, type Admission, type JudgedOperation } from '../../../src/access/judgedOperation.ts'
import { createOperationGraph } from '../../../src/access/operationGraph.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { soak } from '../../setup/soak.ts'
import { createOperationSource, verdictsOf } from './histories.ts'
import { seededCrypto } from './people.ts'
import { referenceVerdicts } from './referenceVerdicts.ts'

const seeds = soak ? 5_000 : 300
const seedsPerTest = seeds / 10

/** A history of 4 to 8 devices, some of which build on old operations, sign twice at once, and name early cuts. */
async function createHistory(seed: number): Promise<readonly JudgedOperation[]> {
  const random = createSeededRandom(seed)
  const source = await createOperationSource(
    seededCrypto(seed),
    'G=genesis A:a1,a2/2; m1=a1 admit admin B:b1,b2/2<G; m2=a1 admit admin C:c1<m1; m3=b1 admit editor D:d1<m2',
  )
  const operations = [...source.base]
  const people = ['A:a1,a2/2', 'B:b1,b2/2', 'C:c1', 'D:d1', 'E:e1', 'F:f1'] as const
  const devices = ['a1', 'a2', 'b1', 'b2', 'c1', 'd1', 'e1', 'f1', 'a9', 'b9', 'rootA', 'rootB']
  const names = ['G', 'm1', 'm2', 'm3']
  const heads = (): JudgedOperation[] => {
    const parents = new Set(operations.flatMap(({ operation }) => operation.parents.map(String)))
    return operations.filter(({ operation }) => !parents.has(String(operation.id)))
  }
  const steps = 20 + random.below(60)
  for (let i = 0; i < steps; i++) {
    const signer = random.pick(devices)
    const under = random.chance(0.2) ? `@${random.pick(names.slice(1))}` : ''
    const what = random.pick([
      `admit ${random.pick(['owner', 'admin', 'admin', 'editor', 'reader'])} ${random.pick(people)}`,
      `remove ${random.pick(people)[0]}`,
      `end ${random.pick(['m1', 'm2', 'm3'])}`,
      `revoke ${random.pick(devices.slice(0, 10))}`,
      'leave',
      `device ${random.pick(['a9', 'b9', 'b2', 'd1'])}`,
    ])
    // Back-dated now and then, and now and then on what the signer had built on before.
    const parents = random.chance(0.6) ? heads() : random.shuffle([...operations]).slice(0, 1 + random.below(2))
    try {
      const judged = await source.operation(`${signer}${under} ${what}`, [...new Set(parents)])
      if (judged !== undefined && !operations.includes(judged)) operations.push(judged)
    } catch (error) {
      // Nobody by that name is listed yet.
      if (!String(error).includes('nothing lists')) throw error
    }
  }
  return operations
}

/** The same operations, of which these have no effect. */
function emptied(operations: readonly JudgedOperation[], isEmptied: (judged: JudgedOperation) => boolean): JudgedOperation[] {
  return operations.map((judged) => {
    const { signer } = judged.effects
    return signer !== undefined && isEmptied(judged) ? { operation: judged.operation, effects: { signer } } : judged
  })
}

function standing(operations: readonly JudgedOperation[]) {
  const graph = createOperationGraph()
  const evaluator = createEvaluator(graph)
  for (const judged of operations) {
    graph.insert(judged)
    evaluator.add(judged)
  }
  return { graph, ...evaluator.current() }
}

/** Whether an end of a person or an admission is aimed at it, by who stands above it. */
function aimsAt({ effects: { end, signer } }: JudgedOperation, admission: Admission): boolean {
  if (end?.kind === 'admission') return end.admission === admission
  return end?.kind === 'identity' && end.identity === admission.identityId && signer!.admission.rank < admission.rank
}

describe('random histories', () => {
  it.each(Array.from({ length: 10 }, (_, i) => i * seedsPerTest))(
    'keep the promises of the rules (seeds from %i on)',
    { timeout: 600_000 },
    async (from) => {
      let voided = 0
      for (let seed = from; seed < from + seedsPerTest; seed++) {
        const operations = await createHistory(seed)
        const expected = referenceVerdicts(operations)
        voided += expected.voided.length
        const fail = (what: string): never => {
          throw new Error(`seed ${seed}: ${what}`)
        }

        // One outcome, in every order and by the rules.
        if (JSON.stringify(verdictsOf(operations, true)) !== JSON.stringify(expected)) fail('differs from the reference')
        const { graph, voided: without, ends } = standing(operations)
        if (JSON.stringify(verdictsOf(shuffled(operations, seed))) !== JSON.stringify(expected)) fail('differs in another order')

        // What does not count has no effect.
        const silent = verdictsOf(emptied(operations, ({ operation }) => without.has(operation.key)))
        if (JSON.stringify([silent.admissions, silent.entries]) !== JSON.stringify([expected.admissions, expected.entries]))
          fail('a void operation has an effect')

        // No two shut each other out.
        const counting = operations.filter(({ operation }) => ends.keys.includes(operation.key))
        for (const one of counting)
          for (const other of counting)
            if (aimsAt(one, other.effects.signer!.admission) && aimsAt(other, one.effects.signer!.admission)) fail('a duel')

        // Nobody loses an admission to who does not stand above it.
        const live = new Set(expected.admissions)
        for (const admission of graph.all.flatMap(({ effects }) => effects.admissions ?? [])) {
          const chain = chainOf(admission, graph.all)
          const withoutJuniors = emptied(operations, ({ operation, effects }) => {
            if (chain.has(operation.key)) return false
            const isOwn = effects.end?.kind === 'leave' || effects.end?.kind === 'device' || effects.entry !== undefined
            const standsAbove = effects.signer!.admission.rank < admission.rank
            return !standsAbove && !(isOwn && [...chain].some((key) => effects.signer!.admission.operation === key))
          })
          const isLive = verdictsOf(withoutJuniors).admissions.includes(admissionKey(admission))
          if (isLive !== live.has(admissionKey(admission))) fail(`${admissionKey(admission)} depends on juniors`)
        }
      }
      expect(voided).toBeGreaterThan(seedsPerTest)
    },
  )
})

/** Keys of the operations on the way from the genesis to an admission. */
function chainOf(admission: Admission, all: readonly JudgedOperation[]): ReadonlySet<string> {
  const chain = new Set<string>()
  let key: string | undefined = admission.operation
  while (key !== undefined) {
    chain.add(key)
    const signer = all.find(({ operation }) => operation.key === key)!.effects.signer
    if (signer !== undefined && !chain.has(signer.admission.operation)) chain.add(signer.admission.operation)
    key = signer?.operation
  }
  return chain
}

/** Another order in which each comes after those it is built on. */
function shuffled(operations: readonly JudgedOperation[], seed: number): JudgedOperation[] {
  const random = createSeededRandom(`order ${seed}`)
  const left = [...operations]
  const placed = new Set<string>()
  const result: JudgedOperation[] = []
  while (left.length > 0) {
    const ready = left.filter(({ operation }) => operation.parents.every((parent) => placed.has(String(parent))))
    const next = random.pick(ready)
    left.splice(left.indexOf(next), 1)
    placed.add(String(next.operation.id))
    result.push(next)
  }
  return result
}
