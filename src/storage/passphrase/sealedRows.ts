import { createDecoder, readAny } from 'lib0/decoding'
import { encode, writeAny } from 'lib0/encoding'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { RowCipher } from '../../crypto/rowCipher.ts'
import { label, labelledHash } from '../../crypto/labels.ts'
import { concatBytes, equalBytes, isBytes, utf8 } from '../../shared/bytes.ts'
import type { SpaceId } from '../../shared/ids.ts'
import { isSealed, sealedMark, sealedValue } from './sealedForm.ts'
import type { PendingRow, RowChange, StorageBatch } from '../storage.ts'

/*
 * Rows as they lie on the disk of a device with a passphrase (docs/PROTOCOL.md#rows-under-a-passphrase): values of the keys table, membership operations
 * and updates of the write-ahead log are sealed, each bound to its place; what names a row is not, nor is a key that only the platform holds. A reader
 * takes sealed and open rows alike: a tab that has not heard yet may write open ones.
 */

/** Seals rows under the newest of its keys, and opens those under any. */
export interface RowSeal {
  sealBatch(batch: StorageBatch): StorageBatch
  /** @returns undefined where the row is damaged; `unknown-key` where another key sealed it */
  openValue(key: string, value: unknown): Opened<unknown>
  openOperation(space: SpaceId, operation: Uint8Array): Opened<Uint8Array>
  openUpdate(row: PendingRow): Opened<Uint8Array>
  /** Seals what lies open, or under another than the newest key. */
  readonly sealing: RowChange
  /** Opens what is sealed. */
  readonly opening: RowChange
}

export type Opened<T> = { readonly status: 'open'; readonly value: T } | { readonly status: 'damaged' | 'unknown-key' }

const nonceLength = 12
const keyNameLength = 8

export interface RowSealOptions {
  readonly crypto: Pick<CryptoPort, 'hash' | 'randomBytes'>
  readonly cipher: RowCipher
  /** 32 bytes each, the newest first. */
  readonly keys: readonly Uint8Array[]
  /** Whether the row of a key must be read without the passphrase. */
  readonly staysOpen: (key: string) => boolean
}

