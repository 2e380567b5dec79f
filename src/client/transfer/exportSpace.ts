import { utf8 } from '../../shared/bytes.ts'
import { EchoError } from '../../shared/echoError.ts'
import type { ItemId } from '../../shared/ids.ts'
import { decodeFileContent, fileContentOf } from '../../database/files/fileContents.ts'
import { decodeFileItem, fileItemOf, fileTextOf, type FileItem, type TextPiece } from '../../database/files/fileItems.ts'
import { toFileValue, type Json } from '../../database/files/fileValues.ts'
import { isFieldName, isItemId } from '../../database/types/itemKeys.ts'
import type { EchoPorts } from '../echo.ts'
import type { OpenSpace } from '../spaces/openSpace.ts'
import { createPace } from './pacer.ts'
import { sealFile, type DeriveKey } from './sealedFile.ts'
import { partsOf } from '../spaces/spaceModels.ts'
import { fileEnd, fileStart } from './spaceFile.ts'
import type { ExportedSpace, ExportOptions } from './transferOptions.ts'

/** Text of the file that is handed on at once, in UTF-16 units. */
const portionUnits = 64 * 1024

/**
 * Writes a space into a file, in turns with the page. Each item is as it is when its turn comes, but in the place where it was at the start.
 * @throws (rejects) EchoError bad-value, cancelled, disposed, data-corrupt
 */
export async function exportSpace(
  {
    app,
    ports,
    open,
    deriveKey,
  }: { readonly app: string; readonly ports: EchoPorts; readonly open: OpenSpace; readonly deriveKey: DeriveKey },
  { format, passphrase, deleted = true, onProgress, signal }: ExportOptions,
): Promise<ExportedSpace> {
  if (format !== 'json' && format !== 'encrypted') throw new EchoError('bad-value', "A space is exported as 'json' or as 'encrypted'.")
  if ((format === 'encrypted') !== (typeof passphrase === 'string' && passphrase !== '')) {
    const message = 'A file is locked with a passphrase if its format is encrypted, and only then.'
    throw new EchoError('bad-value', `${message} Call space.export({ format: 'encrypted', passphrase }).`)
  }
  const { database, documents } = open
  const pace = createPace(ports.clock, signal)
  let items = 0

  async function* content(): AsyncGenerator<Uint8Array> {
    const { root } = documents
    const properties: Record<string, Json> = {}
    const restsById = new Map<ItemId, string[]>()
    for (const key of root.map.keys()) {
      await pace()
      if (key.startsWith('//')) {
        const stored = isFieldName(key.slice(2)) ? root.map.get(key) : undefined
        const value = stored === undefined ? undefined : toFileValue(stored)
        if (value !== undefined) properties[key.slice(2)] = value
        continue
      }
      const id = key.slice(0, 22)
      if (!isItemId(id)) continue
      const rests = restsById.get(id) ?? []
      if (key.length > 22) rests.push(key.slice(22))
      restsById.set(id, rests)
    }

    // All at once: places of different moments can make a circle, or lead to what is not in the file.
    const places = new Map([...restsById.keys()].map((id) => [id, database.placeOf(id)]))
    let text = fileStart(app, ports.clock.now(), properties)
    let seen = 0
    for (const [id, rests] of restsById) {
      await pace()
      // Throws once the space is closed: what is read then may be less than there is.
      const place = database.placeOf(id) && places.get(id)
      const item =
        place === undefined || (place.isHidden && !deleted) ? undefined : fileItemOf(id, rests, (key) => root.map.get(key), place)
      if (item !== undefined) {
        const content = item.model === undefined ? {} : await contentOf(id, item.model)
        // What a peer wrote past every rule must not make a file that nobody can read.
        const whole = [{ ...item, ...content }, item].find(isReadable)
        if (whole !== undefined) text += `${items++ === 0 ? '' : ',\n'}${JSON.stringify(whole)}`
      }
      seen++
      if (text.length < portionUnits) continue
      yield utf8(text)
      text = ''
      onProgress?.(seen / restsById.size)
    }
    yield utf8(text + fileEnd)
  }

  async function contentOf(id: ItemId, model: string): Promise<Partial<FileItem>> {
    const handle = await documents.openText(id)
    try {
      const { yText } = handle.current.get()
      if (model === 'text') return fileTextOf(yText.toDelta() as readonly TextPiece[])
      const of = fileContentOf(partsOf(yText.doc!))
      return Object.keys(of).length === 0 ? {} : { content: { ...of } }
    } finally {
      handle.release()
    }
  }

  const parts: BlobPart[] = []
  const bytes = passphrase === undefined ? content() : sealFile(ports.crypto, deriveKey, passphrase, content())
  for await (const portion of bytes) parts.push(portion as Uint8Array<ArrayBuffer>)
  onProgress?.(1)
  const type = format === 'json' ? 'application/json' : 'application/octet-stream'
  return {
    blob: new Blob(parts, { type }),
    name: `${fileName(database.properties.get()['name'])}.${format === 'json' ? 'json' : 'echo'}`,
    items,
  }
}

function isReadable(item: FileItem): boolean {
  const decoded = decodeFileItem(item)
  return decoded !== undefined && (decoded.content === undefined || decodeFileContent(decoded.content) !== undefined)
}

/** A name that every file system takes. */
function fileName(name: unknown): string {
  const safe =
    typeof name === 'string'
      ? name
          .replace(/[\s\p{C}/\\:*?"<>|.]+/gu, ' ')
          .trim()
          .slice(0, 80)
      : ''
  return safe === '' ? 'space' : safe
}
