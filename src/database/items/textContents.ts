import { cutText } from '../../documents/texts/plainText.ts'
import { isTextModel } from '../types/defineModel.ts'
import type { TextModel } from '../../documents/texts/textHandle.ts'
import type { ReadText, TextReader } from '../../documents/texts/textReader.ts'
import type { ItemId } from '../../shared/ids.ts'
import type { Clock, Timer } from '../../shared/ports.ts'
import type { Readable } from '../../shared/readable.ts'
import { createLiveValue, type LiveValue } from '../query/liveValue.ts'
import type { TextRow, TextRows } from './textRows.ts'

/** How much of a text is kept for lists, and for search and {@link TextContents.live}, in UTF-16 units. */
export const maxExcerptLength = 200
export const maxContentLength = 20_000

/** What the texts of a space say, without opening the document of each: only what was never read, or changed since, is. */
export interface TextContents {
  /** How a text begins, in one line; undefined where that is not known yet. */
  knownExcerpt(item: ItemId): string | undefined
  /** As {@link knownExcerpt}; what is not known is found out, and told as a change. */
  excerptOf(item: ItemId): string | undefined
  /** What a text says now, the first 20,000 units of it; undefined where there is no such text, or it cannot be read here. */
  contentOf(item: ItemId): Promise<string | undefined>
  /** The same, live; undefined also until it is known. One and the same while somebody looks. */
  live(item: ItemId): Readable<string | undefined>
  /** Calls `listener` when {@link contentOf} may give something else, also while a text is typed; undefined: for any text. */
  onChange(listener: (item: ItemId | undefined) => void): () => void
  /** Items may have come: what was asked of them before can be answered now. */
  noteItems(): void
  /** These items are no more: nothing is kept of their texts. */
  forget(items: Iterable<ItemId>): void
  dispose(): void
}

export interface TextContentsOptions {
  readonly clock: Clock
  readonly reader: TextReader
  readonly rows: TextRows
  /** The model of an item that is not purged. */
  readonly modelOf: (item: ItemId) => string | undefined
  /** How these texts begin is known now, or is something else. */
  readonly onExcerpts: (items: readonly ItemId[]) => void
  readonly onError: (error: unknown) => void
}

/** What was typed so long ago is read; what is read is told together. */
const refreshMs = 100
const tellMs = 10
/** What an open text says is stored so long after a change; it may stay open for hours, for the sake of undo. */
const keepMs = 2_000

/** Raised with every change of what is read from the same blocks. */
const version = 2

interface LiveContent {
  readonly value: LiveValue<string | undefined>
  content: string | undefined
  dirty: boolean
  /** Whether what it is now is being found out for the first time. */
  isAsking: boolean
}

