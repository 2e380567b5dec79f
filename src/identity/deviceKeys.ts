import type { AgreementKey, CryptoPort, SigningKey, WrappingKey } from '../crypto/cryptoPort.ts'
import { deriveKey } from '../crypto/labels.ts'
import { equalBytes, isBytes, utf8 } from '../shared/bytes.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { Storage } from '../storage/storage.ts'

/*
 * The secrets of one device, and the rows in which they lie.
 *
 * A key that never leaves the platform protects from scripts that copy secrets, not from scripts that use them. Browsers lose such
 * keys in storage in several ways (a clone error, a row that comes back empty, a key of an unknown kind), so each is written, read
 * back and used once before anything depends on it; where that fails its 32 secret bytes take its place, wrapped if a wrapping key
 * survives. Whoever can read the whole disk outside the browser has the keys in either form.
 */

/** The rows, each key in its own: one that a browser loses must not take the others with it. */
export const deviceKeyRows = { sign: 'identity/sign', seal: 'identity/seal', wrap: 'identity/wrap' } as const

/** A key as a row holds it: what the crypto port stores, or 32 secret bytes under the wrapping key. */
export type StoredDeviceKey = { readonly form: 'key'; readonly key: unknown } | { readonly form: 'wrapped'; readonly wrapped: Uint8Array }

/** Rows that a page which ended half-way may have left behind: a key of the platform, which no passphrase seals. */
export const trialKeyRows: readonly string[] = Object.values(deviceKeyRows).map(trialRowOf)

/** The secret keys of this device and what to write to keep them. */
export interface DeviceKeys {
  readonly signing: SigningKey
  readonly agreement: AgreementKey
  /** Wraps what else must not lie open on the disk. */
  readonly wrapping: WrappingKey
  readonly rows: readonly { readonly key: string; readonly value: unknown }[]
}

/** The 32 secret bytes of each key, where they are known outside the platform. */
export interface DeviceSeeds {
  readonly sign: Uint8Array
  readonly seal: Uint8Array
}

/**
 * The secrets of a device of whoever has the words: so that they can be put under a passphrase later, although the platform gives its keys to nobody.
 * @param salt 32 random bytes of this device
 */
export function deriveDeviceSeeds(crypto: CryptoPort, entropy: Uint8Array, salt: Uint8Array): DeviceSeeds {
  return { sign: deriveKey(crypto, entropy, salt, 'device sign'), seal: deriveKey(crypto, entropy, salt, 'device seal') }
}

/** Which row could not be read as what it should be. */
export type DamagedRow = (typeof deviceKeyRows)[keyof typeof deviceKeyRows]

const trialMessage = utf8('does this key survive storage?')

/**
 * New keys for this device, each tried in storage first. Nothing stays there: the caller writes `rows` together with what they belong to.
 * @param seeds what the keys are made of; chance by default
 * @throws EchoError of storage where not even plain bytes can be written.
 */
export async function createDeviceKeys(crypto: CryptoPort, storage: Storage, seeds?: DeviceSeeds): Promise<DeviceKeys> {
  const wrapping = await createWrapping(crypto, storage)

  async function choose<Key extends { readonly stored: unknown }>(
    row: string,
    seed: Uint8Array | undefined,
    create: () => Promise<Key>,
    restore: (stored: unknown) => Promise<Key | undefined>,
    isSame: (key: Key, restored: Key) => Promise<boolean>,
  ): Promise<{ readonly key: Key; readonly row: { readonly key: string; readonly value: StoredDeviceKey } }> {
    const key = await create()
    const isKept = await survivesStorage(storage, row, key.stored, async (stored) => {
      const restored = await restore(stored)
      return restored !== undefined && (await isSame(key, restored))
    })
    if (isKept) return { key, row: { key: row, value: { form: 'key', key: key.stored } } }
    const secret = seed ?? crypto.randomBytes(32)
    const fallback = await restore(secret)
    if (fallback === undefined) throw new TypeError('the crypto port restores no key from secret bytes')
    return { key: fallback, row: { key: row, value: { form: 'wrapped', wrapped: await wrapping.wrap(secret) } } }
  }

  const signing = await choose(
    deviceKeyRows.sign,
    seeds?.sign,
    () => (seeds === undefined ? crypto.createSigningKey() : crypto.signingKeyFromSeed(seeds.sign)),
    (stored) => crypto.restoreSigningKey(stored),
    async (key, restored) => crypto.verify(key.publicKey, trialMessage, await restored.sign(trialMessage)),
  )
  const peer = await crypto.createAgreementKey()
  const agreement = await choose(
    deviceKeyRows.seal,
    seeds?.seal,
    () => (seeds === undefined ? crypto.createAgreementKey() : crypto.agreementKeyFromSeed(seeds.seal)),
    (stored) => crypto.restoreAgreementKey(stored),
    async (key, restored) => isSameSecret(await key.agree(peer.publicKey), await restored.agree(peer.publicKey)),
  )
  const rows = [{ key: deviceKeyRows.wrap, value: wrapping.stored }, signing.row, agreement.row]
  return { signing: signing.key, agreement: agreement.key, wrapping, rows }
}

