import { bareName } from '../../components/basics/plainName.ts'
import type { LinkableItem } from './itemLinkNode.ts'
import { maxSuggestions, type Suggestion } from './suggestion.ts'

type Found = readonly LinkableItem[] | Promise<readonly LinkableItem[]>

/** What an app found, as it is offered. */
export function suggestItems(found: Found, untitled: string): readonly Suggestion[] | Promise<readonly Suggestion[]> {
  const offer = (items: readonly LinkableItem[]): readonly Suggestion[] =>
    items.slice(0, maxSuggestions).map(({ id, label }) => ({ id, label: bareName(label) || untitled }))
  return 'then' in found ? found.then(offer) : offer(found)
}
