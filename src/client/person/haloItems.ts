import { concatBytes, equalBytes, isBytes } from '../../shared/bytes.ts'
import { idBytes, parseId, type DeviceId, type IdentityId, type SpaceId } from '../../shared/ids.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import { deriveKey } from '../../crypto/labels.ts'
import { maxNamedEnds } from '../spaces/deletedSpaces.ts'
import { checkedProfile, type Profile } from '../../identity/profileRecord.ts'
import { checkedEpochKey } from '../../access/keys/epochKeys.ts'
import type { EpochKey, KeyRing } from '../../access/keys/keyRing.ts'
import type { SpaceProperties } from '../../database/spaceProperties.ts'
import type { Value } from '../../database/types/values.ts'

/*
 * What one's own devices tell each other: properties of their private space, by name.
 *   profile                 the signed profile record
 *   recovery                { id, rk }: public key and rendezvous key of the invitation that the phrase gives; with them a device can host, not join
 *   space:<space id>        { name, key } or { gone, ends }         key = key id 32 · halo key id 32 · nonce 12 · sealed 48
 *                           gone = 'left' (or removed) or 'deleted'; ends = ids of the operations by which the person is out, 32 each, at most 16
 *   device:<device key>     { name, addedAt }                    as its person calls it; when it came, by its own clock, in ms
 *   contact:<identity>      { name, colour?, emoji?, counter }      of the signed profile; 0 where there is none
 *
 * A space's key is sealed once more, under a key derived from one of the private space's own, because caches and unsent edits lie in plain text on
 * disk. That a space is gone does not hold for a device that knows those operations and is a member nevertheless: the person has joined again.
 * Only own devices write here; still nothing is believed to have its form, for a newer version may have written it.
 */

/** A space as one's devices know it. */
export type HaloSpace =
  | { readonly gone: 'left' | 'deleted'; readonly ends: readonly Uint8Array[] }
  | { readonly gone: undefined; readonly name: string; readonly keyId: Uint8Array; readonly sealed: Uint8Array }

const spacePrefix = 'space:'
const contactPrefix = 'contact:'
const devicePrefix = 'device:'
const sealedBytes = 32 + 32 + 12 + 48

/** A person met in some space; the greater counter is the newer. */
export type HaloContact = Omit<Profile, 'picture'> & { readonly counter: number }

export const haloNames = {
  profile: 'profile',
  recovery: 'recovery',
  space: (id: SpaceId) => `${spacePrefix}${id}`,
  contact: (id: IdentityId) => `${contactPrefix}${id}`,
  device: (id: DeviceId) => `${devicePrefix}${id}`,
} as const

export function haloSpaces(properties: SpaceProperties): ReadonlyMap<SpaceId, HaloSpace> {
  return collect(properties, spacePrefix, (id) => parseId<SpaceId>(id, 32), readSpace)
}

export function haloContacts(properties: SpaceProperties): ReadonlyMap<IdentityId, HaloContact> {
  return collect(properties, contactPrefix, (id) => parseId<IdentityId>(id, 32), readContact)
}

/** What the person's devices are called, and when each came. */
export function haloDevices(properties: SpaceProperties): ReadonlyMap<DeviceId, { readonly name: string; readonly addedAt: number }> {
  return collect(
    properties,
    devicePrefix,
    (id) => parseId<DeviceId>(id, 32),
    (value) => {
      const { name, addedAt } = fieldsOf(value)
      return typeof name === 'string' && Number.isSafeInteger(addedAt) ? { name, addedAt: addedAt as number } : undefined
    },
  )
}

export function haloRecovery(properties: SpaceProperties): { readonly id: Uint8Array; readonly rk: Uint8Array } | undefined {
  const { id, rk } = fieldsOf(properties[haloNames.recovery])
  return isBytes(id) && isBytes(rk) && id.length === 32 && rk.length === 32 ? { id, rk } : undefined
}

