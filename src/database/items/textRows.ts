import { isPlainObject } from '../types/values.ts'
import type { ItemId, SpaceId } from '../../shared/ids.ts'
import type { Storage } from '../../storage/storage.ts'

/** What is kept of a text so that it need not be opened to be shown in a list or searched: of what blocks, and what they said. */
export interface TextRow {
  readonly mark: string
  readonly text: string
}

/**
 * The rows of the keys table that say what texts say: `excerpt/<space>/<item>` how each begins, `content/<space>/<item>` more of it. They are derived from
 * blocks and may be missing; one whose mark is not the present one is of no use.
 */
export interface TextRows {
  /** @returns undefined where there is none, or none that can be read */
  readExcerpt(item: ItemId): Promise<TextRow | undefined>
  readContent(item: ItemId): Promise<TextRow | undefined>
  put(item: ItemId, mark: string, excerpt: string, content: string): Promise<void>
  delete(items: Iterable<ItemId>): Promise<void>
}

/** The keys of all such rows of a space begin with one of these. */
export function textRowPrefixes(space: SpaceId): readonly string[] {
  return [`excerpt/${space}/`, `content/${space}/`]
}

export function createTextRows(storage: Pick<Storage, 'readKey' | 'write'>, space: SpaceId): TextRows {
  const [excerpts, contents] = textRowPrefixes(space)

  async function read(key: string): Promise<TextRow | undefined> {
    const value = await storage.readKey(key)
    if (!isPlainObject(value)) return undefined
    const { mark, text } = value
    return typeof mark === 'string' && typeof text === 'string' ? { mark, text } : undefined
  }

  return {
    readExcerpt: (item) => read(`${excerpts}${item}`),
    readContent: (item) => read(`${contents}${item}`),
    put: (item, mark, excerpt, content) =>
      storage.write(
        {
          putKeys: [
            { key: `${excerpts}${item}`, value: { mark, text: excerpt } },
            { key: `${contents}${item}`, value: { mark, text: content } },
          ],
        },
        'relaxed',
      ),
    delete: (items) => storage.write({ deleteKeys: [...items].flatMap((item) => [`${excerpts}${item}`, `${contents}${item}`]) }, 'relaxed'),
  }
}
