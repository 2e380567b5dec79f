import * as Y from 'yjs'
import { writeVarUint } from 'lib0/encoding'

/** Which structs were deleted: ranges of clocks by client. */
export type DeleteSet = Y.Transaction['deleteSet']

/**
 * What `doc.clientID` has written since clock `from`, plus `deletes`, as a Yjs V1 update; undefined where there is nothing.
 * Read from the struct store, so the cost follows what is new. (Encoding against a state vector would list everybody's deletes, and
 * scan the whole store.) Uses Yjs internals that a golden test pins.
 */
export function extractUpdate(
  doc: Y.Doc,
  from: number,
  deletes: readonly DeleteSet[],
): { readonly update: Uint8Array; readonly to: number } | undefined {
  const client = doc.clientID
  const to = Y.getState(doc.store, client)
  const deleted = Y.mergeDeleteSets([...deletes])
  if (to === from && deleted.clients.size === 0) return undefined
  const encoder = new Y.UpdateEncoderV1()
  if (to === from) {
    writeVarUint(encoder.restEncoder, 0)
  } else {
    const structs = doc.store.clients.get(client)!
    const start = Y.findIndexSS(structs, from)
    writeVarUint(encoder.restEncoder, 1)
    writeVarUint(encoder.restEncoder, structs.length - start)
    encoder.writeClient(client)
    writeVarUint(encoder.restEncoder, from)
    structs[start]!.write(encoder, from - structs[start]!.id.clock)
    for (let i = start + 1; i < structs.length; i++) structs[i]!.write(encoder, 0)
  }
  const byClient = [...deleted.clients].sort(([a], [b]) => b - a)
  writeVarUint(encoder.restEncoder, byClient.length)
  for (const [deletedClient, ranges] of byClient) {
    encoder.resetDsCurVal()
    writeVarUint(encoder.restEncoder, deletedClient)
    writeVarUint(encoder.restEncoder, ranges.length)
    for (const { clock, len } of ranges) {
      encoder.writeDsClock(clock)
      encoder.writeDsLen(len)
    }
  }
  return { update: encoder.toUint8Array(), to }
}
