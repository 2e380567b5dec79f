import type * as Y from 'yjs'
import type { Readable } from '../../shared/readable.ts'
import type { ItemId } from '../../shared/ids.ts'
import type { TextEdits } from './textEdits.ts'

/** How the text of an item is kept: as characters, or as a tree of elements with formatted texts. */
export type TextModel = 'text' | 'rich-text'

/** An open text: what editors bind to, and commands for whoever has no editor. */
export interface TextHandle extends TextEdits {
  readonly item: ItemId
  /**
   * The live text and its generation. Both change when the document is rebuilt: an editor binds to the new `yText` then. What is typed into the
   * former one afterwards is carried over.
   */
  readonly current: Readable<TextGeneration>
  /** The text as a string; kept up to date. */
  readonly content: Readable<string>
  /** Closes the document when the last one who opened it has released it. Idempotent. */
  release(): void
}

export interface TextGeneration {
  readonly generation: number
  readonly yText: Y.Text
}

/** An open rich text: what editors bind to. */
export interface RichTextHandle extends Omit<TextHandle, 'current' | keyof TextEdits> {
  /** The live tree and its generation, as {@link TextHandle.current}. */
  readonly current: Readable<RichTextGeneration>
  /** What it says without formatting: what stands in elements of its own on lines of its own. Kept up to date. */
  readonly content: Readable<string>
  /**
   * Commands on one of the tree's texts, with formatting. Whole elements are an editor's matter, or put into `yXml` as Yjs has it.
   * @throws EchoError handle-replaced for a text of another document, or of a former generation
   * @example
   * const [paragraph] = handle.current.get().yXml.toArray()
   * const [words] = (paragraph as Y.XmlElement).toArray()
   * handle.edit(words as Y.XmlText).format(0, 4, { bold: true })
   */
  edit(text: Y.XmlText): FormattedTextEdits
}

export interface FormattedTextEdits extends TextEdits {
  /** Sets formats of a range, such as `{ bold: true }`; null takes one away. @throws EchoError bad-value, read-only, disposed, handle-replaced */
  format(index: number, length: number, formats: Readonly<Record<string, unknown>>): void
}

export interface RichTextGeneration {
  readonly generation: number
  readonly yXml: Y.XmlFragment
}
