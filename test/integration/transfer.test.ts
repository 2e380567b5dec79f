import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Space } from '../../src/client/echo.ts'
import { defineLink, defineType } from '../../src/database/types/defineType.ts'
import { query } from '../../src/database/query/query.ts'
import { Reference } from '../../src/database/types/reference.ts'
import type { EchoError } from '../../src/shared/echoError.ts'
import { systemClock, type Clock } from '../../src/shared/ports.ts'
import { Kanban } from '../../stories/models/kanban.ts'
import { setup, type TestPeer } from '../../src/testing/setup.ts'
import { createSimulatedCrypto } from '../../src/testing/simulatedCrypto.ts'

const Task = defineType('task', z.object({ title: z.string(), value: z.unknown().optional() }))
const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })
const Board = defineType('board', z.object({ title: z.string() }), { model: Kanban })
const Blocks = defineLink('blocks', z.object({ since: z.date() }))
const types = [Task, Note, Board, Blocks]
const id = 'hhhhhhhhhhhhhhhhhhhhhA'
const start =
  '{"format":"echo-react/space","version":1,"app":"test","exportedAt":"2026-01-01T00:00:00.000Z","properties":{"name":"Garden"},"items":['
const item = (more = '', of = id): string => `{"id":"${of}","type":"task","fields":{"title":"Water"}${more}}`

/** Whoever retries soon is waited for less. */
const hasty: Clock = { ...systemClock, after: (delayMs, callback) => systemClock.after(delayMs / 50, callback) }

function setUp(clock: Clock = systemClock) {
  return setup('ann', { types, clock, crypto: createSimulatedCrypto, onError: () => {} })
}

/** What a disk holds, by names. */
function rowsOf({ disk }: TestPeer): Promise<readonly string[]> {
  return disk.run(({ keys, spaces }) =>
    [
      ...keys.keys(),
      ...[...spaces].map(([space, { blocks, membership, pending }]) => `${space} ${blocks.size} ${membership.size} ${pending.size}`),
    ]
      .filter((row) => !row.endsWith(' 0 0 0'))
      .sort(),
  )
}

function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error: EchoError) => error.code ?? String(error),
  )
}

async function textOf(space: Space, note: string): Promise<unknown> {
  const text = await space.openText(note)
  const delta: unknown = text.current.get().yText.toDelta()
  text.release()
  return delta
}

async function plant(space: Space): Promise<{ readonly note: string; readonly styled: string; readonly gone: string }> {
  const top = space.create(Task, { title: 'Top', value: { at: new Date(5), bytes: new Uint8Array([1, 2]), odd: [Number.NaN, -0, null] } })
  const child = space.create(Task, { title: 'Child', value: new Reference(top.id) }, { parent: top })
  space.create(Task, { title: 'First' }, { parent: top, before: child })
  const gone = space.create(Task, { title: 'Gone' }, { parent: child })
  space.delete(gone)
  const note = space.create(Note, { title: 'Note' })
  const long = await space.openText(note.id)
  long.current.get().yText.insert(0, `${'a'.repeat(32 * 1024 - 1)}👋${'b'.repeat(40_000)}`)
  long.release()
  const styled = space.create(Note, { title: 'Styled' })
  const text = await space.openText(styled.id)
  text.current
    .get()
    .yText.applyDelta([{ insert: 'Bold', attributes: { bold: true } }, { insert: ' and plain ' }, { insert: { image: 'x.png' } }])
  text.release()
  return { note: note.id, styled: styled.id, gone: gone.id }
}

