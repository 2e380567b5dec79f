import { concatBytes, equalBytes } from '../../shared/bytes.ts'
import { decode, Writer } from '../../shared/encoding.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import { labelledHash } from '../../crypto/labels.ts'
import { plaintextHashKey } from '../../access/keys/epochKeys.ts'
import type { KeyRing } from '../../access/keys/keyRing.ts'
import { clientIdOf } from '../clientId.ts'
import { completeRun, decodeRun, encodeRun, maxRunBytes, maxRunHeaders, type HeaderRun, type RunHeader } from './differenceHeaders.ts'
import { maxEnvelopeBytes, maxPayloadBytes, openSealed, sealEnvelope, type Sealer } from '../envelope.ts'
import type { BlockHeader } from '../header.ts'
import { readPayloads, writePayloads } from './payloadDifferences.ts'

/*
 * A bundle holds consecutive blocks of one feed in little room (docs/PROTOCOL.md#bundle):
 *
 * head  = 01 · encoding u8 (0 raw · 1 deflated) · bytes run · signature 64           run: feed/bundles/differenceHeaders.ts; the signature is the last block's
 * parts = list envelope                                                             one for each document, in the order in which the run names them first
 *         plaintext = encoding u8 (0 raw · 1 deflated) · the payloads of the document's blocks (feed/bundles/payloadDifferences.ts)
 *         additional data = H(`bundle`, head) + document 16
 *
 * Each header holds the hash of the one before, so the one signature proves the run: whoever opened the parts hashes the payloads, makes the headers and
 * comes to the id that was signed, or something was changed. Ids, clocks and past stay those of the blocks. Any member can bundle anyone's feed.
 */
export interface Bundle {
  readonly head: Uint8Array
  readonly parts: Uint8Array
}

/** What a head says before any payload is opened. */
export interface BundleHead {
  readonly run: HeaderRun
  /** 64 bytes: sign(`block`, header) of the last header. */
  readonly signature: Uint8Array
}

/** A bundle's blocks, proven by nothing but what {@link BundleHead.signature} turns out to be worth. */
export interface OpenedBundle {
  readonly head: BundleHead
  readonly blocks: readonly (RunHeader & { readonly payload: Uint8Array })[]
}

/** The most bytes that the payloads of a bundle take. */
export const maxBundlePayloadBytes = 1024 * 1024
/** The longest head, in bytes. */
export const maxHeadBytes = maxRunBytes + 128
/** The longest parts, in bytes. */
export const maxPartsBytes = maxBundlePayloadBytes + maxRunHeaders * 256
/** The payloads of a part with their lengths. */
const maxPartBytes = maxBundlePayloadBytes + maxRunHeaders * 4

const version = 1
const encoding = { raw: 0, deflated: 1 } as const
/** Below this, deflating costs more time than it saves room. */
const minDeflatedBytes = 256

/** `unknown-key`: it may open later. `inflate`: not deflated, or more than it may hold. `parts`: they do not fit the headers. */
export type BundleFault = 'malformed' | 'newer-version' | 'unknown-key' | 'aead' | 'inflate' | 'parts'

/**
 * Bundles consecutive blocks of one feed and author.
 * @param signature of the last one
 * @returns undefined where they take more than a bundle may hold
 */
export async function createBundle(
  crypto: CryptoPort,
  sealer: Sealer,
  blocks: readonly { readonly header: BlockHeader; readonly payload: Uint8Array }[],
  signature: Uint8Array,
): Promise<Bundle | undefined> {
  if (blocks.length > maxRunHeaders || blocks.reduce((sum, { payload }) => sum + payload.length, 0) > maxBundlePayloadBytes)
    return undefined
  const run = encodeRun(blocks.map(({ header }) => header))
  if (run.length > maxRunBytes) return undefined
  const packed = await pack(crypto, run)
  const head = new Writer().u8(version).u8(packed[0]!).bytes(packed.subarray(1)).fixed(signature).finish()
  const byDocument = groupByDocument(blocks.map(({ header }) => header))
  const client = clientOf(crypto, blocks[0]!.header)
  const parts = await Promise.all(
    byDocument.map(async ({ document, indexes }) => {
      const payloads = new Writer()
      writePayloads(
        payloads,
        client,
        indexes.map((i) => blocks[i]!.payload),
        indexes.map((i) => blocks[i]!.header.from),
      )
      return sealEnvelope(crypto, sealer, await pack(crypto, payloads.finish()), partData(crypto, head, document))
    }),
  )
  return { head, parts: new Writer().list(parts, (part, writer) => writer.bytes(part)).finish() }
}

/** Reads a head without opening any payload. Never throws. */
export async function openBundleHead(crypto: CryptoPort, head: Uint8Array): Promise<Result<BundleHead, BundleFault>> {
  if (head.length > maxHeadBytes) return fail('malformed')
  if (head[0]! > version) return fail('newer-version')
  const fields = decode(head, (reader) => {
    if (reader.u8() !== version) reader.refuse()
    return { encoding: reader.u8(), run: reader.bytes(maxRunBytes), signature: reader.fixed(64) }
  })
  if (!fields.ok) return fail('malformed')
  const bytes = await unpack(crypto, fields.value.encoding, fields.value.run, maxRunBytes)
  if (!bytes.ok) return bytes
  const run = decodeRun(bytes.value)
  return run.ok ? ok({ run: run.value, signature: fields.value.signature }) : fail('malformed')
}

/** The sealed parts of a bundle. Never throws. */
export function decodeParts(parts: Uint8Array): Result<readonly Uint8Array[], BundleFault> {
  if (parts.length > maxPartsBytes) return fail('malformed')
  const list = decode(parts, (reader) => reader.list(maxRunHeaders, () => reader.bytes(maxEnvelopeBytes)))
  return list.ok ? list : fail('malformed')
}

