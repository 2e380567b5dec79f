import type * as Y from 'yjs'
import { asEchoError, EchoError } from '../../shared/echoError.ts'
import type { ItemId } from '../../shared/ids.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import { listName, mapName, textName, xmlName } from '../../documents/createYDoc.ts'
import type { TextHandle } from '../../documents/texts/textHandle.ts'
import { wholeStepOrigin } from '../../documents/texts/textHistory.ts'
import type { ActionsOf, AnyModelType, ModelDocument, SnapshotOf } from '../../database/types/defineModel.ts'

/** The open content of an item that follows a model of the app's. */
export interface ModelHandle<M extends AnyModelType> {
  readonly item: ItemId
  /** The content, live: the same value until the document changes. Throws data-corrupt where the model cannot read it and never could. */
  readonly snapshot: Readable<SnapshotOf<M>>
  /** The model's actions, each call a step of `space.undo`. @throws EchoError read-only; disposed once it is released; what the action throws */
  readonly actions: ActionsOf<M>
  /** Closes the document when the last one who opened it has released it. Idempotent. */
  release(): void
}

/**
 * Opens the content of items by their models: the document of a text holds what a model keeps just as well.
 * @param options.assertWritable @throws EchoError read-only, removed
 */
export function createSpaceModels(options: {
  readonly openDocument: (item: ItemId) => Promise<TextHandle>
  readonly assertWritable: () => void
  readonly onError: (error: EchoError) => void
}): <M extends AnyModelType>(item: ItemId, model: M) => Promise<ModelHandle<M>> {
  return async (item, model) => createModelHandle(await options.openDocument(item), model, options)
}

function createModelHandle<M extends AnyModelType>(
  opened: TextHandle,
  model: M,
  { assertWritable, onError }: { readonly assertWritable: () => void; readonly onError: (error: EchoError) => void },
): ModelHandle<M> {
  const changes = createWritable(0)
  let doc = documentOf(opened)
  let isStale = true
  let isReleased = false
  let shown: { readonly value: SnapshotOf<M> } | undefined
  doc.on('update', onUpdate)
  const stop = opened.current.subscribe(() => {
    doc.off('update', onUpdate)
    doc = documentOf(opened)
    doc.on('update', onUpdate)
    onUpdate()
  })

  function onUpdate(): void {
    isStale = true
    changes.set(changes.get() + 1)
  }

  function read(): SnapshotOf<M> {
    if (!isStale && shown !== undefined) return shown.value
    try {
      shown = { value: model.snapshot(partsOf(doc)) as SnapshotOf<M> }
    } catch (cause) {
      const text = `The model "${model.name}" cannot read what is in its document. A snapshot has to take whatever members wrote.`
      const error = asEchoError(cause, 'data-corrupt', text)
      if (shown === undefined) throw error
      onError(error)
    }
    isStale = false
    return shown.value
  }

  const actions = Object.fromEntries(
    Object.entries(model.actions as Readonly<Record<string, (doc: ModelDocument, ...args: unknown[]) => unknown>>).map(([name, action]) => [
      name,
      (...args: unknown[]) => {
        assertWritable()
        // A closed document takes every write and keeps none.
        if (isReleased) throw new EchoError('disposed', 'This content was released. Open it again with openModel.')
        return doc.transact(() => action(partsOf(doc), ...args), wholeStepOrigin)
      },
    ]),
  )

  return {
    item: opened.item,
    snapshot: { get: read, subscribe: changes.subscribe },
    actions: Object.freeze(actions) as ActionsOf<M>,
    release() {
      isReleased = true
      stop()
      doc.off('update', onUpdate)
      opened.release()
    },
  }
}

function documentOf(opened: TextHandle): Y.Doc {
  return opened.current.get().yText.doc!
}

/** The parts of an item's document. */
export function partsOf(doc: Y.Doc): ModelDocument {
  return { map: doc.getMap(mapName), list: doc.getArray(listName), text: doc.getText(textName), xml: doc.getXmlFragment(xmlName) }
}