describe('a space that is exported', () => {
  it('comes whole into a new space: values, tree, texts, deleted items and its name, readable and locked', async () => {
    const world = await setUp()
    const { echo } = world.ann
    const space = await echo.spaces.create({ name: 'Garden: "roses"' })
    const { note, styled, gone } = await plant(space)
    const progress: number[] = []
    for (const options of [{ format: 'json' }, { format: 'encrypted', passphrase: 'correct horse' }] as const) {
      const { blob, name, items } = await space.export({ ...options, onProgress: (done) => progress.push(done) })
      expect([items, name]).toEqual([6, options.format === 'json' ? 'Garden roses.json' : 'Garden roses.echo'])
      const copy = await echo.spaces.import(blob, { ...options, onProgress: (done) => progress.push(done) })
      expect(copy.id).not.toBe(space.id)
      expect(copy.info.get()).toMatchObject({ name: 'Garden: "roses"', role: 'owner', memberCount: 1, state: { status: 'ready' } })
      for (const type of types)
        expect(copy.run(query<typeof Task>(type as typeof Task))).toEqual(space.run(query<typeof Task>(type as typeof Task)))
      const top = copy.run(query(Task)).find(({ title }) => title === 'Top')!
      expect(copy.run(query(Task).under(top)).map(({ title }) => title)).toEqual(['First', 'Child'])
      for (const text of [note, styled]) expect(await textOf(copy, text)).toEqual(await textOf(space, text))
      expect(copy.get(Task, gone)).toBeUndefined()
      copy.restore(gone)
      expect(copy.get(Task, gone)).toMatchObject({ title: 'Gone' })
    }
    expect(progress.at(-1)).toBe(1)
    await world.dispose()
  })

  it('is JSON that any program reads, and comes back also when one has laid it out anew', async () => {
    const world = await setUp()
    const { echo } = world.ann
    const space = await echo.spaces.create({ name: 'Garden' })
    const { note } = await plant(space)
    const { blob } = await space.export({ format: 'json' })
    const parsed = JSON.parse(await blob.text()) as { app: string; items: { id: string; text?: string }[] }
    expect(parsed).toMatchObject({ format: 'echo-react/space', version: 1, app: 'test', properties: { name: 'Garden' } })
    expect(parsed.items.find((entry) => entry.id === note)?.text).toContain('👋')
    const copy = await echo.spaces.import(new Blob([JSON.stringify(parsed, null, 2)]), { name: 'Copy' })
    expect(copy.run(query(Task))).toEqual(space.run(query(Task)))
    expect([copy.info.get().name, copy.properties.get()['name']]).toEqual(['Copy', 'Copy'])
    await world.dispose()
  })

  it('is cloned in one step, and leaves out what was deleted where that is asked for', async () => {
    const world = await setUp()
    const { echo } = world.ann
    const space = await echo.spaces.create({ name: 'Garden' })
    const { gone } = await plant(space)
    const progress: number[] = []
    const copy = await echo.spaces.clone(space.id, { name: 'Second', onProgress: (done) => progress.push(done) })
    expect(copy.run(query(Task))).toEqual(space.run(query(Task)))
    expect(copy.info.get().name).toBe('Second')
    expect(progress).toEqual(progress.toSorted((a, b) => a - b))
    const { blob, items } = await space.export({ format: 'json', deleted: false })
    expect([items, (await blob.text()).includes(gone)]).toEqual([5, false])
    expect(await codeOf(echo.spaces.clone('A'.repeat(43)))).toBe('space-not-found')
    await world.dispose()
  })

  it('holds a tree, also where things are moved while it is written', async () => {
    const world = await setUp()
    const { echo } = world.ann
    const space = await echo.spaces.create({ name: 'Garden' })
    const first = space.create(Task, { title: 'First' })
    space.batch(() => {
      for (let i = 0; i < 500; i++) space.create(Task, { title: `${'x'.repeat(200)} ${i}` })
    })
    const [last, child] = [space.create(Task, { title: 'Last' }), space.create(Task, { title: 'Child' })]
    space.move(first, { parent: last })
    let isMoved = false
    const { blob } = await space.export({
      format: 'json',
      onProgress() {
        if (isMoved) return
        isMoved = true
        space.move(first, { parent: null })
        space.move(last, { parent: first })
        space.move(child, { parent: space.create(Task, { title: 'New' }) })
      },
    })
    const copy = await echo.spaces.import(blob)
    expect(copy.get(Task, first.id)?.$.parentId).toBe(last.id)
    for (const task of [last, child]) expect(copy.get(Task, task.id)?.$.parentId).toBeUndefined()
    await world.dispose()
  })

  it('is none where the space is closed meanwhile', async () => {
    const world = await setUp()
    const { echo } = world.ann
    const space = await echo.spaces.create({ name: 'Garden' })
    space.batch(() => {
      for (let i = 0; i < 1000; i++) space.create(Task, { title: `${'x'.repeat(200)} ${i}` })
    })
    let closing: Promise<void> | undefined
    const exporting = space.export({ format: 'json', onProgress: () => (closing ??= echo.spaces.close(space.id)) })
    expect(await codeOf(exporting)).toBe('disposed')
    await closing
    await world.dispose()
  })

  it('keeps a text in which a hostile member has put what no file can hold', async () => {
    const world = await setUp()
    const space = await world.ann.echo.spaces.create({ name: 'Garden' })
    const note = space.create(Note, { title: 'Note' })
    const text = await space.openText(note.id)
    const { yText } = text.current.get()
    yText.insert(0, 'Hello world')
    yText.insertEmbed(5, 5 as never)
    text.release()
    const copy = await world.ann.echo.spaces.clone(space.id)
    expect(await textOf(copy, note.id)).toEqual([{ insert: 'Hello world' }])
    await world.dispose()
  })

  it('carries links with their ends and fields, and references', async () => {
    const world = await setUp()
    const space = await world.ann.echo.spaces.create({ name: 'Garden' })
    const [wall, roof] = [space.create(Task, { title: 'Wall' }), space.create(Task, { title: 'Roof' })]
    const { id: link } = space.link(wall, Blocks, roof, { since: new Date(5) })
    const copy = await world.ann.echo.spaces.clone(space.id)
    expect(copy.get(Blocks, link)).toEqual(space.get(Blocks, link))
    const targets = query(Task).ids([wall.id]).links(Blocks).target(Task)
    expect(copy.run(targets).map(({ title }) => title)).toEqual(['Roof'])
    await world.dispose()
  })

  it('carries the content of models, also for an app that does not know them', async () => {
    const world = await setUp()
    const { echo } = world.ann
    const space = await echo.spaces.create({ name: 'Garden' })
    const { id: board } = space.create(Board, { title: 'Spring' })
    const hers = await space.openModel(Kanban, board)
    hers.actions.move(hers.actions.add('Sow'), 'done')
    const copy = await echo.spaces.clone(space.id)
    const its = await copy.openModel(Kanban, board)
    expect(its.snapshot.get()).toEqual(hers.snapshot.get())
    expect(its.snapshot.get().done.length).toBe(1)
    const { blob } = await space.export({ format: 'json' })
    const foreign = (await blob.text()).replaceAll('kanban', 'whiteboard').replaceAll('"board"', '"unknown"')
    const again = await (await echo.spaces.import(new Blob([foreign]))).export({ format: 'json' })
    const itemsOf = (text: string): unknown => (JSON.parse(text) as { items: unknown }).items
    expect(itemsOf(await again.blob.text())).toEqual(itemsOf(foreign))
    await world.dispose()
  })

  it('refuses a passphrase that it has no use for, and a locked file without one', async () => {
    const world = await setUp()
    const space = await world.ann.echo.spaces.create({ name: 'Garden' })
    for (const options of [
      { format: 'encrypted' },
      { format: 'encrypted', passphrase: '' },
      { format: 'json', passphrase: 'x' },
      { format: 'xml' },
    ]) {
      expect(await codeOf(space.export(options as never))).toBe('bad-value')
    }
    await world.dispose()
  })
})

