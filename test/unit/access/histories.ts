import { createEvaluator } from '../../../src/access/judging/evaluate.ts'
import { judge } from '../../../src/access/judging/judge.ts'
import { admissionKey, entriesOf, type JudgedOperation } from '../../../src/access/judgedOperation.ts'
import { decodeOperation } from '../../../src/access/operation.ts'
import { createOperationGraph, type OperationGraph } from '../../../src/access/operationGraph.ts'
import type { CryptoPort } from '../../../src/crypto/cryptoPort.ts'
import { idBytes } from '../../../src/shared/ids.ts'
import { entryKey, type Verdict } from './referenceVerdicts.ts'
import { createScenario, type Scenario } from './scenario.ts'

/** Signs each operation of many histories once: `move` as in a scenario, on these operations. */
export interface OperationSource {
  readonly base: readonly JudgedOperation[]
  /** @returns undefined where the static layer refuses it */
  operation(move: string, parents: readonly JudgedOperation[]): Promise<JudgedOperation | undefined>
}

/** @param base operations in the notation of {@link createScenario}, the genesis `G` first */
export async function createOperationSource(crypto: CryptoPort, base: string): Promise<OperationSource> {
  const scenario: Scenario = await createScenario(crypto)
  const graph: OperationGraph = createOperationGraph()
  const names = new Map<string, string>()
  const known = new Map<string, JudgedOperation | undefined>()

  async function add(name: string, text: string): Promise<JudgedOperation | undefined> {
    const { bytes } = await scenario.write(text)
    const operation = decodeOperation(crypto, bytes)
    if (!operation.ok) throw new Error(text)
    names.set(operation.value.key, name)
    const effects = await judge({ crypto, space: idBytes(scenario.log.space), graph, verified: true }, operation.value)
    if (!effects.ok) return undefined
    const judged = { operation: operation.value, effects: effects.value }
    if (graph.get(judged.operation.key) === undefined) graph.insert(judged)
    return judged
  }

  const operations: JudgedOperation[] = []
  for (const text of base.split(';')) operations.push((await add(text.trim().split('=')[0]!, text.trim()))!)
  return {
    base: operations,
    async operation(move, parents) {
      const text = `${move}<${parents.map(({ operation }) => names.get(operation.key)).join()}`
      if (!known.has(text)) known.set(text, await add(`n${known.size}`, `n${known.size}=${text}`))
      return known.get(text)
    },
  }
}

/** What src makes of operations that come in this order. `evaluateBetween`: it is asked after each. */
export function verdictsOf(operations: readonly JudgedOperation[], evaluateBetween = false): Verdict {
  const graph = createOperationGraph()
  const evaluator = createEvaluator(graph)
  for (const judged of operations) {
    graph.insert(judged)
    evaluator.add(judged)
    if (evaluateBetween) evaluator.current()
  }
  const { voided, standing } = evaluator.current()
  const admissions = graph.all.flatMap(({ effects }) => effects.admissions ?? [])
  const people = [...new Set(admissions.map(({ identityId }) => identityId))]
  const devices = [...new Set(operations.flatMap(({ effects }) => entriesOf(effects)).map(({ device }) => device))]
  return {
    voided: [...voided.keys()].sort(),
    admissions: people.flatMap(standing.admissionsOf).map(admissionKey).sort(),
    entries: devices.flatMap(standing.entriesOf).map(entryKey).sort(),
  }
}