export function haloProfile(properties: SpaceProperties): Uint8Array | undefined {
  const value = properties[haloNames.profile]
  return isBytes(value) ? value : undefined
}

/** The value of a space's property, or undefined where the private space has no key now. */
export async function spaceValue(
  crypto: CryptoPort,
  halo: { readonly id: SpaceId; readonly keyRing: KeyRing },
  space: SpaceId,
  name: string,
  key: EpochKey,
): Promise<Value | undefined> {
  const under = halo.keyRing.newest()
  if (under === undefined) return undefined
  const nonce = crypto.randomBytes(12)
  const sealed = await crypto.seal(sealingKey(crypto, halo.id, under), nonce, key.key, concatBytes(idBytes(space), key.id))
  return { name, key: concatBytes(key.id, under.id, nonce, sealed) }
}

/** The key in a space's property, or undefined where it does not open, or is not the one that it says. Never throws. */
export async function openSpaceKey(
  crypto: CryptoPort,
  halo: { readonly id: SpaceId; readonly keyRing: KeyRing },
  space: SpaceId,
  { keyId, sealed }: Extract<HaloSpace, { gone: undefined }>,
): Promise<EpochKey | undefined> {
  const under = halo.keyRing.get(sealed.subarray(32, 64))
  if (under === undefined) return undefined
  const additional = concatBytes(idBytes(space), keyId)
  const key = await crypto.open(sealingKey(crypto, halo.id, under), sealed.subarray(64, 76), sealed.subarray(76), additional)
  return key && checkedEpochKey(crypto, idBytes(space), keyId, key)
}

/** The value that says that a space is gone. */
export function goneValue(gone: 'left' | 'deleted', ends: readonly Uint8Array[]): Value {
  return { gone, ends: concatBytes(...ends.slice(0, maxNamedEnds)) }
}

function sealingKey(crypto: CryptoPort, halo: SpaceId, under: EpochKey): Uint8Array {
  return deriveKey(crypto, under.key, idBytes(halo), 'halo space key')
}

function readSpace(value: Value): HaloSpace | undefined {
  const { name, key, gone, ends } = fieldsOf(value)
  if (gone === 'left' || gone === 'deleted') {
    if (!isBytes(ends) || ends.length % 32 !== 0 || ends.length > 32 * maxNamedEnds) return undefined
    return { gone, ends: Array.from({ length: ends.length / 32 }, (_, i) => ends.slice(32 * i, 32 * i + 32)) }
  }
  if (!isBytes(key) || key.length !== sealedBytes) return undefined
  return { gone: undefined, name: typeof name === 'string' ? name : '', keyId: key.slice(0, 32), sealed: key }
}

function readContact(value: Value): HaloContact | undefined {
  const { name, colour, emoji, counter } = fieldsOf(value)
  if (typeof name !== 'string' || typeof counter !== 'number' || !Number.isSafeInteger(counter)) return undefined
  try {
    const profile = { name, ...(typeof colour === 'string' && { colour }), ...(typeof emoji === 'string' && { emoji }) }
    return { ...checkedProfile(profile), counter }
  } catch {
    return undefined
  }
}

/** Whether a space's property holds this key. */
export function holdsKey(item: HaloSpace | undefined, key: EpochKey): boolean {
  return item?.gone === undefined && item !== undefined && equalBytes(item.keyId, key.id)
}

function fieldsOf(value: Value | undefined): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {}
}

function collect<Id extends string, T>(
  properties: SpaceProperties,
  prefix: string,
  parse: (id: string) => Id | undefined,
  read: (value: Value) => T | undefined,
): ReadonlyMap<Id, T> {
  const found = new Map<Id, T>()
  for (const [name, value] of Object.entries(properties)) {
    const id = name.startsWith(prefix) ? parse(name.slice(prefix.length)) : undefined
    const item = id === undefined ? undefined : read(value)
    if (id !== undefined && item !== undefined) found.set(id, item)
  }
  return found
}
