import type { Result } from '../../shared/result.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { OperationEffects } from '../judgedOperation.ts'
import type { OperationFault } from '../membershipLog.ts'
import type { OperationGraph } from '../operationGraph.ts'

/** What the judge may look at: the space and the operations already found well-formed. */
export interface JudgeContext {
  readonly crypto: CryptoPort
  /** 32 bytes. */
  readonly space: Uint8Array
  readonly graph: OperationGraph
  /** This device judged the operation before and found every signature good, so none is verified again. */
  readonly verified?: boolean
}

/** The effects of a well-formed operation, or the first rule that it breaks. */
export type Verdict = Result<OperationEffects, OperationFault>