export function createTextContents(options: TextContentsOptions): TextContents {
  const { clock, reader, rows } = options
  const excerpts = new Map<ItemId, { readonly mark: string | undefined; readonly excerpt: string }>()
  const asked = new Set<ItemId>()
  /** Those that somebody looks at. One that comes back after a while may stand beside a newer one. */
  const lives = new Map<ItemId, Set<LiveContent>>()
  const extracting = new Map<ItemId, Promise<ReadText | undefined>>()
  /** What texts said that were closed just now, until it is stored. */
  const closing = new Map<ItemId, ReadText>()
  const listeners = new Set<(item: ItemId | undefined) => void>()
  const changed = new Set<ItemId>()
  const untold = new Set<ItemId>()
  let last: Promise<unknown> = Promise.resolve()
  /** Open texts that were changed since they were stored. */
  const unkept = new Set<ItemId>()
  let keepTimer: Timer | undefined
  let refreshTimer: Timer | undefined
  let tellTimer: Timer | undefined
  let disposed = false

  const stop = reader.onChange((item, isClosing) => {
    if (isClosing && item !== undefined) keepOpen(item)
    else if (item !== undefined && reader.isOpen(item)) {
      unkept.add(item)
      keepTimer ??= clock.after(keepMs, () => void keepAll())
    }
    for (const each of item === undefined ? [...asked, ...lives.keys()] : [item]) if (asked.has(each) || lives.has(each)) changed.add(each)
    if (changed.size > 0) refreshTimer ??= clock.after(refreshMs, refresh)
    for (const listener of listeners) listener(item)
  })

  function report(error: unknown): void {
    if (!disposed) options.onError(error)
  }

  function textModel(item: ItemId): TextModel | undefined {
    const model = disposed ? undefined : options.modelOf(item)
    return isTextModel(model) ? model : undefined
  }

  /** What a row must be marked with to be as the text is; undefined for an empty one. */
  function markOf(item: ItemId, model: TextModel): string | undefined {
    const mark = reader.markOf(item)
    return mark === undefined ? undefined : rowMark(model, mark)
  }

  /** What a text says where that is known without opening it. @param read the row to look into */
  async function lookUp(
    item: ItemId,
    model: TextModel,
    read: (item: ItemId) => Promise<TextRow | undefined>,
  ): Promise<ReadText | undefined> {
    const open = reader.readOpen(item, model, maxContentLength)
    if (open !== undefined) return { text: open.text, mark: open.mark && rowMark(model, open.mark) }
    if (markOf(item, model) === undefined) return { text: '', mark: undefined }
    const row = closing.get(item) ?? (await read(item))
    return row !== undefined && row.mark === markOf(item, model) ? row : undefined
  }

  /** Reads a text from its blocks, one after another and each in a turn of its own. */
  function extract(item: ItemId, model: TextModel): Promise<ReadText | undefined> {
    const under = extracting.get(item)
    if (under !== undefined) return under
    const extracted = last.then(async () => {
      await new Promise<void>((resolve) => clock.after(0, resolve))
      if (textModel(item) !== model) return undefined
      // From here on what comes asks for another reading.
      extracting.delete(item)
      const read = await reader.read(item, model, maxContentLength)
      if (!read.ok) {
        if (read.error.code !== 'space-closed') report(read.error)
        return undefined
      }
      const { text } = read.value
      const mark = read.value.mark && rowMark(model, read.value.mark)
      if (mark !== undefined) await keep(item, mark, text)
      return { text, mark }
    })
    extracting.set(item, extracted)
    last = extracted
      .catch(() => {
        // Whoever waits for it is told.
      })
      .finally(() => extracting.get(item) === extracted && extracting.delete(item))
    return extracted
  }

  async function keep(item: ItemId, mark: string, text: string): Promise<void> {
    if (textModel(item) === undefined) return
    try {
      await rows.put(item, mark, excerptOfText(text), text)
    } catch {
      // It is read from blocks again the next time. That the disk is full, its state says.
    }
  }

  /** Stores what an open text says, while its document is at hand. */
  function keepOpen(item: ItemId): void {
    const model = textModel(item)
    const open = model && reader.readOpen(item, model, maxContentLength)
    if (model === undefined || open?.mark === undefined) return
    const mark = rowMark(model, open.mark)
    const read: ReadText = { text: open.text, mark }
    closing.set(item, read)
    void rows
      .readExcerpt(item)
      .then((row) => (row?.mark === mark ? undefined : keep(item, mark, open.text)))
      .catch(report)
      .finally(() => closing.get(item) === read && closing.delete(item))
  }

  async function keepAll(): Promise<void> {
    keepTimer = undefined
    const items = [...unkept]
    unkept.clear()
    for (const item of items) {
      keepOpen(item)
      await new Promise<void>((resolve) => clock.after(0, resolve))
    }
  }

  function take(item: ItemId, { text, mark }: ReadText): void {
    const excerpt = excerptOfText(text)
    if (asked.has(item)) {
      const before = excerpts.get(item)
      excerpts.set(item, { mark, excerpt })
      if (before?.excerpt !== excerpt) {
        untold.add(item)
        tellTimer ??= clock.after(tellMs, tell)
      }
    }
  }

  function tell(): void {
    tellTimer = undefined
    const items = [...untold]
    untold.clear()
    options.onExcerpts(items)
  }

  async function findExcerpt(item: ItemId): Promise<void> {
    const model = textModel(item)
    if (model === undefined) return
    const found = (await lookUp(item, model, rows.readExcerpt)) ?? (await extract(item, model))
    if (found !== undefined && textModel(item) === model) take(item, found)
  }

  async function contentOf(item: ItemId): Promise<string | undefined> {
    const model = textModel(item)
    if (model === undefined) return undefined
    const found = (await lookUp(item, model, rows.readContent)) ?? (await extract(item, model))
    return found?.text
  }

  async function findContent(item: ItemId, entry: LiveContent): Promise<void> {
    entry.isAsking = true
    const content = await contentOf(item).finally(() => (entry.isAsking = false))
    if (disposed || lives.get(item)?.has(entry) !== true) return
    entry.dirty ||= entry.content !== content
    entry.content = content
    if (entry.value.refresh()) entry.value.tell()
  }

  function findContents(item: ItemId): void {
    for (const entry of lives.get(item) ?? []) void findContent(item, entry).catch(report)
  }

  function add(item: ItemId, entry: LiveContent): void {
    const entries = lives.get(item) ?? new Set()
    lives.set(item, entries.add(entry))
  }

  function refresh(): void {
    refreshTimer = undefined
    const items = [...changed]
    changed.clear()
    for (const item of items) {
      const model = textModel(item)
      const known = excerpts.get(item)
      findContents(item)
      if (!asked.has(item) || model === undefined) continue
      // An open text may say more than blocks do.
      const isSame = known?.mark !== undefined && known.mark === markOf(item, model) && !reader.isOpen(item)
      if (!isSame) void findExcerpt(item).catch(report)
    }
  }

  return {
    knownExcerpt: (item) => excerpts.get(item)?.excerpt,
    excerptOf(item) {
      const known = excerpts.get(item)
      if (known === undefined && !asked.has(item) && textModel(item) !== undefined) {
        asked.add(item)
        void findExcerpt(item).catch(report)
      }
      return known?.excerpt
    },
    contentOf,
    live(item) {
      const [present] = lives.get(item) ?? []
      if (present !== undefined) return present.value
      const entry: LiveContent = {
        content: undefined,
        dirty: false,
        isAsking: false,
        value: createLiveValue<string | undefined>({
          clock,
          closeAfterMs: 1000,
          onError: report,
          open() {
            add(item, entry)
            const model = textModel(item)
            entry.content = model && reader.readOpen(item, model, maxContentLength)?.text
            if (entry.content === undefined) void findContent(item, entry).catch(report)
          },
          close() {
            const entries = lives.get(item)
            entries?.delete(entry)
            if (entries?.size === 0) lives.delete(item)
          },
          isDirty: () => entry.dirty,
          read() {
            entry.dirty = false
            return entry.content
          },
          isSame: Object.is,
        }),
      }
      add(item, entry)
      return entry.value
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    noteItems() {
      for (const [item, entries] of lives) {
        const isWanted = [...entries].some(({ content, isAsking }) => content === undefined && !isAsking)
        if (isWanted && textModel(item) !== undefined) findContents(item)
      }
    },
    forget(items) {
      const gone = [...items]
      for (const item of gone) {
        excerpts.delete(item)
        asked.delete(item)
        findContents(item)
      }
      void rows.delete(gone).catch(report)
    },
    dispose() {
      disposed = true
      stop()
      clock.clear(keepTimer)
      clock.clear(refreshTimer)
      clock.clear(tellTimer)
      for (const { value } of [...lives.values()].flatMap((entries) => [...entries])) value.dispose()
      lives.clear()
    },
  }
}

function rowMark(model: TextModel, mark: string): string {
  return `${version} ${model} ${mark}`
}

/** How a text begins, in one line. */
function excerptOfText(text: string): string {
  return cutText(
    text
      .slice(0, 10 * maxExcerptLength)
      .replace(/\s+/g, ' ')
      .trim(),
    maxExcerptLength,
  )
}
