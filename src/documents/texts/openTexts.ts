import type { EchoError } from '../../shared/echoError.ts'
import type { DocumentId, ItemId } from '../../shared/ids.ts'
import type { Clock } from '../../shared/ports.ts'
import type { Result } from '../../shared/result.ts'
import type { LiveDocument } from '../liveDocument.ts'
import { createOpenText, type OpenText, type TextHandles } from './openText.ts'
import type { TextModel } from './textHandle.ts'
import type { TextSteps } from './textHistory.ts'

/** The texts that someone uses; each is closed a moment after its last user has gone. */
export interface OpenTexts {
  /** @throws (rejects) EchoError of the load */
  open<Model extends TextModel>(item: ItemId, model: Model): Promise<TextHandles[Model]>
  get(id: ItemId | DocumentId): OpenText | undefined
  destroy(): void
}

/** How long a text outlives its last user: longer than a remount takes. */
const closeAfterMs = 1000

export function createOpenTexts(options: {
  readonly clock: Clock
  /** Where what can be undone in texts goes. */
  readonly steps: TextSteps
  /** Makes the document live, handing it to `place` in the task in which it becomes so. */
  readonly load: (id: DocumentId, place: (document: LiveDocument) => void) => Promise<Result<LiveDocument, EchoError>>
  readonly onOpened: () => void
  /** @throws EchoError where this person may not write */
  readonly assertWritable: () => void
  readonly onChanged: (item: ItemId) => void
  /** Closes the document of a text that nobody uses any more. */
  readonly close: (id: DocumentId) => void
}): OpenTexts {
  const { clock } = options
  const texts = new Map<string, OpenText>()
  const openings = new Map<ItemId, Promise<OpenText>>()

  async function open(item: ItemId): Promise<OpenText> {
    const opened = await options.load(item as string as DocumentId, (document) => {
      texts.set(
        item,
        createOpenText(document, {
          item,
          clock,
          steps: options.steps,
          assertWritable: options.assertWritable,
          onChanged: () => options.onChanged(item),
          onUnused: () => clock.after(closeAfterMs, () => closeUnused(item)),
        }),
      )
    })
    if (!opened.ok) throw opened.error
    options.onOpened()
    return texts.get(item)!
  }

  function closeUnused(item: ItemId): void {
    const text = texts.get(item)
    if (text === undefined || text.users() > 0) return
    text.destroy()
    texts.delete(item)
    openings.delete(item)
    options.close(item as string as DocumentId)
  }

  return {
    async open(item, model) {
      let opening = openings.get(item)
      if (opening === undefined) {
        opening = open(item)
        openings.set(item, opening)
        opening.catch(() => openings.delete(item))
      }
      return (await opening).handle(model)
    },
    get: (id) => texts.get(id),
    destroy() {
      for (const text of texts.values()) text.destroy()
      // A text released just now has a timer that would close it a second time.
      texts.clear()
    },
  }
}
