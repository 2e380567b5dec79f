import type { Editor } from '@tiptap/core'
import { absolutePositionToRelativePosition, relativePositionToAbsolutePosition, ySyncPluginKey } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { placeInRebuilt } from '../../documents/verdicts/placeInRebuilt.ts'

/** Both ends of a selection, in positions of an editor's document. */
export interface Selection {
  readonly from: number
  readonly to: number
}

/**
 * Notes what an editor has selected, which may go with the tree under it.
 * @returns where that is in the editor of the rebuilt tree
 */
export function noteSelection(former: Editor, formerXml: Y.XmlFragment): (next: Editor, nextXml: Y.XmlFragment) => Selection {
  const { from, to } = former.state.selection
  const places = [from, to].map((position) => placeOf(former, formerXml, position))
  return (next, nextXml) => {
    const end = next.state.doc.content.size
    const [first, last] = places.map((place) => place && positionOf(next, nextXml, place))
    return { from: first ?? Math.min(from, end), to: last ?? Math.min(to, end) }
  }
}

type Place = Parameters<typeof placeInRebuilt>[0]

function placeOf(editor: Editor, yXml: Y.XmlFragment, position: number): Place | undefined {
  const place = absolutePositionToRelativePosition(position, yXml, mappingOf(editor)) as Y.RelativePosition
  const found = Y.createAbsolutePositionFromRelativePosition(place, yXml.doc!)
  return found?.type instanceof Y.XmlText ? { text: found.type, index: found.index } : undefined
}

function positionOf(editor: Editor, yXml: Y.XmlFragment, former: Place): number | undefined {
  const place = placeInRebuilt(former, yXml.doc!)
  if (place === undefined) return undefined
  const relative = Y.createRelativePositionFromTypeIndex(place.text, place.index, -1)
  return relativePositionToAbsolutePosition(yXml.doc!, yXml, relative, mappingOf(editor)) ?? undefined
}

type Mapping = Parameters<typeof relativePositionToAbsolutePosition>[3]

function mappingOf({ state }: Editor): Mapping {
  return (ySyncPluginKey.getState(state) as { readonly binding: { readonly mapping: Mapping } }).binding.mapping
}
