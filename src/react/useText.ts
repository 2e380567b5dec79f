'use client'
import { useMemo } from 'react'
import { useEchoContext } from './echoContext.ts'
import { useOpening } from './useOpening.ts'
import { useReadable } from './useReadable.ts'
import type { Space } from '../client/echo.ts'
import type { TextHandles } from '../documents/texts/openText.ts'
import type { RichTextGeneration, TextGeneration, TextModel } from '../documents/texts/textHandle.ts'

interface OpenTexts {
  readonly text: OpenText
  readonly 'rich-text': OpenRichText
}

/** An open text and what an editor binds to now; a new object whenever that changes. */
export interface OpenText extends Pick<TextHandles['text'], 'item' | 'current' | 'content'>, TextGeneration {
  /** Whether this person may only read the space: an editor must not take input then. */
  readonly readOnly: boolean
}

/** An open rich text, as {@link OpenText}. */
export interface OpenRichText extends Pick<TextHandles['rich-text'], 'item' | 'current' | 'content'>, RichTextGeneration {
  readonly readOnly: boolean
}

/**
 * The live text of a text item, for editors. Suspends while it is opened for the first time; it closes soon after its last component is gone.
 * When the document is rebuilt, `generation` and `yText` (of a rich text `yXml`) change and editors bind anew. Undefined for an undefined space or id.
 * @param model which kind of text it is, plain by default
 * @throws EchoError no-provider; item-not-found and wrong-kind go to the nearest error boundary
 * @example
 * const text = useText(space, noteId)
 * return text && <TextField text={text} label="Notes" multiline />
 * @example
 * const page = useText(space, pageId, 'rich-text')
 * useEffect(() => page && bindEditor(element, page.yXml), [page])
 */
export function useText<Model extends TextModel = 'text'>(space: Space, id: string, model?: Model): OpenTexts[Model]
export function useText<Model extends TextModel = 'text'>(
  space: Space | undefined,
  id: string | undefined,
  model?: Model,
): OpenTexts[Model] | undefined
export function useText(space: Space | undefined, id: string | undefined, model: TextModel = 'text'): OpenText | OpenRichText | undefined {
  const { texts } = useEchoContext()
  const opening =
    space === undefined || id === undefined
      ? undefined
      : texts.open(
          space,
          `${model}/${id}`,
          () => space.openText(id, model),
          () => space.peekText(id, model),
        )
  const handle = useOpening(opening)
  const current = useReadable<TextGeneration | RichTextGeneration>(handle?.current)
  const readOnly = useReadable(space?.info)?.role === 'reader'
  return useMemo(() => {
    if (handle === undefined || current === undefined) return undefined
    const { item, current: source, content } = handle
    return { item, current: source, content, ...current, readOnly } as OpenText | OpenRichText
  }, [handle, current, readOnly])
}