describe('an import', () => {
  it('of a file that is damaged, foreign, newer or hostile is refused and leaves nothing behind', { timeout: 60_000 }, async () => {
    const world = await setUp()
    const { ann } = world
    const { echo } = ann
    const space = await echo.spaces.create({ name: 'Garden' })
    await space.flush()
    const before = await rowsOf(ann)
    const other = 'iiiiiiiiiiiiiiiiiiiiiA'
    const inCircle = `${start}\n${item(`,"parent":"${other}"`)},\n${item(`,"parent":"${id}"`, other)}\n]}`
    const files: Record<string, readonly [content: string | Uint8Array<ArrayBuffer>, code: string]> = {
      nothing: ['', 'import-foreign'],
      'a picture': [new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), 'import-foreign'],
      'a text': ['Dear Ann,\nwater the roses.', 'import-foreign'],
      'a list': ['[1, 2]', 'import-foreign'],
      'other JSON': ['{"name":"Garden","items":[]}', 'import-foreign'],
      'other JSON in lines': ['{"format":"other","items":[\n]}', 'import-foreign'],
      'broken JSON of something': ['{"name":', 'import-foreign'],
      'bytes that are no text': [new Uint8Array([123, 0xff, 0xfe, 10]), 'import-foreign'],
      'another app’s': [`${start.replace('"test"', '"other"')}\n]}`, 'import-foreign'],
      'no app’s': [`${start.replace('"app":"test",', '')}\n]}`, 'import-foreign'],
      'a newer version’s': [`${start.replace('"version":1', '"version":2')}\n]}`, 'newer-version'],
      'no version’s': [`${start.replace('"version":1,', '')}\n]}`, 'import-damaged'],
      'a version’s that is a text': [`${start.replace('"version":1', '"version":"1"')}\n]}`, 'import-damaged'],
      'one that ends after its head': [`${start}\n`, 'import-damaged'],
      'one that ends in its head': [start.slice(0, 90), 'import-damaged'],
      'one that ends in an item': [`${start}\n${item()},\n${item('', other).slice(0, 40)}`, 'import-damaged'],
      'one that ends between items': [`${start}\n${item()},\n`, 'import-damaged'],
      'one with something behind its end': [`${start}\n${item()}\n]}\n{}`, 'import-damaged'],
      'one with an item behind its end': [`${start}\n]}\n${item()}`, 'import-damaged'],
      'an item that is no JSON': [`${start}\n{id:1}\n]}`, 'import-damaged'],
      'an item that is a number': [`${start}\n5\n]}`, 'import-damaged'],
      'an empty line': [`${start}\n\n]}`, 'import-damaged'],
      'two items in a line': [`${start}\n${item()},${item('', other)}\n]}`, 'import-damaged'],
      'an item without an id': [`${start}\n{"type":"task","fields":{}}\n]}`, 'import-damaged'],
      'one id twice': [`${start}\n${item()},\n${item()}\n]}`, 'import-damaged'],
      'an item under itself': [`${start}\n${item(`,"parent":"${id}"`)}\n]}`, 'import-damaged'],
      'two items under each other': [inCircle, 'import-damaged'],
      '__proto__ in an item': [`${start}\n${item(',"__proto__":{"deleted":true}')}\n]}`, 'import-damaged'],
      '__proto__ in a value': [`${start}\n${item(',"more":{"a":{"__proto__":1}}')}\n]}`, 'import-damaged'],
      '__proto__ in the properties': [`${start.replace('"name"', '"__proto__"')}\n]}`, 'import-damaged'],
      'properties that are a list': [`${start.replace('{"name":"Garden"}', '[]')}\n]}`, 'import-damaged'],
      'no properties': [`${start.replace('"properties":{"name":"Garden"},', '')}\n]}`, 'import-damaged'],
      'a value that is too deep': [`${start}\n${item(`,"more":{"a":${'['.repeat(50)}${']'.repeat(50)}}`)}\n]}`, 'import-damaged'],
      'a value of endless depth': [`${start}\n${item(`,"more":{"a":${'['.repeat(200_000)}`)}\n]}`, 'import-damaged'],
      'a value that is too large': [`${start}\n${item(`,"more":{"a":"${'x'.repeat(300_000)}"}`)}\n]}`, 'import-damaged'],
      'a key of the system’s': [`${start}\n${item(',"keys":{"//parent":[null,null]}')}\n]}`, 'import-damaged'],
      'a text that is not one’s own': [`${start}\n${item(',"text":"x"')}\n]}`, 'import-damaged'],
      'a content that is none': [`${start}\n${item(',"model":"board","content":{"canvas":{}}')}\n]}`, 'import-damaged'],
      'items that are no list, laid out anew': [
        `{"format":"echo-react/space","version":1,"app":"test","properties":{},\n"items":{}}`,
        'import-damaged',
      ],
      'bytes in an item that are no text': [new Uint8Array([...new TextEncoder().encode(`${start}\n`), 0xff, 10]), 'import-damaged'],
    }
    for (const [name, [content, code]] of Object.entries(files)) {
      const error = await echo.spaces.import(new Blob([content])).catch((caught: EchoError) => caught)
      expect([name, (error as EchoError).code]).toEqual([name, code])
    }
    expect(await rowsOf(ann)).toEqual(before)
    expect(echo.spaces.list.get().map(({ name }) => name)).toEqual(['Garden'])
    expect(({} as { deleted?: unknown }).deleted).toBeUndefined()
    await world.dispose()
  })

  it('of a file that cannot be read any more says so', async () => {
    const world = await setUp()
    const gone = { size: 100, slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('It was moved.', 'NotReadableError')) }) }
    expect(await codeOf(world.ann.echo.spaces.import(gone as never))).toBe('import-damaged')
    await world.dispose()
  })

  it('shows a row that does not fit its schema as an invalid one', async () => {
    const world = await setUp()
    const file = `${start}\n${item()},\n${item('', 'iiiiiiiiiiiiiiiiiiiiiA').replace('"Water"', '5')}\n]}\n`
    const space = await world.ann.echo.spaces.import(new Blob([file]))
    expect(space.run(query(Task)).map(({ title }) => title)).toEqual(['Water'])
    expect(space.run(query(Task).invalid('only')).length).toBe(1)
    await world.dispose()
  })

  it('that is cancelled leaves nothing behind, whenever it is', async () => {
    const world = await setUp()
    const { ann } = world
    const file = new Blob([bigFile(3000)])
    const before = await rowsOf(ann)
    for (const at of [0, 0.2, 0.6]) {
      const controller = new AbortController()
      const onProgress = (progress: number): void => {
        expect(ann.echo.spaces.list.get()).toEqual([])
        if (progress >= at) controller.abort()
      }
      expect(await codeOf(ann.echo.spaces.import(file, { signal: controller.signal, onProgress }))).toBe('cancelled')
      expect(await rowsOf(ann)).toEqual(before)
    }
    const ended = new AbortController()
    ended.abort()
    expect(await codeOf(ann.echo.spaces.import(file, { signal: ended.signal }))).toBe('cancelled')
    const space = await ann.echo.spaces.import(file)
    expect(space.count(query(Task))).toBe(3000)
    const exporting = new AbortController()
    const onProgress = (): void => exporting.abort()
    expect(await codeOf(space.export({ format: 'json', signal: exporting.signal, onProgress }))).toBe('cancelled')
    await world.dispose()
  })

  it('that a crash ends is taken away by the next start', async () => {
    const world = await setUp(hasty)
    const { ann } = world
    const before = await rowsOf(ann)
    let crash: Promise<void> | undefined
    let half: readonly string[] = []
    const importing = ann.echo.spaces.import(new Blob([bigFile(3000)]), {
      onProgress(progress) {
        if (progress < 0.5 || crash !== undefined) return
        crash = rowsOf(ann).then((rows) => {
          half = rows
          return ann.crash()
        })
      },
    })
    expect(await codeOf(importing)).not.toBe('none')
    await crash
    expect(half.some((row) => row.startsWith('import/'))).toBe(true)
    await expect.poll(() => rowsOf(ann), { timeout: 5000 }).toEqual(before)
    expect(ann.echo.spaces.list.get()).toEqual([])
    expect((await ann.echo.spaces.import(new Blob([bigFile(5)]))).count(query(Task))).toBe(5)
    await world.dispose()
  })

  it('for which the disk has no room leaves nothing behind, and goes well when it has', async () => {
    const world = await setUp(hasty)
    const { ann } = world
    const before = await rowsOf(ann)
    ann.disk.quotaBytes = ann.disk.usedBytes + 50_000
    expect(await codeOf(ann.echo.spaces.import(new Blob([bigFile(3000)])))).toBe('storage-full')
    ann.disk.quotaBytes = Infinity
    expect(await rowsOf(ann)).toEqual(before)
    expect((await ann.echo.spaces.import(new Blob([bigFile(50)]))).count(query(Task))).toBe(50)
    await world.dispose()
  })

  it('that the app’s end cuts short leaves nothing behind', async () => {
    const world = await setUp()
    const { ann } = world
    const before = await rowsOf(ann)
    let restart: Promise<unknown> | undefined
    const importing = ann.echo.spaces.import(new Blob([bigFile(3000)]), {
      onProgress(progress) {
        if (progress > 0.3) restart ??= ann.restart()
      },
    })
    expect(await codeOf(importing)).toBe('cancelled')
    await restart
    expect(await rowsOf(ann)).toEqual(before)
    await world.dispose()
  })
})

