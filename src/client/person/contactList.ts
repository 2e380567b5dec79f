import type { IdentityId, SpaceId } from '../../shared/ids.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import type { SpaceProperties } from '../../database/spaceProperties.ts'
import { haloContacts } from './haloItems.ts'
import type { SpaceDirectory } from '../spaces/spaceDirectory.ts'
import type { ContactInfo } from '../states.ts'

/** The people met in all spaces: members of those that are open, and whom the own devices remember. */
export interface ContactList {
  readonly list: Readable<readonly ContactInfo[]>
  /** What the private space holds now; undefined = it is not open. */
  setHalo(properties: Readable<SpaceProperties> | undefined): void
  dispose(): void
}

export function createContactList(directory: Pick<SpaceDirectory, 'handles' | 'list'>): ContactList {
  const list = createWritable<readonly ContactInfo[]>([])
  const watched = new Map<unknown, () => void>()
  let halo: Readable<SpaceProperties> | undefined
  let stopHalo: () => void = () => {}
  const stopList = directory.list.subscribe(update)

  function read(): readonly ContactInfo[] {
    const contacts = new Map<IdentityId, ContactInfo>()
    for (const { open, space } of directory.handles()) {
      for (const { id, isMe, name, colour, emoji, picture } of space.members.get()) {
        if (isMe) continue
        const spaces: readonly SpaceId[] = [...(contacts.get(id)?.spaces ?? []), open.id]
        // Of a person without a signed profile each space knows the name given there.
        const known = contacts.get(id)
        const shown = open.profiles.state.get().has(id) || known === undefined ? { name, colour, emoji, picture } : known
        contacts.set(id, { id, ...definedParts(shown), spaces })
      }
    }
    for (const [id, { name, colour, emoji }] of haloContacts(halo?.get() ?? {})) {
      if (!contacts.has(id)) contacts.set(id, { id, ...definedParts({ name, colour, emoji, picture: undefined }), spaces: [] })
    }
    return [...contacts.values()].sort((a, b) => compareTexts(a.name, b.name) || compareTexts(a.id, b.id))
  }

  function update(): void {
    for (const handle of directory.handles()) if (!watched.has(handle)) watched.set(handle, handle.space.members.subscribe(update))
    const before = list.get()
    const next = read().map((contact) => before.find((former) => isSame(former, contact)) ?? contact)
    if (next.length !== before.length || next.some((contact, i) => contact !== before[i])) list.set(next)
  }

  return {
    list,
    setHalo(properties) {
      stopHalo()
      halo = properties
      stopHalo = properties?.subscribe(update) ?? (() => {})
      update()
    },
    dispose() {
      stopHalo()
      stopList()
      for (const stop of watched.values()) stop()
    },
  }
}

interface Parts {
  readonly name: string
  readonly colour?: string | undefined
  readonly emoji?: string | undefined
  readonly picture?: Uint8Array | undefined
}

function definedParts({ name, colour, emoji, picture }: Parts): Omit<ContactInfo, 'id' | 'spaces'> {
  return {
    name,
    ...(colour !== undefined && { colour }),
    ...(emoji !== undefined && { emoji }),
    ...(picture !== undefined && { picture }),
  }
}

function isSame(a: ContactInfo, b: ContactInfo): boolean {
  const isShownAlike = (['id', 'name', 'colour', 'emoji', 'picture'] as const).every((part) => a[part] === b[part])
  return isShownAlike && a.spaces.length === b.spaces.length && a.spaces.every((space, i) => space === b.spaces[i])
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
