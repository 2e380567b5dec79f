import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { equalValues } from '../../../src/database/types/compareValues.ts'
import { Reference } from '../../../src/database/types/reference.ts'
import { maxValueBytes, maxValueDepth, maxValueNodes, readValue, storeValue } from '../../../src/database/types/values.ts'

const id = 'AAAAAAAAAAAAAAAAAAAAAA'

/** What a peer reads after the value went through Yjs. */
function throughPeer(value: unknown): unknown {
  const here = new Y.Doc()
  here.getMap('m').set('k', storeValue(value, 'k'))
  const there = new Y.Doc()
  Y.applyUpdate(there, Y.encodeStateAsUpdate(here))
  return readValue(there.getMap('m').get('k'))
}

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < depth; i++) value = [value]
  return value
}

function codeOf(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return (error as { code?: unknown }).code
  }
  return undefined
}

describe('values', () => {
  it('arrive at a peer as they were written, of every kind', () => {
    const values: unknown[] = [
      null,
      true,
      false,
      0,
      -0,
      1.5,
      -1e300,
      NaN,
      Infinity,
      '',
      'grüße 🌱',
      new Date(0),
      new Date(8.64e15),
      Uint8Array.of(0, 255),
      new Reference(id),
      [],
      [1, [null, new Date(5)]],
      {},
      { a: { b: [Uint8Array.of(1)] } },
      { '@': 'date', v: 1 },
      { '@': 1 },
      { constructor: 'x' },
      { a: { constructor: 1, '@': { '@': 'obj' } } },
      { toString: 'own', hasOwnProperty: 1 },
    ]
    for (const value of values) {
      const arrived = throughPeer(value)
      expect(equalValues(arrived, value), String(JSON.stringify(value))).toBe(true)
    }
    expect(Object.is(throughPeer(-0), -0)).toBe(true)
    expect(throughPeer(new Reference(id))).toBeInstanceOf(Reference)
  })

  it('arrive at a peer whatever plain data they hold', () => {
    const plain = fc.anything({ withDate: true, withNullPrototype: true, maxDepth: 6 })
    fc.assert(
      fc.property(plain, (value) => {
        let stored: unknown
        try {
          stored = storeValue(value, 'v')
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/^(bad-value|value-too-large)$/)
          return
        }
        expect(equalValues(readValue(stored), throughPeer(value))).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('are copied, so that a later change of the given object changes nothing', () => {
    const list = [1]
    const bytes = Uint8Array.of(1)
    const stored = storeValue({ list, bytes }, 'v')
    list.push(2)
    bytes[0] = 9
    expect(readValue(stored)).toEqual({ list: [1], bytes: Uint8Array.of(1) })
    ;(readValue(stored) as { list: number[] }).list.push(3)
    expect(readValue(stored)).toEqual({ list: [1], bytes: Uint8Array.of(1) })
  })

  it('have lone surrogates repaired before they are stored, in texts and keys', () => {
    expect(storeValue('a\uD800b', 'v')).toBe('a\uFFFDb')
    expect(storeValue({ 'k\uDC00': 1 }, 'v')).toEqual({ 'k\uFFFD': 1 })
    expect(storeValue('🌱', 'v')).toBe('🌱')
  })

  it('leave undefined properties out', () => {
    expect(storeValue({ a: undefined, b: 1 }, 'v')).toEqual({ b: 1 })
  })

  it.each([
    ['a BigInt', 1n],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['undefined in a list', [undefined]],
    ['a Map', new Map()],
    ['a Set', new Set()],
    ['a Float32Array', new Float32Array(1)],
    ['an ArrayBuffer', new ArrayBuffer(1)],
    ['a class instance', new (class Thing {})()],
    ['an invalid Date', new Date(NaN)],
    ['a nested __proto__', JSON.parse('{"a":{"__proto__":{"x":1}}}')],
    ['an object with a prototype of its own', Object.create({ x: 1 })],
    ['a RegExp', /x/],
    ['an Error', new Error('x')],
  ])('refuse %s', (_name, value) => {
    expect(codeOf(() => storeValue({ deep: [value] }, 'field'))).toBe('bad-value')
  })

  it('say where the fault lies', () => {
    expect(() => storeValue({ city: [1, 2n] }, 'address')).toThrow(/"address\.city\[1\]" is a BigInt/)
  })

  it('refuse what refers to itself', () => {
    const loop: unknown[] = []
    loop.push(loop)
    expect(codeOf(() => storeValue(loop, 'v'))).toBe('bad-value')
    const wide: unknown[] = []
    for (let i = 0; i < 50; i++) wide.push(wide)
    expect(codeOf(() => storeValue(wide, 'v'))).toMatch(/bad-value|value-too-large/)
  })

  it('are allowed up to their greatest size, depth and count and not beyond', () => {
    expect(codeOf(() => storeValue('x'.repeat(maxValueBytes - 4), 'v'))).toBeUndefined()
    expect(codeOf(() => storeValue('x'.repeat(maxValueBytes - 3), 'v'))).toBe('value-too-large')
    expect(codeOf(() => storeValue('ü'.repeat(maxValueBytes / 2), 'v'))).toBe('value-too-large')
    expect(codeOf(() => storeValue(new Uint8Array(maxValueBytes), 'v'))).toBe('value-too-large')
    expect(codeOf(() => storeValue(nested(maxValueDepth), 'v'))).toBeUndefined()
    expect(codeOf(() => storeValue(nested(maxValueDepth + 1), 'v'))).toBe('bad-value')
    expect(
      codeOf(() =>
        storeValue(
          Array.from({ length: maxValueNodes }, () => null),
          'v',
        ),
      ),
    ).toBe('value-too-large')
  })
})

describe('values from a peer', () => {
  it.each([
    ['undefined', undefined],
    ['a BigInt', 1n],
    ['a tag of a newer version', { '@': 'geo', v: [1, 2] }],
    ['a date that is a text', { '@': 'date', v: 'now' }],
    ['a date out of range', { '@': 'date', v: 1e30 }],
    ['a reference to no id', { '@': 'ref', v: 'x' }],
    ['an escape around a list', { '@': 'obj', v: [] }],
    ['a tag without content', { '@': 'obj' }],
    ['too deep a list', nested(maxValueDepth + 1)],
    ['ten thousand levels', nested(10_000)],
    ['too long a text', 'x'.repeat(maxValueBytes)],
    ['too many bytes', new Uint8Array(maxValueBytes)],
    ['too many parts', Array.from({ length: maxValueNodes }, () => 0)],
    ['an object with a prototype of its own', Object.create({ x: 1 })],
    ['a Yjs type', new Y.Map()],
    ['an own __proto__ key', JSON.parse('{"__proto__":1}')],
    ['a Map', new Map()],
  ])('are unreadable, without a throw: %s', (_name, stored) => {
    expect(readValue(stored)).toBeUndefined()
    expect(readValue([stored])).toBeUndefined()
  })

  it('cannot set the prototype of what is handed out', () => {
    const map = new Y.Doc().getMap('m')
    const hostile: unknown = JSON.parse('{"__proto__": {"admin": true}}')
    map.set('k', hostile)
    const there = new Y.Doc()
    Y.applyUpdate(there, Y.encodeStateAsUpdate(map.doc!))
    expect(readValue(there.getMap('m').get('k'))).toBeUndefined()
  })
})
