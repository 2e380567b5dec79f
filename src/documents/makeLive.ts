import type { EchoError } from '../shared/echoError.ts'
import type { BlockId, DocumentId } from '../shared/ids.ts'
import { ok, type Result } from '../shared/result.ts'
import type { BlockGraph } from '../feed/graph/blockGraph.ts'
import type { PayloadSource } from './documentPayloads.ts'
import type { VerdictFollower } from './verdicts/followVerdict.ts'
import type { GoLive } from './goLive.ts'
import type { LiveDocument } from './liveDocument.ts'
import { loadDocument, type LoadedDocument } from './loading/loadDocument.ts'
import type { OwnEdits } from './writing/ownEdits.ts'
import type { ShownVerdict } from './verdicts/shownVerdict.ts'

export interface MakeLiveOptions {
  readonly live: ReadonlyMap<DocumentId, LiveDocument>
  readonly graph: BlockGraph
  readonly source: PayloadSource
  readonly verdict: ShownVerdict
  readonly follower: VerdictFollower
  readonly edits: OwnEdits
  readonly goLive: GoLive
  /** The payload of a block that may not be stored yet. */
  readonly unstored: (id: BlockId) => Uint8Array | undefined
}

/**
 * Makes a document live: loads it, unless that was done, and watches it for edits; one that is live already is replaced, its own edits are cut first.
 * @param place puts the document where edits come from, in the task in which the former one stops being watched: an edit between both would be lost
 */
export type MakeLive = (
  id: DocumentId,
  place: (document: LiveDocument) => void,
  first?: LoadedDocument,
) => Promise<Result<LiveDocument, EchoError>>

export function createMakeLive(options: MakeLiveOptions): MakeLive {
  const { live, graph, source, verdict, follower, edits, goLive, unstored } = options
  return async (id, place, first) => {
    for (let given = first; ; given = undefined) {
      const loaded = given === undefined ? await loadDocument(id, graph, source) : ok(given)
      if (!loaded.ok) return loaded
      // From here on nothing is awaited: own edits are cut, and what is missing is applied, before anyone can edit the new document.
      if (!verdict.isCurrent() && live.size > 0) {
        await loaded.value.cache?.release()
        await follower.caughtUp()
        continue
      }
      edits.cut(id)
      if (!loaded.value.catchUp(unstored)) {
        await loaded.value.cache?.release()
        continue
      }
      const document = goLive(id, loaded.value)
      place(document)
      return ok(document)
    }
  }
}
