// @vitest-environment jsdom
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import type { Presence, Space } from '../../../src/client/echo.ts'
import { fitsSchema } from '../../../src/client/presence/fitsSchema.ts'
import { createTextAwareness } from '../../../src/editors/textAwareness.ts'
import { TextCursor } from '../../../src/editors/textCursor.ts'
import { contrastWithWhite, personColour, rgbOf } from '../../../src/components/members/personColour.ts'
import { EchoError } from '../../../src/shared/echoError.ts'
import { createWritable } from '../../../src/shared/readable.ts'

interface Peer {
  readonly identity: string
  readonly key: string
  readonly name: string
  readonly data: unknown
}

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
  setHidden(false)
})

function setHidden(hidden: boolean): void {
  Object.defineProperty(document, 'hidden', { configurable: true, value: hidden })
  document.dispatchEvent(new Event('visibilitychange'))
}

function setUp() {
  const doc = new Y.Doc()
  const text = doc.getText('text')
  text.insert(0, 'hello world')
  const others = createWritable<readonly Peer[]>([])
  const share = vi.fn<(type: unknown, data: unknown) => void>()
  const presence = { others: () => others, share } as unknown as Presence
  const members = createWritable([{ id: 'ann-id', hue: 210 }]) as unknown as Space['members']
  const { awareness, dispose } = createTextAwareness({ space: { presence, members }, item: 'note', doc, rootName: 'text' })
  stops.push(dispose)
  return { doc, text, others, share, awareness, dispose }
}

const placeAt = (text: Y.Text, index: number) => Y.createRelativePositionFromTypeIndex(text, index)
const jsonAt = (text: Y.Text, index: number): unknown => JSON.parse(JSON.stringify(placeAt(text, index)))
/** What the space's presence makes of what a peer sent. */
const received = (data: unknown): unknown => fitsSchema(TextCursor.schema, data)?.value

