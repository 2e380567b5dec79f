import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { BundlePlace } from '../../storage/storage.ts'
import type { KeyRing } from '../../access/keys/keyRing.ts'
import type { HeaderRun } from './differenceHeaders.ts'
import { decodeParts, groupByDocument, openBundleHead, openPart, type Bundle, type RunDocument } from './bundle.ts'

/** Reads payloads out of stored bundles, each document's part only when it is asked for; the bundles used last stay open. */
export interface BundlePayloads {
  /** @returns the payload of block `seq`; undefined where the bundle is missing or does not open */
  read(place: BundlePlace, seq: number): Promise<Uint8Array | undefined>
}

/** Each holds at most 1 MiB of payloads. */
const maxOpen = 8

interface OpenBundle {
  readonly head: Uint8Array
  readonly run: HeaderRun
  readonly parts: readonly Uint8Array[]
  readonly documents: readonly RunDocument[]
  /** Of each block, the number of its document and its place in the document's part. */
  readonly blocks: readonly { readonly document: number; readonly index: number }[]
  readonly opened: Map<number, Promise<readonly Uint8Array[] | undefined>>
}

export function createBundlePayloads(options: {
  readonly crypto: CryptoPort
  readonly space: Uint8Array
  readonly keyRing: KeyRing
  readonly readBundle: (place: BundlePlace) => Promise<Bundle | undefined>
}): BundlePayloads {
  const { crypto, space, keyRing } = options
  /** By the last block's id and the number of blocks, the one used last at the end. */
  const open = new Map<string, Promise<OpenBundle | undefined>>()

  async function load(place: BundlePlace): Promise<OpenBundle | undefined> {
    const bundle = await options.readBundle(place)
    if (bundle === undefined) return undefined
    const head = await openBundleHead(crypto, bundle.head)
    const parts = decodeParts(bundle.parts)
    if (!head.ok || !parts.ok) return undefined
    const documents = groupByDocument(head.value.run.headers)
    const blocks: { document: number; index: number }[] = []
    documents.forEach(({ indexes }, document) => indexes.forEach((block, index) => (blocks[block] = { document, index })))
    return { head: bundle.head, run: head.value.run, parts: parts.value, documents, blocks, opened: new Map() }
  }

  function opening(place: BundlePlace): Promise<OpenBundle | undefined> {
    const key = `${place.block}/${place.first}`
    const bundle = open.get(key) ?? load(place)
    open.delete(key)
    open.set(key, bundle)
    if (open.size > maxOpen) open.delete(open.keys().next().value!)
    // What could not be read may have been healed by the next time.
    const forget = (): boolean => open.get(key) === bundle && open.delete(key)
    bundle.then((found) => found ?? forget(), forget)
    return bundle
  }

  return {
    async read(place, seq) {
      const bundle = await opening(place)
      const block = bundle?.blocks[seq - place.first]
      if (bundle === undefined || block === undefined) return undefined
      let part = bundle.opened.get(block.document)
      if (part === undefined) {
        part = openPart(
          crypto,
          { space, keyRing },
          bundle.head,
          bundle.run,
          bundle.documents[block.document]!,
          bundle.parts[block.document]!,
        ).then((payloads) => (payloads.ok ? payloads.value : undefined))
        bundle.opened.set(block.document, part)
      }
      return (await part)?.[block.index]
    },
  }
}
