import { describe, expect, it } from 'vitest'
import { readSpaceFile } from '../../../src/client/transfer/spaceFile.ts'
import { utf8 } from '../../../src/shared/bytes.ts'

async function* portionsOf(text: string): AsyncGenerator<Uint8Array> {
  const bytes = utf8(text)
  for (let start = 0; start < bytes.length; start += 100_001) yield bytes.subarray(start, start + 100_001)
}

describe('the file of a space that was laid out anew', () => {
  it('is read however many lines it has, with characters that lie across portions', async () => {
    const items = Array.from({ length: 40_000 }, (_, i) => ({ id: i, text: '👋'.repeat(i % 5) }))
    const file = JSON.stringify({ format: 'echo-react/space', version: 1, app: 'garden', properties: { name: 'Garden' }, items }, null, 2)
    const read: unknown[] = []
    let properties: unknown
    await readSpaceFile(
      portionsOf(file),
      'garden',
      (head) => void (properties = head.properties),
      (item) => void read.push(item),
    )
    expect(properties).toEqual({ name: 'Garden' })
    expect(read).toEqual(items)
  })
})
