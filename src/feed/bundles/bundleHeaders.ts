import { idBytes, type SpaceId } from '../../shared/ids.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { BundleHeadRow, Storage } from '../../storage/storage.ts'
import type { KeyRing } from '../../access/keys/keyRing.ts'
import { openBundle, openBundleHead } from './bundle.ts'
import { completeRun, type RunHeader } from './differenceHeaders.ts'

/** What the headers of stored bundles are read with. */
export interface BundleHeaderSource {
  readonly crypto: CryptoPort
  readonly storage: Storage
  readonly space: SpaceId
  readonly keyRing: KeyRing
}

/**
 * The headers of a stored bundle that were found good, by the hashes that stand beside it, or by its payloads where these are less than their hashes.
 * @returns undefined where what is stored does not lead to its last block
 * @throws (rejects) EchoError of storage
 */
export async function readBundleHeaders(source: BundleHeaderSource, row: BundleHeadRow): Promise<readonly RunHeader[] | undefined> {
  const headers = row.hashes.length === 0 ? await headersByPayloads(source, row) : await headersByHashes(source, row)
  return headers?.at(-1)!.id === row.block ? headers.slice(0, row.judged) : undefined
}

async function headersByHashes({ crypto }: BundleHeaderSource, row: BundleHeadRow): Promise<readonly RunHeader[] | undefined> {
  const head = await openBundleHead(crypto, row.head)
  if (!head.ok) return undefined
  const { run } = head.value
  const hashes = run.headers.map((_, i) => row.hashes.subarray(32 * i, 32 * i + 32))
  return row.hashes.length === 32 * hashes.length ? completeRun(crypto, run, hashes) : undefined
}

async function headersByPayloads(
  { crypto, storage, space, keyRing }: BundleHeaderSource,
  row: BundleHeadRow,
): Promise<readonly RunHeader[] | undefined> {
  const bundle = await storage.readBundle(space, row)
  const opened = bundle && (await openBundle(crypto, { space: idBytes(space), keyRing }, bundle))
  return opened?.ok === true ? opened.value.blocks : undefined
}
