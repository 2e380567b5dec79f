import { describe, expect, it } from 'vitest'
import { withdrawnCount, withdrawnFile } from '../../../src/components/spaces/withdrawnFile.ts'
import { fromBase64Url } from '../../../src/shared/bytes.ts'
import { rootDocumentId, type DeviceId, type DocumentId, type IdentityId } from '../../../src/shared/ids.ts'

const author = { identity: 'bob' as IdentityId, device: 'phone' as DeviceId, writtenAt: Date.UTC(2026, 0, 2) }

describe('withdrawnFile', () => {
  it('holds values, texts and the documents themselves, in a form that anyone can read', () => {
    const update = Uint8Array.of(7, 8, 9)
    const contents = [
      { ...author, document: rootDocumentId, values: { 'a/title': 'Water', 'a/seed': Uint8Array.of(1, 2) }, update: Uint8Array.of(0, 0) },
      { ...author, document: 'note' as DocumentId, values: {}, text: 'Peas on Monday', update },
    ]
    expect(withdrawnCount(contents)).toBe(3)
    const [root, note] = JSON.parse(withdrawnFile(contents, (id) => (id === 'bob' ? 'Bob' : undefined)))
    expect(root).toMatchObject({
      author: 'Bob',
      writtenAt: '2026-01-02T00:00:00.000Z',
      values: { 'a/title': 'Water', 'a/seed': { bytes: 'AQI' } },
    })
    expect(note).toMatchObject({ document: 'note', text: 'Peas on Monday' })
    expect(fromBase64Url(note.update)).toEqual(update)
  })
})
