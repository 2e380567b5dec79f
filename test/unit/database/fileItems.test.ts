import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../../src/database/types/defineType.ts'
import { decodeFileItem, decodeProperties, fileItemOf, type FileItem } from '../../../src/database/files/fileItems.ts'
import { fromFileValue, toFileValue } from '../../../src/database/files/fileValues.ts'
import { query } from '../../../src/database/query/query.ts'
import { Reference } from '../../../src/database/types/reference.ts'
import { maxValueBytes } from '../../../src/database/types/values.ts'
import { createTestReplica, type TestReplica } from './createTestReplica.ts'

const Any = defineType('any', z.object({ value: z.unknown() }))
const id = 'hhhhhhhhhhhhhhhhhhhhhA'
const fits = { id, type: 'any', fields: { value: 1 } }

/** The items of a replica as a file would hold them, through JSON. */
function fileOf({ map, db }: TestReplica): FileItem[] {
  const rests = new Map<string, string[]>()
  for (const key of map.keys()) {
    if (key.startsWith('//')) continue
    const known = rests.get(key.slice(0, 22)) ?? []
    if (key.length > 22) known.push(key.slice(22))
    rests.set(key.slice(0, 22), known)
  }
  return [...rests].flatMap(([item, of]) => {
    const place = db.placeOf(item)
    const known = place && fileItemOf(item as never, of, (key) => map.get(key), place)
    return known === undefined ? [] : [JSON.parse(JSON.stringify(known)) as FileItem]
  })
}

function copyOf(replica: TestReplica): TestReplica {
  const copy = createTestReplica(9, [Any])
  for (const item of fileOf(replica)) {
    const decoded = decodeFileItem(item)
    expect(decoded, JSON.stringify(item)).toBeDefined()
    copy.plant(Object.fromEntries(decoded!.entries))
  }
  return copy
}

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < depth; i++) value = [value]
  return value
}

