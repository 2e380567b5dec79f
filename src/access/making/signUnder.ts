import { idBytes } from '../../shared/ids.ts'
import type { SigningKey } from '../../crypto/cryptoPort.ts'
import { signOperation, type EntryReference, type OperationContent } from '../operation.ts'
import type { OperationLog } from '../operationLog.ts'

/** Who signs, and under which of its entries. */
export interface EntrySigner {
  readonly signing: SigningKey
  readonly as: EntryReference
}

/** Signs an operation on all heads of the log. @returns the operation's bytes, to be added to the log */
export function signUnder(
  log: OperationLog,
  { signing, as }: EntrySigner,
  { kind, body }: Pick<OperationContent, 'kind' | 'body'>,
): Promise<Uint8Array> {
  return signOperation(signing, { space: idBytes(log.space), kind, as, by: signing.publicKey, parents: log.parentsFor(as), body })
}