/** The keys behind the values of the three rows, or the row that does not hold one. Never throws. */
export async function restoreDeviceKeys(
  crypto: CryptoPort,
  values: { readonly sign: unknown; readonly seal: unknown; readonly wrap: unknown },
): Promise<Result<Omit<DeviceKeys, 'rows'>, DamagedRow>> {
  const wrapping = await crypto.restoreWrappingKey(values.wrap)
  if (wrapping === undefined) return fail(deviceKeyRows.wrap)
  const signing = await crypto.restoreSigningKey(await storedForm(wrapping, values.sign))
  if (signing === undefined) return fail(deviceKeyRows.sign)
  const agreement = await crypto.restoreAgreementKey(await storedForm(wrapping, values.seal))
  if (agreement === undefined) return fail(deviceKeyRows.seal)
  return ok({ signing, agreement, wrapping })
}

/**
 * The rows with nothing in them that only the platform holds, and what wraps from now on, for rows that are sealed themselves. A key whose secret nobody
 * knows is left out, and stays with the platform.
 * @param values of the rows as they are now, which `wrapping` belongs to
 */
export async function portableKeyRows(
  crypto: CryptoPort,
  wrapping: WrappingKey,
  values: { readonly sign: unknown; readonly seal: unknown },
  seeds: DeviceSeeds | undefined,
): Promise<{ readonly wrapping: WrappingKey; readonly rows: DeviceKeys['rows'] }> {
  const secret = crypto.randomBytes(32)
  const next = await crypto.restoreWrappingKey(secret)
  if (next === undefined) throw new TypeError('the crypto port restores no key from secret bytes')
  const rows: { key: string; value: unknown }[] = [{ key: deviceKeyRows.wrap, value: secret }]
  for (const name of ['sign', 'seal'] as const) {
    const seed = seeds?.[name] ?? (await unwrapped(wrapping, values[name]))
    if (seed !== undefined) rows.push({ key: deviceKeyRows[name], value: { form: 'wrapped', wrapped: await next.wrap(seed) } })
  }
  return { wrapping: next, rows }
}

async function createWrapping(crypto: CryptoPort, storage: Storage): Promise<WrappingKey> {
  const key = await crypto.createWrappingKey()
  const wrapped = await key.wrap(trialMessage)
  const isKept = await survivesStorage(storage, deviceKeyRows.wrap, key.stored, async (stored) => {
    const restored = await crypto.restoreWrappingKey(stored)
    return isSameSecret(trialMessage, await restored?.unwrap(wrapped))
  })
  const kept = isKept ? key : await crypto.restoreWrappingKey(crypto.randomBytes(32))
  if (kept === undefined) throw new TypeError('the crypto port restores no key from secret bytes')
  return kept
}

/** Writes a value to a row of its own, reads it back and uses it. Any failure counts as no: if storage itself is out of order the next write says so. */
async function survivesStorage(
  storage: Storage,
  row: string,
  value: unknown,
  works: (stored: unknown) => Promise<boolean>,
): Promise<boolean> {
  const trial = trialRowOf(row)
  try {
    await storage.write({ putKeys: [{ key: trial, value }] }, 'strict')
    const isKept = await works(await storage.readKey(trial))
    await storage.write({ deleteKeys: [trial] }, 'strict')
    return isKept
  } catch {
    return false
  }
}

function trialRowOf(row: string): string {
  return `trial/${row}`
}

async function storedForm(wrapping: WrappingKey, value: unknown): Promise<unknown> {
  if (typeof value !== 'object' || value === null) return undefined
  const { form, key } = value as { form?: unknown; key?: unknown }
  return form === 'key' ? key : unwrapped(wrapping, value)
}

/** The secret bytes in a row that holds them wrapped. */
async function unwrapped(wrapping: WrappingKey, value: unknown): Promise<Uint8Array | undefined> {
  if (typeof value !== 'object' || value === null) return undefined
  const { form, wrapped } = value as { form?: unknown; wrapped?: unknown }
  return form === 'wrapped' && isBytes(wrapped) ? wrapping.unwrap(wrapped) : undefined
}

function isSameSecret(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && equalBytes(a, b)
}
