import { EchoError } from '../../shared/echoError.ts'
import type { ItemId } from '../../shared/ids.ts'
import { createWritable } from '../../shared/readable.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { DeviceRecord } from '../../identity/record.ts'
import { behind, decodeFileContent, type ContentStep } from '../../database/files/fileContents.ts'
import { decodeFileItem, decodeProperties, type TextPiece } from '../../database/files/fileItems.ts'
import { createSpaceOnDevice } from '../spaces/createSpace.ts'
import type { DeviceOwner } from '../devices/deviceOwner.ts'
import type { EchoPorts } from '../echo.ts'
import { importingKey, importingRow, importLock, removeHalfImport } from './halfImports.ts'
import { openSpace, type OpenSpace } from '../spaces/openSpace.ts'
import { assertNotCancelled, createPace } from './pacer.ts'
import { isSealedFile, openFile, wrongPassphrase, type DeriveKey } from './sealedFile.ts'
import { partsOf } from '../spaces/spaceModels.ts'
import { putRecord, type SpaceRecord } from '../spaces/spaceRecord.ts'
import { damaged, foreign, readSpaceFile } from './spaceFile.ts'
import type { ImportOptions } from './transferOptions.ts'

export interface ImportSpaceOptions {
  readonly app: string
  readonly ports: EchoPorts
  readonly owner: DeviceOwner
  readonly chainOf: (identity: LocalIdentity) => Promise<readonly DeviceRecord[]>
  readonly ownName: () => string
  readonly deriveKey: DeriveKey
}

/** Bytes of the file read at once. */
const portionBytes = 256 * 1024
/** Entries that enter the root document in one transaction and are cut into blocks in one go: some milliseconds. */
const transactionEntries = 128
/** Characters that enter a text in one transaction. */
const transactionUnits = 32 * 1024
/** Transactions between two waits for the disk, so that memory does not hold what it has not taken yet. */
const transactionsAhead = 32

/**
 * Makes a new space of a file, in turns with the page. Until all of it is stored, it is no space of this device: no list has it, nobody meets it, and
 * whatever ends the import, a crash too, leaves nothing of it.
 * @returns the record of the space, which is stored
 * @throws (rejects) EchoError import-foreign, import-damaged, newer-version, bad-passphrase, bad-value, cancelled, no-identity, storage-*
 */
export async function importSpace(options: ImportSpaceOptions, file: Blob, importing: ImportOptions = {}): Promise<SpaceRecord> {
  const { ports } = options
  const { storage } = ports
  const { name, signal } = importing
  if (name !== undefined && (typeof name !== 'string' || name === '')) throw new EchoError('bad-value', 'The name of a space is a text.')
  const lock = await storage.locks.acquire(importLock, signal ?? new AbortController().signal)
  try {
    assertNotCancelled(signal)
    if (lock === undefined) throw new EchoError('disposed', 'This Echo was disposed. Create a new one with createEcho to import into.')
    const content = await contentOf(options, file, importing)
    let identity: LocalIdentity | undefined
    const record = await options.owner.begin(async (me) => {
      identity = me
      const chain = await options.chainOf(me)
      return createSpaceOnDevice(ports, {
        identity: me,
        chain,
        ownName: options.ownName(),
        name: name ?? '',
        rowsOf: ({ id }) => [importingRow(id)],
      })
    })
    try {
      const named = await fill(options, identity!, record, content, importing)
      assertNotCancelled(signal)
      await storage.write({ putKeys: [putRecord(named)], deleteKeys: [importingKey(record.id)] }, 'strict')
      return named
    } catch (error) {
      await removeHalfImport(storage, record.id)
      throw error
    }
  } finally {
    lock?.release()
  }
}

/** The readable content of a file, which is known to be one by its first bytes. */
async function contentOf(
  { ports, deriveKey }: ImportSpaceOptions,
  file: Blob,
  { passphrase, onProgress, signal }: ImportOptions,
): Promise<AsyncIterable<Uint8Array>> {
  async function* portions(): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < file.size; start += portionBytes) {
      assertNotCancelled(signal)
      yield await bytesOf(file, start, start + portionBytes)
      onProgress?.(Math.min(0.99, start / file.size))
    }
  }

  const start = await bytesOf(file, 0, 64)
  if (isSealedFile(start)) {
    if (typeof passphrase !== 'string' || passphrase === '') throw wrongPassphrase()
    return openFile(ports.crypto, deriveKey, passphrase, portions())
  }
  // Most files that are chosen by mistake are told by their first character.
  if (!new TextDecoder().decode(start).trimStart().startsWith('{')) throw foreign()
  return portions()
}

/** Bytes of a file that may have been moved or taken out since it was chosen. */
async function bytesOf(file: Blob, start: number, end: number): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.slice(start, end).arrayBuffer())
  } catch (cause) {
    throw new EchoError('import-damaged', 'The file could not be read. Nothing was imported. Choose it again, or take another copy.', {
      cause,
    })
  }
}

