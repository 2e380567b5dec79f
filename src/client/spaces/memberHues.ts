/** So many hues can be told apart at the lightness and chroma that the kit draws people with. */
const hueCount = 12
const degreesApart = 360 / hueCount

/** The hue of an id by itself, in degrees: one of twelve, the same everywhere. */
export function hueOf(id: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return (((hash ^ (hash >>> 13)) >>> 0) % hueCount) * degreesApart
}

/**
 * The hues of people who are seen together, each another one while there are enough, by their ids alone and so alike on every device. The first of an
 * id's own hue has it, and each of the others the free one that is farthest from all that are taken: so few of them change when somebody comes or goes.
 * Whoever is left over, from the thirteenth on, has the id's own.
 * @returns degrees by id
 */
export function huesOf<Id extends string>(ids: Iterable<Id>): ReadonlyMap<Id, number> {
  const hues = new Map<Id, number>()
  const free = new Set(Array.from({ length: hueCount }, (_, i) => i * degreesApart))
  const rest: Id[] = []
  for (const id of [...ids].sort()) {
    if (free.delete(hueOf(id))) hues.set(id, hueOf(id))
    else rest.push(id)
  }
  for (const id of rest) {
    const taken = [...hues.values()]
    const roomAround = (hue: number) => Math.min(...taken.map((other) => 180 - Math.abs(180 - Math.abs(hue - other))))
    const hue = [...free].reduce((best, next) => (roomAround(next) > roomAround(best) ? next : best), [...free][0] ?? hueOf(id))
    free.delete(hue)
    hues.set(id, hue)
  }
  return hues
}

/** The hue in which somebody is drawn beside others of a space: that of the member, or of the id alone for who is none (any more). */
export function hueIn(members: readonly { readonly id: string; readonly hue: number }[], id: string): number {
  return members.find((member) => member.id === id)?.hue ?? hueOf(id)
}
