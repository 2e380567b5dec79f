import { concatBytes } from '../../shared/bytes.ts'
import { EchoError } from '../../shared/echoError.ts'
import type { Json } from '../../database/files/fileValues.ts'
import { isPlainObject } from '../../database/types/values.ts'

/*
 * The readable file of a space: one JSON document, laid out so that it can be read without holding it whole. The first line is the head up to `"items":[`,
 * each further one an item, the last one `]}`. What an editor laid out anew is read, too, up to a size. See docs/FORMAT.md.
 */

/** What stands in front of the items. */
export interface FileHead {
  readonly properties: unknown
}

const format = 'echo-react/space'
const version = 1
const headEnd = '"items":['
/** Longest line, in bytes: an item with its text. */
export const maxLineBytes = 32 * 1024 * 1024
/** Longest file that is not laid out in lines, in bytes. */
const maxUnlinedBytes = maxLineBytes
export const maxFileItems = 1_000_000
const newLine = 10

/** The first line of a file. @param exportedAt in milliseconds since the Unix epoch */
export function fileStart(app: string, exportedAt: number, properties: Readonly<Record<string, Json>>): string {
  const head = JSON.stringify({ format, version, app, exportedAt: new Date(exportedAt).toISOString(), properties })
  return `${head.slice(0, -1)},${headEnd}\n`
}

export const fileEnd = '\n]}\n'

/**
 * Reads a file portion by portion.
 * @param app whose file it has to be
 * @param onItem called with what stands for each item, in turn
 * @throws (rejects) EchoError import-foreign, newer-version, import-damaged, and what the callbacks do
 */
export async function readSpaceFile(
  portions: AsyncIterable<Uint8Array>,
  app: string,
  onHead: (head: FileHead) => void | Promise<void>,
  onItem: (item: unknown) => void | Promise<void>,
): Promise<void> {
  let head: FileHead | undefined
  let unlined: string[] | undefined
  let unlinedBytes = 0
  let items = 0
  let isOver = false

  async function take(item: unknown): Promise<void> {
    if (++items > maxFileItems) throw damaged(`it has more than ${maxFileItems} items`)
    await onItem(item)
  }

  for await (const line of linesOf(portions)) {
    if (unlined !== undefined) {
      unlinedBytes += line.length
      if (unlinedBytes > maxUnlinedBytes) throw damaged('it was laid out anew, and is too large to be read so')
      unlined.push(textOf(line, true))
      continue
    }
    const text = textOf(line, head === undefined)
    if (isOver) {
      if (text.trim() !== '') throw damaged('something follows its end')
    } else if (head === undefined) {
      const start = text.trimEnd()
      if (start.endsWith(headEnd)) await onHead((head = readHead(parse(`${start}]}`, true), app)))
      else {
        unlined = [text]
        unlinedBytes = line.length
      }
    } else if (text.trim() === ']}') isOver = true
    else await take(parse(text.trimEnd().replace(/,$/, ''), false))
  }
  if (unlined !== undefined) {
    const whole = parse(unlined.join(''), true)
    await onHead(readHead(whole, app))
    const { items: all } = whole as { items?: unknown }
    if (!Array.isArray(all)) throw damaged('it has no list of items')
    for (const item of all as readonly unknown[]) await take(item)
  } else if (!isOver) throw head === undefined ? foreign() : damaged('its end is missing')
}

function readHead(json: unknown, app: string): FileHead {
  if (!isPlainObject(json) || json['format'] !== format) throw foreign()
  if (typeof json['version'] !== 'number' || !(json['version'] >= 1)) throw damaged('its version is none')
  if (json['version'] > version) throw newer()
  if (json['app'] !== app) {
    const of = typeof json['app'] === 'string' ? json['app'].slice(0, 64) : ''
    throw new EchoError('import-foreign', `This file is of the app "${of}", and this one is "${app}". Import it there.`, {
      details: { app: of },
    })
  }
  return { properties: json['properties'] }
}

/** The lines of a file, each with its end. */
async function* linesOf(portions: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = []
  let bytes = 0
  for await (const portion of portions) {
    let start = 0
    for (let end = portion.indexOf(newLine); end >= 0; end = portion.indexOf(newLine, start)) {
      yield concatBytes(...parts, portion.subarray(start, end + 1))
      parts = []
      bytes = 0
      start = end + 1
    }
    if (start === portion.length) continue
    parts.push(portion.subarray(start))
    bytes += portion.length - start
    if (bytes > maxLineBytes) throw damaged('a line is too long')
  }
  if (bytes > 0) yield concatBytes(...parts)
}

function textOf(line: Uint8Array, isFirst: boolean): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(line)
  } catch {
    throw isFirst ? foreign() : damaged('it holds bytes that are no text')
  }
}

function parse(text: string, isHead: boolean): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    // Where not even the beginning is JSON, only its first words tell whose file it was.
    throw isHead && !text.trimStart().startsWith(`{"format":"${format}"`) ? foreign() : damaged('a line of it is no JSON')
  }
}

export function foreign(): EchoError {
  return new EchoError('import-foreign', 'This is not the file of a space. Choose one that this app has exported.')
}

/** @param why a clause: `its end is missing` */
export function damaged(why: string): EchoError {
  return new EchoError('import-damaged', `The file is damaged: ${why}. Nothing was imported. Export it again, or take another copy.`)
}

export function newer(): EchoError {
  return new EchoError('newer-version', 'This file was written by a newer version of the app. Update the app, then import it.')
}
