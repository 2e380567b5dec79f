import { bareName } from '../../components/basics/plainName.ts'
import { foldText } from '../../database/search/foldText.ts'
import type { MentionablePerson } from './mentionNode.ts'
import type { Suggestion } from './suggestion.ts'

/** Those in whose names a word begins like what was typed, those first whose whole name does. Without anything typed all. */
export function findPeople(people: Iterable<MentionablePerson>, typed: string, unnamed: string): Suggestion[] {
  const wanted = foldText(typed.trim())
  const found = [...people].map((person) => {
    const label = bareName(person.name) || unnamed
    const name = foldText(label)
    return { person, id: person.id, label, rank: name.startsWith(wanted) ? 0 : name.includes(` ${wanted}`) ? 1 : 2 }
  })
  return [0, 1].flatMap((rank) => found.filter((each) => each.rank === rank).map(({ id, label, person }) => ({ id, label, person })))
}
