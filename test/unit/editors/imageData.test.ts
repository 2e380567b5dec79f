import { describe, expect, it } from 'vitest'
import { isShowable, maxImageLength, readImage, safeImageSource } from '../../../src/editors/rich-text/imageData.ts'

const text = (chars: string): number[] => [...chars].map((char) => char.charCodeAt(0))
const big32 = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255)
const big16 = (value: number): number[] => big32(value).slice(2)
const little16 = (value: number): number[] => big16(value).reverse()
const little24 = (value: number): number[] => big32(value).slice(1).reverse()

const png = (width: number, height: number) => [
  ...text('\x89PNG\r\n\x1A\n'),
  ...big32(13),
  ...text('IHDR'),
  ...big32(width),
  ...big32(height),
]
const gif = (width: number, height: number) => [...text('GIF89a'), ...little16(width), ...little16(height)]
const riff = (...chunk: number[]) => [...text('RIFF'), 0, 0, 0, 0, ...text('WEBP'), ...chunk]
const lossy = (width: number, height: number) =>
  riff(...text('VP8 '), 0, 0, 0, 0, 0, 0, 0, 0x9d, 1, 0x2a, ...little16(width), ...little16(height))
const lossless = (width: number, height: number) =>
  riff(...text('VP8L'), 0, 0, 0, 0, 0x2f, ...big32((width - 1) | ((height - 1) << 14)).reverse())
const extended = (width: number, height: number, flags = 0) =>
  riff(...text('VP8X'), 10, 0, 0, 0, flags, 0, 0, 0, ...little24(width - 1), ...little24(height - 1))
const frame = (width: number, height: number) => [0xff, 0xc2, 0, 17, 8, ...big16(height), ...big16(width)]
const jpeg = (width: number, height: number, ...before: number[]) => [0xff, 0xd8, ...before, ...frame(width, height)]
const exif = [0xff, 0xe1, 0, 6, 1, 2, 3, 4]

const read = (bytes: readonly number[]) => readImage(Uint8Array.from(bytes))
const url = (type: string, bytes: readonly number[]) => `data:image/${type};base64,${btoa(String.fromCharCode(...bytes))}`

describe('readImage', () => {
  const files: readonly (readonly [string, string, number[]])[] = [
    ['a PNG', 'png', png(320, 200)],
    ['a GIF', 'gif', gif(320, 200)],
    ['a lossy WebP', 'webp', lossy(320, 200)],
    ['a lossless WebP', 'webp', lossless(320, 200)],
    ['an extended WebP', 'webp', extended(320, 200)],
    ['a JPEG', 'jpeg', jpeg(320, 200, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xff, 0xdb, 0, 3, 0)],
  ]
  for (const [name, type, bytes] of files) {
    it(`reads kind and size of ${name}, and nothing of its beginning alone`, () => {
      expect(read(bytes)).toEqual({ type, width: 320, height: 200, hasMetadata: false })
      for (let length = 0; length < bytes.length; length++) expect(read(bytes.slice(0, length))).toBeUndefined()
    })
  }

  it('sees what a camera wrote', () => {
    expect(read(jpeg(3, 2, ...exif))).toEqual({ type: 'jpeg', width: 3, height: 2, hasMetadata: true })
    expect(read(extended(3, 2, 8))?.hasMetadata).toBe(true)
  })

  it('knows no other kinds, and gives up on a JPEG without a size or whose parts lead nowhere', () => {
    for (const bytes of [
      text('<svg xmlns="http://www.w3.org/2000/svg"></svg>'),
      text('%PDF-1.7'),
      text('BM'),
      [],
      text('RIFF1234WEBPVP9 '),
    ])
      expect(read(bytes)).toBeUndefined()
    expect(read([0xff, 0xd8, 0xff, 0xda, 0, 2, ...frame(3, 2)])).toBeUndefined()
    expect(read([0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff, 1])).toBeUndefined()
    expect(read([0xff, 0xd8, 1, 2, 3, 4])).toBeUndefined()
    expect(read([0xff, 0xd8, ...Array.from({ length: 100_000 }, () => 0xff)])).toBeUndefined()
  })
})

describe('safeImageSource', () => {
  it('takes an image that is what it says', () => {
    for (const source of [url('png', png(1, 1)), url('gif', gif(9, 9)), url('jpeg', jpeg(2, 2)), url('webp', lossy(4, 4))])
      expect(safeImageSource(source)).toBe(source)
  })

  it('takes no other address, kind, form or type', () => {
    const svg = text('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>')
    const sources: readonly unknown[] = [
      'javascript:alert(1)',
      'http://example.org/a.png',
      'https://example.org/a.png',
      'blob:https://example.org/1',
      '//example.org/a.png',
      '',
      url('svg+xml', svg),
      url('png', svg),
      url('png', gif(1, 1)),
      url('bmp', png(1, 1)),
      `data:image/png,${String.fromCharCode(...png(1, 1))}`,
      ` ${url('png', png(1, 1))}`,
      `${url('png', png(1, 1))}\n`,
      url('png', png(1, 1)).replace(';base64', ';charset=x;base64'),
      `data:image/png;base64,A`,
      null,
      7,
      { toString: () => url('png', png(1, 1)) },
    ]
    for (const source of sources) expect(safeImageSource(source)).toBeUndefined()
  })

  it('takes none that is too long, or would unfold into too much', () => {
    const padded = (length: number) => [...png(1, 1), ...Array.from({ length: length - 24 }, () => 0)]
    expect(safeImageSource(url('png', padded(98_000)))).toBeDefined()
    const long = url('png', padded(98_400))
    expect(long.length).toBeGreaterThan(maxImageLength)
    expect(safeImageSource(long)).toBeUndefined()
    expect(isShowable({ type: 'png', width: 4000, height: 4000, hasMetadata: false })).toBe(true)
    for (const [width, height] of [
      [4001, 4000],
      [20_000, 1],
      [1, 2 ** 32 - 1],
      [0, 5],
    ] as const)
      expect(safeImageSource(url('png', png(width, height)))).toBeUndefined()
  })
})