describe('the awareness of a text', () => {
  it('shares a selection as plain data and takes it back when the binding sets none', () => {
    const { text, share, awareness } = setUp()
    awareness.setLocalStateField('cursor', { anchor: placeAt(text, 2), head: placeAt(text, 5) })
    expect(share).toHaveBeenCalledTimes(1)
    const data = JSON.parse(JSON.stringify(share.mock.calls[0]![1])) as { item: string; anchor: unknown; head: unknown }
    expect(data.item).toBe('note')
    expect(received(data)).toEqual(data)
    const { doc } = setUp()
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(text.doc!))
    expect(Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(data.head), text.doc!)?.index).toBe(5)
    awareness.setLocalStateField('cursor', null)
    expect(share).toHaveBeenLastCalledWith(TextCursor, undefined)
  })

  it('says nothing twice', () => {
    const { text, share, awareness } = setUp()
    for (let i = 0; i < 3; i++) awareness.setLocalStateField('cursor', { anchor: placeAt(text, 2), head: placeAt(text, 2) })
    expect(share).toHaveBeenCalledTimes(1)
  })

  it('takes the caret back while the page is hidden, and when it is disposed', () => {
    const { text, share, awareness, dispose } = setUp()
    awareness.setLocalStateField('cursor', { anchor: placeAt(text, 2), head: placeAt(text, 2) })
    setHidden(true)
    expect(share).toHaveBeenLastCalledWith(TextCursor, undefined)
    setHidden(false)
    expect(share.mock.lastCall?.[1]).toMatchObject({ item: 'note' })
    dispose()
    expect(share).toHaveBeenLastCalledWith(TextCursor, undefined)
    const calls = share.mock.calls.length
    setHidden(true)
    expect(share).toHaveBeenCalledTimes(calls)
  })

  it('leaves the presence of another editor alone when it goes without a caret of its own', () => {
    const { share, dispose } = setUp()
    dispose()
    expect(share).not.toHaveBeenCalled()
  })

  it('goes without a caret where the app shares so much that it has no room', () => {
    const { text, share, awareness } = setUp()
    share.mockImplementationOnce(() => {
      throw new EchoError('bad-value', 'Too much.')
    })
    awareness.setLocalStateField('cursor', { anchor: placeAt(text, 2), head: placeAt(text, 2) })
    expect(share).toHaveBeenLastCalledWith(TextCursor, undefined)
  })

  it('shows others who are in this text, by the names and colours of their identities, and says what changed', () => {
    const { text, others, awareness } = setUp()
    const changes: unknown[] = []
    awareness.on('change', (change: unknown) => changes.push(change))
    const at = (index: number) =>
      received({ item: 'note', anchor: jsonAt(text, index), head: jsonAt(text, index), user: { name: 'Owner' } })
    const ann = { identity: 'ann-id', key: 'a', name: 'Ann\u202E\n', data: at(3) }
    others.set([
      ann,
      { identity: 'bob-id', key: 'b', name: 'Bob', data: received({ item: 'other', anchor: jsonAt(text, 1), head: jsonAt(text, 1) }) },
    ])
    const shown = [...awareness.getStates()].filter(([id]) => id !== awareness.clientID)
    expect(shown).toEqual([
      [-1, { user: { name: 'Ann', color: personColour(210), colorLight: expect.any(String) }, cursor: expect.anything() }],
    ])
    others.set([{ ...ann, data: at(4) }])
    others.set([])
    expect(changes).toEqual([
      { added: [-1], updated: [], removed: [] },
      { added: [], updated: [-1], removed: [] },
      { added: [], updated: [], removed: [-1] },
    ])
    expect([...awareness.getStates().keys()]).toEqual([awareness.clientID])
  })

  it('drops whatever a peer sends that is no selection, and places in other roots, which Yjs would create', () => {
    const { text, others, awareness, doc } = setUp()
    const good = jsonAt(text, 1)
    const id = { client: 1, clock: 0 }
    const bad: readonly unknown[] = [
      undefined,
      null,
      5,
      'x',
      [],
      {},
      { item: {} },
      { item: { client: -1, clock: 0 } },
      { item: { client: 1, clock: 0.5 } },
    ]
    for (const place of [...bad, { item: { client: 1, clock: NaN } }, { item: { client: '1', clock: 1 } }, { type: 7 }, { tname: {} }])
      for (const data of [
        { item: 'note', anchor: place, head: good },
        { item: 'note', anchor: good, head: place },
        { item: Object(place), anchor: good, head: good },
        place,
      ])
        expect(received(data)).toBeUndefined()
    const elsewhere = received({ item: 'note', anchor: { tname: 'made up' }, head: good })
    others.set([{ identity: 'eve-id', key: 'e', name: 'Eve', data: elsewhere }])
    expect([...awareness.getStates().keys()]).toEqual([awareness.clientID])
    expect(received({ item: 'note', anchor: { item: id, type: 'x', assoc: 'y', more: 1 }, head: { type: id, assoc: -7 } })).toEqual({
      item: 'note',
      anchor: { item: id, type: null, tname: null, assoc: 0 },
      head: { item: null, type: id, tname: null, assoc: -1 },
    })
    expect([...doc.share.keys()]).toEqual(['text'])
  })
})

describe('the colour of a person', () => {
  it('is six hex digits on which white letters can be read', () => {
    for (let hue = 0; hue < 360; hue++) {
      const colour = personColour(hue)
      expect(colour).toMatch(/^#[0-9a-f]{6}$/)
      const rgb = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))
      expect(contrastWithWhite(rgb)).toBeGreaterThanOrEqual(4.5)
      expect(contrastWithWhite(rgb)).toBeLessThan(5.5)
    }
  })

  it('has the hue that CSS gives the avatar', () => {
    // What Chromium draws for oklch(0.54 0.11 …).
    expect([0, 90, 180, 270].map((hue) => rgbOf(hue))).toEqual([
      [161, 81, 108],
      [135, 107, 1],
      [0, 131, 113],
      [86, 106, 175],
    ])
  })
})