export function createRowSeal(options: RowSealOptions): RowSeal {
  const { crypto, cipher, staysOpen } = options
  const keys = options.keys.map((key) => ({ key, name: labelledHash(crypto, 'row key', key).slice(0, keyNameLength) }))

  function seal(place: string, plaintext: Uint8Array): Uint8Array {
    const { key, name } = keys[0]!
    const nonce = crypto.randomBytes(nonceLength)
    return concatBytes(name, nonce, cipher.sealRow(key, nonce, plaintext, boundTo(place)))
  }

  function open(place: string, sealed: Uint8Array): Opened<Uint8Array> {
    const by = keys.find(({ name }) => equalBytes(name, sealed.subarray(0, keyNameLength)))
    if (by === undefined) return { status: 'unknown-key' }
    const body = keyNameLength + nonceLength
    const value = cipher.openRow(by.key, sealed.slice(keyNameLength, body), sealed.slice(body), boundTo(place))
    return value === undefined ? { status: 'damaged' } : { status: 'open', value }
  }

  function openBytes(place: string, bytes: Uint8Array): Opened<Uint8Array> {
    return isSealed(bytes) ? open(place, bytes.subarray(sealedMark.length)) : { status: 'open', value: bytes }
  }

  function openValue(key: string, value: unknown): Opened<unknown> {
    const sealed = sealedValue(value)
    if (sealed === undefined) return { status: 'open', value }
    const opened = open(placeOfKey(key), sealed)
    if (opened.status !== 'open') return opened
    try {
      return { status: 'open', value: readAny(createDecoder(opened.value)) }
    } catch {
      // Sealed by who had the key while it lay open.
      return { status: 'damaged' }
    }
  }

  function sealedForm(key: string, value: unknown): unknown {
    if (staysOpen(key) || !isPlain(value)) return value
    return {
      sealedRow: seal(
        placeOfKey(key),
        encode((encoder) => writeAny(encoder, withOwnBytes(value))),
      ),
    }
  }

  function sealBytes(place: string, bytes: Uint8Array): Uint8Array {
    return concatBytes(sealedMark, seal(place, bytes))
  }

  function isUnderNewest(sealed: Uint8Array): boolean {
    return equalBytes(keys[0]!.name, sealed.subarray(0, keyNameLength))
  }

  /** What a sealed row becomes when it is sealed again; undefined where it lies right, or cannot be opened. */
  function again(place: string, bytes: Uint8Array): Uint8Array | undefined {
    if (isSealed(bytes) && isUnderNewest(bytes.subarray(sealedMark.length))) return undefined
    const opened = openBytes(place, bytes)
    return opened.status === 'open' ? sealBytes(place, opened.value) : undefined
  }

  function opened(place: string, bytes: Uint8Array): Uint8Array | undefined {
    const now = isSealed(bytes) ? openBytes(place, bytes) : undefined
    return now?.status === 'open' ? now.value : undefined
  }

  return {
    sealBatch({ putKeys, putMembership, putPending, ...rest }) {
      return {
        ...rest,
        ...(putKeys && { putKeys: putKeys.map(({ key, value }) => ({ key, value: sealedForm(key, value) })) }),
        ...(putMembership && {
          putMembership: putMembership.map((row) => ({ ...row, operation: sealBytes(placeOfOperation(row.space), row.operation) })),
        }),
        ...(putPending && { putPending: putPending.map((row) => ({ ...row, update: sealBytes(placeOfUpdate(row), row.update) })) }),
      }
    },
    openValue,
    openOperation: (space, operation) => openBytes(placeOfOperation(space), operation),
    openUpdate: (row) => openBytes(placeOfUpdate(row), row.update),
    sealing: {
      key(key, value) {
        const sealed = sealedValue(value)
        if (sealed !== undefined && isUnderNewest(sealed)) return undefined
        const now = openValue(key, value)
        if (now.status !== 'open') return undefined
        const form = sealedForm(key, now.value)
        return form === value ? undefined : form
      },
      operation: (space, operation) => again(placeOfOperation(space), operation),
      pending: (row) => again(placeOfUpdate(row), row.update),
    },
    opening: {
      key(key, value) {
        const now = sealedValue(value) === undefined ? undefined : openValue(key, value)
        return now?.status === 'open' ? now.value : undefined
      },
      operation: (space, operation) => opened(placeOfOperation(space), operation),
      pending: (row) => opened(placeOfUpdate(row), row.update),
    },
  }
}

function boundTo(place: string): Uint8Array {
  return concatBytes(label('sealed row'), utf8(place))
}

function placeOfKey(key: string): string {
  return `key ${key}`
}

/** An operation says itself which it is. */
function placeOfOperation(space: SpaceId): string {
  return `operation ${space}`
}

function placeOfUpdate({ space, key }: PendingRow): string {
  return `update ${space} ${key}`
}

type Plain = Parameters<typeof writeAny>[1]

/** Whether lib0 writes all of a value: a key object of the platform it does not. */
function isPlain(value: unknown): value is Plain {
  if (typeof value === 'function' || typeof value === 'symbol') return false
  if (typeof value !== 'object' || value === null || isBytes(value)) return true
  if (Array.isArray(value)) return value.every(isPlain)
  const prototype = Object.getPrototypeOf(value) as unknown
  const isObject = prototype === null || Object.getPrototypeOf(prototype) === null
  return isObject && Object.values(value).every(isPlain)
}

/** The same value with bytes of this realm: lib0 takes those of another for objects. */
function withOwnBytes(value: Plain): Plain {
  if (isBytes(value)) return Uint8Array.from(value)
  if (Array.isArray(value)) return value.map(withOwnBytes)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withOwnBytes(part as Plain)]))
}
