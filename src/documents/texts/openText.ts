import type * as Y from 'yjs'
import { EchoError } from '../../shared/echoError.ts'
import type { ItemId } from '../../shared/ids.ts'
import type { Clock } from '../../shared/ports.ts'
import { createWritable, type Readable, type Writable } from '../../shared/readable.ts'
import { carryEdits } from '../verdicts/carryEdits.ts'
import { listName, mapName, textName, xmlName } from '../createYDoc.ts'
import type { LiveDocument } from '../liveDocument.ts'
import { plainTextOf } from './plainText.ts'
import { createTextEdits, formatText } from './textEdits.ts'
import type { RichTextGeneration, RichTextHandle, TextGeneration, TextHandle, TextModel } from './textHandle.ts'
import { followTextHistory, type TextSteps } from './textHistory.ts'

/** What each model makes of an open document. */
export interface TextHandles {
  readonly text: TextHandle
  readonly 'rich-text': RichTextHandle
}

/** One open text document, shared by everyone who opened it here. */
export interface OpenText {
  /** The handle for one more user; the document closes when all are released. */
  handle<Model extends TextModel>(model: Model): TextHandles[Model]
  /** How many handles are not released. */
  users(): number
  /** Of the document: one more each time another took its place. */
  generation(): number
  /** A handle that holds nothing open; undefined where nobody has opened it by this model. */
  peek<Model extends TextModel>(model: Model): TextHandles[Model] | undefined
  /** Puts a rebuilt document in the place of the former one. */
  replace(live: LiveDocument): void
  destroy(): void
}

export interface OpenTextOptions {
  readonly item: ItemId
  readonly clock: Clock
  /** Where what can be undone goes. */
  readonly steps: TextSteps
  /** Called when the last user has released its handle. */
  readonly onUnused: () => void
  /** @throws EchoError where this person may not write */
  readonly assertWritable: () => void
  /** Called after each change of it, by whomever. */
  readonly onChanged: () => void
}

export function createOpenText(
  first: LiveDocument,
  { item, clock, steps, onUnused, assertWritable, onChanged }: OpenTextOptions,
): OpenText {
  let users = 0
  let stop = () => {}
  let isOver = false
  const openedAs = new Set<TextModel>()
  const plain: Writable<TextGeneration> = createWritable({ generation: 1, yText: first.doc.getText(textName) })
  const rich: Writable<RichTextGeneration> = createWritable({ generation: 1, yXml: first.doc.getXmlFragment(xmlName) })
  const contents = { text: createContent('text'), 'rich-text': createContent('rich-text') }
  watch()

  function presentDoc(): Y.Doc {
    return plain.get().yText.doc!
  }

  function createContent(model: TextModel): { readonly content: Readable<string>; noteChange(): void } {
    const changes = createWritable(0)
    let known: string | undefined
    return {
      // Put together when it is asked for: a key in a long text must not cost the text's length.
      content: { get: () => (known ??= plainTextOf(presentDoc(), model)), subscribe: changes.subscribe },
      noteChange() {
        known = undefined
        changes.set(changes.get() + 1)
        onChanged()
      },
    }
  }

  function watch(): void {
    const { yText } = plain.get()
    const { yXml } = rich.get()
    const doc = presentDoc()
    yText.observe(contents.text.noteChange)
    yXml.observeDeep(contents['rich-text'].noteChange)
    const endHistory = followTextHistory({ item, types: [yText, yXml, doc.getMap(mapName), doc.getArray(listName)], clock, steps, retain })
    stop = () => {
      yText.unobserve(contents.text.noteChange)
      yXml.unobserveDeep(contents['rich-text'].noteChange)
      endHistory()
    }
    for (const { noteChange } of Object.values(contents)) noteChange()
  }

  /** @param isReleased what is written through a handle then would go nowhere once the document is closed */
  function createHandle<Model extends TextModel>(model: Model, isReleased: () => boolean, release: () => void): TextHandles[Model] {
    function assertOpen(): void {
      if (isOver || isReleased())
        throw new EchoError('disposed', 'This text was released, or its space closed. Open it again with openText.', { details: { item } })
      assertWritable()
    }
    const { content } = contents[model]
    const handle =
      model === 'text'
        ? ({
            item,
            current: plain as Readable<TextGeneration>,
            content,
            ...createTextEdits(() => plain.get().yText, assertOpen),
            release,
          } satisfies TextHandle)
        : ({
            item,
            current: rich as Readable<RichTextGeneration>,
            content,
            edit(text) {
              const present = (): Y.XmlText => {
                if (text.doc !== presentDoc()) throw strangeText(item)
                return text
              }
              present()
              return {
                ...createTextEdits(present, assertOpen),
                format(index, length, formats) {
                  assertOpen()
                  formatText(present(), index, length, formats)
                },
              }
            },
            release,
          } satisfies RichTextHandle)
    return handle as TextHandles[Model]
  }

  /** Keeps it open until the returned function is called. */
  function retain(): () => void {
    users++
    let released = false
    return () => {
      if (released) return
      released = true
      users--
      if (users === 0) onUnused()
    }
  }

  return {
    handle(model) {
      openedAs.add(model)
      const letGo = retain()
      let isReleased = false
      const release = (): void => {
        isReleased = true
        letGo()
      }
      return createHandle(model, () => isReleased, release)
    },
    users: () => users,
    generation: () => plain.get().generation,
    peek(model) {
      if (!openedAs.has(model)) return undefined
      return createHandle(
        model,
        () => false,
        () => {},
      )
    },
    replace({ doc }) {
      stop()
      // Its structs may stand elsewhere in the new one, or not at all.
      steps.forget(item)
      const former = presentDoc()
      const generation = plain.get().generation + 1
      plain.set({ generation, yText: doc.getText(textName) })
      rich.set({ generation, yXml: doc.getXmlFragment(xmlName) })
      carryEdits(former, presentDoc)
      watch()
    },
    destroy() {
      isOver = true
      stop()
    },
  }
}

function strangeText(item: ItemId): EchoError {
  return new EchoError(
    'handle-replaced',
    'This text is none of the tree that is shown now: its document was rebuilt, or it belongs to another. Take it from `current.get().yXml`.',
    { details: { item } },
  )
}