describe('a locked file', () => {
  it(
    'opens with its passphrase only, and not where a byte of it is another, it is cut off or its portions are in another order',
    { timeout: 60_000 },
    async () => {
      const world = await setUp()
      const { echo } = world.ann
      const space = await echo.spaces.import(new Blob([bigFile(400, 2500)]))
      const { blob } = await space.export({ format: 'encrypted', passphrase: 'correct horse' })
      const bytes = new Uint8Array(await blob.arrayBuffer())
      const head = 'echo-react/sealed-space\n'.length + 17
      const first = 4 + new DataView(bytes.buffer).getUint32(head)
      const changed = (at: number, by = 1): Uint8Array<ArrayBuffer> => bytes.map((byte, i) => (i === at ? byte ^ by : byte))
      const open = (file: Uint8Array<ArrayBuffer>, passphrase?: string): Promise<string> =>
        codeOf(echo.spaces.import(new Blob([file]), { ...(passphrase !== undefined && { passphrase }) }))
      const count = echo.spaces.list.get().length
      expect(await open(bytes)).toBe('bad-passphrase')
      expect(await open(bytes, 'wrong horse')).toBe('bad-passphrase')
      expect(await open(changed(head - 1), 'correct horse')).toBe('bad-passphrase')
      expect(await open(changed(head + 10), 'correct horse')).toBe('bad-passphrase')
      expect(await open(changed(head - 17, 3), 'correct horse')).toBe('newer-version')
      expect(await open(changed(0), 'correct horse')).toBe('import-foreign')
      expect(await open(changed(head), 'correct horse')).toBe('import-damaged')
      expect(await open(changed(bytes.length - 1), 'correct horse')).toBe('import-damaged')
      expect(await open(bytes.slice(0, -1), 'correct horse')).toBe('import-damaged')
      expect(await open(bytes.slice(0, head), 'correct horse')).toBe('import-damaged')
      expect(await open(bytes.slice(0, head - 5), 'correct horse')).toBe('import-damaged')
      expect(await open(new Uint8Array([...bytes, 0]), 'correct horse')).toBe('import-damaged')
      const second = 4 + new DataView(bytes.buffer).getUint32(head + first)
      expect(head + first + second).toBeLessThan(bytes.length)
      // The second portion in the place of the third, and a file that ends where a portion does.
      expect(await open(bytes.slice(0, head + first + second), 'correct horse')).toBe('import-damaged')
      const repeated = [...bytes.slice(0, head + first), ...bytes.slice(head + first, head + first + second), ...bytes.slice(head + first)]
      expect(await open(new Uint8Array(repeated), 'correct horse')).toBe('import-damaged')
      expect(echo.spaces.list.get().length).toBe(count)
      await world.dispose()
    },
  )
})

function bigFile(count: number, size = 200): string {
  const items = Array.from({ length: count }, (_, i) =>
    item(`,"more":{"note":"${'x'.repeat(size)} ${i}"}`, `${String(i).padStart(21, '0')}A`),
  )
  return `${start}\n${items.join(',\n')}\n]}\n`
}