/** A document of a run, and which of the run's headers are its. */
export interface RunDocument {
  readonly document: Uint8Array
  readonly indexes: readonly number[]
}

/** The documents of a run in the order of its parts. */
export function groupByDocument(headers: readonly Pick<BlockHeader, 'document'>[]): readonly RunDocument[] {
  const groups: { readonly document: Uint8Array; readonly indexes: number[] }[] = []
  let last: (typeof groups)[number] | undefined
  headers.forEach(({ document }, i) => {
    if (last === undefined || !equalBytes(last.document, document)) last = groups.find((group) => equalBytes(group.document, document))
    if (last === undefined) groups.push((last = { document, indexes: [] }))
    last.indexes.push(i)
  })
  return groups
}

/** Opens the payloads of one document of a bundle, in the order of its blocks. Never throws. */
export async function openPart(
  crypto: CryptoPort,
  reader: { readonly space: Uint8Array; readonly keyRing: KeyRing },
  head: Uint8Array,
  { headers }: HeaderRun,
  { document, indexes }: RunDocument,
  part: Uint8Array,
): Promise<Result<readonly Uint8Array[], BundleFault>> {
  const plaintext = await openSealed(crypto, reader, part, partData(crypto, head, document))
  if (!plaintext.ok) return plaintext
  const bytes = await unpack(crypto, plaintext.value[0]!, plaintext.value.subarray(1), maxPartBytes)
  if (!bytes.ok) return bytes
  const froms = indexes.map((i) => headers[i]!.from)
  const payloads = decode(bytes.value, (payload) => readPayloads(payload, clientOf(crypto, headers[0]!), froms, maxPayloadBytes))
  return payloads.ok ? payloads : fail('parts')
}

/**
 * Opens a bundle whole. What it gives is what was signed only if the head's signature fits the last header; that is for the caller to check.
 * Never throws.
 * @param openedHead where it was read before
 */
export async function openBundle(
  crypto: CryptoPort,
  reader: { readonly space: Uint8Array; readonly keyRing: KeyRing },
  { head: headBytes, parts }: Bundle,
  openedHead?: BundleHead,
): Promise<Result<OpenedBundle, BundleFault>> {
  const head = openedHead === undefined ? await openBundleHead(crypto, headBytes) : ok(openedHead)
  if (!head.ok) return head
  const { run } = head.value
  const sealed = decodeParts(parts)
  if (!sealed.ok) return sealed
  const documents = groupByDocument(run.headers)
  if (sealed.value.length !== documents.length) return fail('parts')
  const hashKeys = hashKeysOf(crypto, reader, run)
  if (hashKeys === undefined) return fail('unknown-key')

  const payloads: Uint8Array[] = []
  let bytes = 0
  // One after the other: side by side, a thousand parts could unpack a thousand times what a bundle may hold.
  for (const [i, document] of documents.entries()) {
    const part = await openPart(crypto, reader, headBytes, run, document, sealed.value[i]!)
    if (!part.ok) return part
    document.indexes.forEach((index, k) => {
      payloads[index] = part.value[k]!
      bytes += payloads[index]!.length
    })
    if (bytes > maxBundlePayloadBytes) return fail('inflate')
  }
  const hashes = payloads.map((payload, i) => crypto.hmac(hashKeys[i]!, payload))
  const blocks = completeRun(crypto, run, hashes).map((header, i) => ({ ...header, payload: payloads[i]! }))
  return ok({ head: head.value, blocks })
}

/** The key of each header's payload hash, or undefined where one is not here. */
function hashKeysOf(
  crypto: CryptoPort,
  { space, keyRing }: { readonly space: Uint8Array; readonly keyRing: KeyRing },
  { headers }: HeaderRun,
): readonly Uint8Array[] | undefined {
  const hashKeys: Uint8Array[] = []
  let keyId: Uint8Array | undefined
  for (const header of headers) {
    // A header under the same key shares its bytes with the one before.
    if (header.keyId !== keyId) {
      const key = keyRing.get(header.keyId)
      if (key === undefined) return undefined
      hashKeys.push(plaintextHashKey(crypto, space, key.key))
    } else hashKeys.push(hashKeys.at(-1)!)
    keyId = header.keyId
  }
  return hashKeys
}

function clientOf(crypto: CryptoPort, { space, device, slot }: Pick<BlockHeader, 'space' | 'device' | 'slot'>): number {
  return clientIdOf(crypto, space, device, slot)
}

function partData(crypto: CryptoPort, head: Uint8Array, document: Uint8Array): Uint8Array {
  return concatBytes(labelledHash(crypto, 'bundle', head), document)
}

async function pack(crypto: CryptoPort, bytes: Uint8Array): Promise<Uint8Array> {
  const deflated = bytes.length < minDeflatedBytes ? bytes : await crypto.deflate(bytes)
  return deflated.length < bytes.length
    ? concatBytes(Uint8Array.of(encoding.deflated), deflated)
    : concatBytes(Uint8Array.of(encoding.raw), bytes)
}

async function unpack(
  crypto: CryptoPort,
  kind: number,
  bytes: Uint8Array,
  maxBytes: number,
): Promise<Result<Uint8Array, 'newer-version' | 'inflate'>> {
  if (kind > encoding.deflated) return fail('newer-version')
  if (kind === encoding.raw) return bytes.length > maxBytes ? fail('inflate') : ok(bytes)
  const inflated = await crypto.inflate(bytes, maxBytes)
  return inflated === undefined ? fail('inflate') : ok(inflated)
}