describe('items in a file', () => {
  it('keep every kind of value, at any depth that can be written', () => {
    const replica = createTestReplica(1, [Any])
    const values = [
      null,
      true,
      'text 👋 "\n</script>',
      '\uD800',
      1.5,
      Number.NaN,
      Infinity,
      -Infinity,
      -0,
      new Uint8Array(),
      new Uint8Array([0, 255, 7]),
      new Date('1969-07-20T20:17:40Z'),
      new Reference(id),
      [],
      {},
      { '@': 'bytes', v: 'AA' },
      { constructor: 1, toString: 2, deep: [{ at: new Date(0), bytes: new Uint8Array(3) }] },
      nested(28),
      Array.from({ length: 30_000 }, (_, i) => i % 2 === 0),
      'x'.repeat(maxValueBytes - 4),
    ]
    const items = values.map((value) => replica.db.create(Any, { value }))
    const copy = copyOf(replica)
    items.forEach((item) => expect(copy.db.get(Any, item.id)).toEqual(item))
  })

  it('say what holds now: a later write, an unset field, the place and the deletion', () => {
    const replica = createTestReplica(1, [Any])
    const { db } = replica
    const top = db.create(Any, { value: 'top', other: 1 } as never)
    const [first, second, third] = ['first', 'second', 'third'].map((value) => db.create(Any, { value }, { parent: top }))
    db.update(top.id, { value: 'later', other: undefined })
    db.move(third!, { before: first! })
    db.move(second!, { parent: null })
    db.delete(first!)
    const copy = copyOf(replica)
    expect(copy.db.run(query(Any))).toEqual(db.run(query(Any)))
    expect(copy.db.get(Any, top.id)).not.toHaveProperty('other')
    expect(copy.db.placeOf(second!.id)).toEqual(db.placeOf(second!.id))
    copy.db.restore(first!.id)
    db.restore(first!)
    expect(copy.db.run(query(Any).under(top.id))).toEqual(db.run(query(Any).under(top)))
    expect(copy.db.run(query(Any).under(top.id)).map(({ value }) => value)).toEqual(['third', 'first'])
  })

  it('carry what this version does not know: types, models, keys under an item, and more in its creation record', () => {
    const replica = createTestReplica(1, [Any])
    replica.plant({
      [id]: { t: 'strange', m: 'kanban', f: { value: 1 }, s: 'source', later: { deep: [1] } },
      [`${id}/address.city`]: 'Graz',
      [`${id}/address.zip`]: undefined,
      [`${id}/steps/abc/@o`]: 'a0',
      [`${id}//newer`]: { '@': 'unknown', v: 1 },
    })
    const copy = copyOf(replica)
    expect(Object.fromEntries(copy.map.entries())).toEqual(Object.fromEntries(replica.map.entries()))
    expect(copy.map.has(`${id}/address.zip`)).toBe(true)
  })

  it('keep many large fields, those that do not fit into one record as later writes', () => {
    const replica = createTestReplica(1, [Any])
    const item = replica.db.create(Any, { value: 0 })
    for (const name of ['a', 'b', 'c']) replica.db.update(item.id, { [name]: name.repeat(200_000) })
    const [file] = fileOf(replica)
    const { entries } = decodeFileItem(file)!
    expect(entries.length).toBeGreaterThan(1)
    for (const [, value] of entries) expect(JSON.stringify(value).length).toBeLessThan(300_000)
    expect(copyOf(replica).db.get(Any, item.id)).toEqual(replica.db.get(Any, item.id))
  })

  it('of hostile content leave out what no reader would take, and carry the rest', () => {
    const replica = createTestReplica(1, [Any])
    replica.plant({
      [id]: { t: 'any', m: 5, f: { value: 1, deep: nested(40), 'a/b': 1 }, p: 7, o: 'no position' },
      [`${id}/big`]: 10n,
      [`${id}//parent`]: [id, null],
      iiiiiiiiiiiiiiiiiiiiiA: 'no creation record',
      jjjjjjjjjjjjjjjjjjjjjA: { t: '', m: 'object', f: {} },
    })
    expect(fileOf(replica)).toEqual([{ id, type: 'any', fields: { value: 1 } }])
  })

  it('are refused where anything is not as it should be', () => {
    expect(decodeFileItem(fits)).toBeDefined()
    const bad: Record<string, unknown> = {
      'no object': 5,
      'a list': [fits],
      'no id': { ...fits, id: undefined },
      'an id of another length': { ...fits, id: 'abc' },
      'an id with spare bits': { ...fits, id: 'hhhhhhhhhhhhhhhhhhhhhB' },
      'no type': { ...fits, type: undefined },
      'an empty type': { ...fits, type: '' },
      'a long type': { ...fits, type: 't'.repeat(200) },
      'a model that is no text': { ...fits, model: 5 },
      'an unknown name': { ...fits, colour: 'red' },
      'fields that are a list': { ...fits, fields: [] },
      'no fields': { ...fits, fields: undefined },
      'a field named id': { ...fits, fields: { id: 1 } },
      'a field with a slash': { ...fits, fields: { 'a/b': 1 } },
      'a field named __proto__': JSON.parse(`{"id":"${id}","type":"any","fields":{"__proto__":{"polluted":1}}}`),
      '__proto__ deep in a value': JSON.parse(`{"id":"${id}","type":"any","fields":{"value":[{"__proto__":{"polluted":1}}]}}`),
      '__proto__ of the item': JSON.parse(`{"id":"${id}","type":"any","fields":{},"__proto__":{"text":"x"}}`),
      'a value that is too deep': { ...fits, fields: { value: nested(29) } },
      'a value with too many parts': { ...fits, fields: { value: Array.from({ length: 40_000 }, () => 0) } },
      'a value that is too long': { ...fits, fields: { value: 'x'.repeat(maxValueBytes + 1) } },
      'bytes that are none': { ...fits, fields: { value: { '@': 'bytes', v: 'A' } } },
      'a number that is none': { ...fits, fields: { value: { '@': 'number', v: '12' } } },
      'an unset field': { ...fits, fields: { value: { '@': 'unset' } } },
      'a parent that is no id': { ...fits, parent: 'x' },
      'itself as its parent': { ...fits, parent: id },
      'a place that is none': { ...fits, position: '!' },
      'a deletion that is none': { ...fits, deleted: 'yes' },
      'a key of its own for a field': { ...fits, keys: { '/value': 1 } },
      'a system key': { ...fits, keys: { '//deleted': true } },
      'a key without a slash': { ...fits, keys: { value: 1 } },
      'a key that is too long': { ...fits, keys: { [`/a.${'b'.repeat(2000)}`]: 1 } },
      'more that names the type': { ...fits, more: { t: 'other' } },
      'a content of a text': { ...fits, model: 'text', content: {} },
      'a content of an object': { ...fits, content: {} },
      'a text of an object': { ...fits, text: 'x' },
      'a text that is none': { ...fits, model: 'text', text: 5 },
      'a text twice': { ...fits, model: 'text', text: 'x', delta: [{ insert: 'x' }] },
      'a piece that deletes': { ...fits, model: 'text', delta: [{ delete: 5 }] },
      'an empty piece': { ...fits, model: 'text', delta: [{ insert: '' }] },
      'a piece with a list of formats': { ...fits, model: 'text', delta: [{ insert: 'x', attributes: [] }] },
      'a format that is too large': { ...fits, model: 'text', delta: [{ insert: 'x', attributes: { a: 'x'.repeat(70_000) } }] },
      'a format named __proto__': { ...fits, model: 'text', delta: [{ insert: 'x', attributes: JSON.parse('{"__proto__":1}') }] },
      'an embed that is too deep': { ...fits, model: 'text', delta: [{ insert: { value: nested(40) } }] },
    }
    for (const [name, json] of Object.entries(bad)) expect(decodeFileItem(json), name).toBeUndefined()
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(decodeProperties({ name: 'Garden' })).toEqual([['//name', 'Garden']])
    for (const properties of [undefined, [], 'x', { 'a/b': 1 }, JSON.parse('{"__proto__":1}')]) {
      expect(decodeProperties(properties)).toBeUndefined()
    }
  })

  it('have one JSON for each stored value, and back', () => {
    for (const stored of [undefined, null, -0, Number.NaN, new Uint8Array([1]), { '@': 'obj', v: { '@': 1 } }]) {
      const json = toFileValue(stored)
      expect(fromFileValue(JSON.parse(JSON.stringify(json)))).toEqual({ value: stored })
    }
    expect(fromFileValue({ '@': 'unset', v: 1 })).toBe('bad')
    expect(fromFileValue([{ '@': 'unset' }])).toEqual({ value: [{ '@': 'unset' }] })
  })
})