/** @returns the record with the name that the space has now */
async function fill(
  { app, ports }: ImportSpaceOptions,
  identity: LocalIdentity,
  record: SpaceRecord,
  content: AsyncIterable<Uint8Array>,
  { name, signal }: ImportOptions,
): Promise<SpaceRecord> {
  let fault: EchoError | undefined
  const opened = await openSpace({
    ports,
    identity,
    app,
    types: [],
    record,
    tabs: ports.tabs,
    ownName: () => '',
    ownProfile: createWritable(undefined),
    onNewerProfile: () => {},
    onProgress: () => {},
    onContentStored: () => {},
    onLocal: () => {},
    onError: (error) => (fault ??= error),
  })
  if (!opened.ok) throw opened.error
  const open = opened.value
  try {
    const properties = await write(open)
    await settle()
    return { ...record, name: name ?? (typeof properties.get('//name') === 'string' ? (properties.get('//name') as string) : '') }
  } finally {
    await open.dispose()
  }

  async function settle(): Promise<void> {
    await open.documents.flush()
    if (fault !== undefined) throw fault
    if (open.documents.unsaved.get() > 0) throw new EchoError('storage-unavailable', 'The space could not be stored. Try again.')
  }

  async function write({ documents }: OpenSpace): Promise<ReadonlyMap<string, unknown>> {
    const pace = createPace(ports.clock, signal)
    const parents = new Map<ItemId, ItemId | undefined>()
    const properties = new Map<string, unknown>()
    let entries: (readonly [string, unknown])[] = []
    let transactions = 0

    async function stored(): Promise<void> {
      documents.tick()
      if (++transactions % transactionsAhead === 0) await settle()
      await pace()
    }

    async function writeEntries(): Promise<void> {
      const written = entries
      entries = []
      if (written.length === 0) return
      documents.root.write((map) => {
        for (const [key, value] of written) map.set(key, value)
      })
      await stored()
    }

    async function writeContent(id: ItemId, steps: readonly ContentStep[]): Promise<void> {
      const handle = await documents.openText(id)
      try {
        const doc = handle.current.get().yText.doc!
        for (const step of steps) {
          doc.transact(() => step(partsOf(doc)))
          await stored()
        }
      } finally {
        handle.release()
      }
    }

    async function writeText(id: ItemId, pieces: readonly TextPiece[]): Promise<void> {
      const handle = await documents.openText(id)
      try {
        const { yText } = handle.current.get()
        for (const piece of portioned(pieces)) {
          yText.applyDelta(behind(yText, [piece]))
          await stored()
        }
      } finally {
        handle.release()
      }
    }

    await readSpaceFile(
      content,
      app,
      (head) => {
        const known = decodeProperties(head.properties)
        if (known === undefined) throw damaged('what it says of the space is wrong')
        for (const [key, value] of known) properties.set(key, value)
        if (name !== undefined) properties.set('//name', name)
        // Not as arguments: a hostile file has more of them than a call takes.
        entries = [...entries, ...properties]
      },
      async (json) => {
        const item = decodeFileItem(json)
        const steps = item?.content === undefined ? [] : decodeFileContent(item.content)
        if (item === undefined || steps === undefined) throw damaged(`item ${parents.size + 1} is none`)
        if (parents.has(item.id)) throw damaged(`two items have the id ${item.id}`)
        parents.set(item.id, item.parent)
        entries = [...entries, ...item.entries]
        if (entries.length >= transactionEntries) await writeEntries()
        if (item.pieces !== undefined) await writeText(item.id, item.pieces)
        if (steps.length > 0) await writeContent(item.id, steps)
        await pace()
      },
    )
    await writeEntries()
    if (hasCycle(parents)) throw damaged('some of its items lie under themselves')
    return properties
  }
}

/** A text's pieces, the long ones cut between characters. */
function* portioned(pieces: readonly TextPiece[]): Generator<TextPiece> {
  for (const piece of pieces) {
    const { insert, ...rest } = piece
    if (typeof insert !== 'string') yield piece
    else {
      for (let start = 0; start < insert.length;) {
        let end = Math.min(start + transactionUnits, insert.length)
        // Yjs makes two broken halves of a pair that is cut.
        if (end < insert.length && (insert.charCodeAt(end) & 0xfc00) === 0xdc00) end--
        yield { insert: insert.slice(start, end), ...rest }
        start = end
      }
    }
  }
}

function hasCycle(parents: ReadonlyMap<ItemId, ItemId | undefined>): boolean {
  const clear = new Set<ItemId>()
  for (const [start, parent] of parents) {
    // Most lie at the top.
    if (parent === undefined) continue
    const walk = new Set<ItemId>()
    for (let at: ItemId | undefined = start; at !== undefined && !clear.has(at); at = parents.get(at)) {
      if (walk.has(at)) return true
      walk.add(at)
    }
    for (const id of walk) clear.add(id)
  }
  return false
}
