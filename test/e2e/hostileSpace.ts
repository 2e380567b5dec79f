import { Buffer } from 'node:buffer'

/** What a peer may write where others write a name or a title, short enough to be shown as one. */
export const hostileTitles = [
  '<img src=x onerror=hit()>',
  '<script>hit()</script>',
  '\u202Eגן.5',
  '\u2067\u2066\u2068גן\u2067',
  `G${'\u0301\u0316\u0334\u0489'.repeat(49)}`,
  'W'.repeat(200),
  '   ',
  '\0Gar\0den\u0007\u001B[2J',
  'javascript:hit()',
  '__proto__',
] as const

/** 64 bytes, the most that a name may have. */
export const hostileName = `<img src=x onerror=hit()>\u202Eגן${'\u0489'.repeat(16)}`

/** What does not fit the types of the app: as an older or newer version of it may write, or somebody who means harm. */
const unfit: readonly (readonly [type: string, fields: Readonly<Record<string, unknown>>])[] = [
  ['note', { title: 'W'.repeat(10_000) }],
  ['note', { title: { toString: 'hit()', length: 3 } }],
  ['markdown-note', { title: ['<img src=x onerror=hit()>'] }],
  ['markdown-note', {}],
  ['column', { title: 42 }],
  ['task', { title: null }],
  ['task', { title: 'Due some day', due: '<script>hit()</script>' }],
  ['task', { title: 'Done by many', assignee: ['a', 'b'] }],
]
export const unfitCount = unfit.length

const script = 'javascript:hit()'
const markdown = `# <img src=x onerror=hit()>\n\n[Press here](${script}) ![x](x" onerror="hit()) <script>hit()</script>\n\n${'W'.repeat(10_000)}`
const richText = [
  {
    name: 'paragraph',
    attributes: {},
    children: [
      [{ insert: 'Press here', attributes: { link: { href: script } } }],
      { name: 'mention', attributes: { id: '<img src=x onerror=hit()>', name: hostileTitles[0] }, children: [] },
      { name: 'itemLink', attributes: { id: '', label: hostileTitles[0] }, children: [] },
      [{ insert: ` ${'W'.repeat(10_000)}` }],
    ],
  },
]
/** Of another app, or another version of this one: the editor cannot show it as it is. */
const foreignRichText = [{ name: 'script', attributes: { onload: 'hit()' }, children: [[{ insert: 'Of another editor' }]] }]

/** A space of the example app's, as a file that any member may import and then invite others to. */
export function hostileSpaceFile(): string {
  let count = 0
  const id = (): string => {
    const bytes = Buffer.alloc(16)
    bytes.writeUInt32BE(++count)
    return bytes.toString('base64url')
  }
  const items: Record<string, unknown>[] = []
  function add(type: string, fields: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}): string {
    const own = id()
    const model = { note: 'rich-text', 'markdown-note': 'text', task: 'text' }[type]
    items.push({ id: own, type, ...(model && { model }), fields, ...more })
    return own
  }

  const notes = hostileTitles.map((title) => add('note', { title }))
  const under = hostileTitles.map((title) => add('markdown-note', { title }, { parent: notes[0] }))
  add('note', { title: 'Rich' }, { content: { xml: richText } })
  add('note', { title: 'Foreign' }, { content: { xml: foreignRichText } })
  const plain = add('markdown-note', { title: 'Plain' }, { text: markdown })
  for (const other of [...notes, ...under]) add('related', {}, { more: { s: plain, e: other } })
  add('note', { title: '<b>Thrown away</b>' }, { deleted: true })
  const columns = hostileTitles.map((title) => add('column', { title }))
  for (const title of hostileTitles) {
    const fields = { title, assignee: '<script>hit()</script>', due: '2026-02-28', priority: script }
    add('task', fields, { parent: columns[0], text: 'W'.repeat(10_000) })
  }
  for (const [type, fields] of unfit) add(type, fields)
  add('<img src=x onerror=hit()>', { title: hostileTitles[0] })
  add('gadget', { title: 'Of a newer version' }, { parent: notes[0] })
  const properties = { name: hostileTitles[0] }
  const head = JSON.stringify({ format: 'echo-react/space', version: 1, app: 'field-notes', properties })
  return `${head.slice(0, -1)},"items":[\n${items.map((item) => JSON.stringify(item)).join(',\n')}\n]}\n`
}
