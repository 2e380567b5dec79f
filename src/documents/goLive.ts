import type { DocumentId } from '../shared/ids.ts'
import type { DocumentKeepers } from './documentKeepers.ts'
import type { LeftOut } from './writing/guardInDocument.ts'
import { createLiveDocument, type LiveDocument } from './liveDocument.ts'
import type { LoadedDocument } from './loading/loadDocument.ts'
import type { OwnEdits } from './writing/ownEdits.ts'

/** Lets a loaded document be watched for edits and followed by its cache, in the place of the one that was live before, which is watched no longer. */
export type GoLive = (id: DocumentId, loaded: LoadedDocument) => LiveDocument

export function createGoLive({
  live,
  edits,
  keepers,
  client,
  onLeftOut,
}: {
  readonly live: Map<DocumentId, LiveDocument>
  readonly edits: OwnEdits
  readonly keepers: DocumentKeepers
  /** The clientID of what is written from now on. */
  readonly client: () => number
  readonly onLeftOut: (leftOut: readonly LeftOut[]) => void
}): GoLive {
  return (id, loaded) => {
    const document = createLiveDocument(id, loaded.doc, client(), (edit) => edits.log(id, edit))
    live.get(id)?.detach()
    live.set(id, document)
    keepers.keep(id, loaded)
    onLeftOut(loaded.leftOut)
    return document
  }
}
