/** Longest picture in a text, in UTF-16 units of its `data:` address: 96 KiB of an image file. A block holds a mebibyte. */
export const maxImageLength = 128 * 1024
/** All pictures of a text together may take so much when another one is put in. */
export const maxImagesLength = 2 * 1024 * 1024
/** A small file may unfold into more than a device has memory for. */
const maxSide = 16_384
const maxPixels = 16_000_000

export type ImageType = 'png' | 'jpeg' | 'webp' | 'gif'

/** What the bytes of an image say of themselves. */
export interface ImageFacts {
  readonly type: ImageType
  readonly width: number
  readonly height: number
  /** Whether a camera wrote into it, such as where it was taken. */
  readonly hasMetadata: boolean
}

/** Kind and size of an image file, by its bytes. Undefined for anything but PNG, JPEG, WebP and GIF, above all for SVG. Never throws. */
export function readImage(bytes: Uint8Array): ImageFacts | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    return readPng(view) ?? readGif(view) ?? readWebp(view) ?? readJpeg(view)
  } catch (error) {
    // It ends before its size.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Whether an image is small enough, unfolded, to be shown. */
export function isShowable({ width, height }: ImageFacts): boolean {
  return width > 0 && height > 0 && width <= maxSide && height <= maxSide && width * height <= maxPixels
}

const dataUrl = /^data:image\/(png|jpeg|webp|gif);base64,([A-Za-z0-9+/]+={0,2})$/

/**
 * An address that a picture may have: `data:` of an image that is what it says, not longer than {@link maxImageLength}. So no picture tells a server
 * who reads the text, and none brings script along. Undefined for anything else. Never throws.
 */
export function safeImageSource(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > maxImageLength) return undefined
  const [, type, base64 = ''] = dataUrl.exec(value) ?? []
  if (type === undefined || base64.length % 4 !== 0) return undefined
  const facts = readImage(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)))
  return facts?.type === type && isShowable(facts) ? value : undefined
}

function textAt(view: DataView, at: number, length: number): string {
  return String.fromCharCode(...Array.from({ length }, (_, index) => view.getUint8(at + index)))
}

function readPng(view: DataView): ImageFacts | undefined {
  if (textAt(view, 0, 8) !== '\x89PNG\r\n\x1A\n' || textAt(view, 12, 4) !== 'IHDR') return undefined
  return { type: 'png', width: view.getUint32(16), height: view.getUint32(20), hasMetadata: false }
}

function readGif(view: DataView): ImageFacts | undefined {
  if (!/^GIF8[79]a$/.test(textAt(view, 0, 6))) return undefined
  return { type: 'gif', width: view.getUint16(6, true), height: view.getUint16(8, true), hasMetadata: false }
}

function readWebp(view: DataView): ImageFacts | undefined {
  if (textAt(view, 0, 4) !== 'RIFF' || textAt(view, 8, 4) !== 'WEBP') return undefined
  const chunk = textAt(view, 12, 4)
  if (chunk === 'VP8X') {
    const [width, height] = [24, 27].map((at) => 1 + view.getUint16(at, true) + (view.getUint8(at + 2) << 16))
    const exifFlag = 8
    return { type: 'webp', width: width!, height: height!, hasMetadata: (view.getUint8(20) & exifFlag) !== 0 }
  }
  if (chunk === 'VP8L') {
    const bits = view.getUint32(21, true)
    return { type: 'webp', width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff), hasMetadata: false }
  }
  if (chunk !== 'VP8 ') return undefined
  return { type: 'webp', width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff, hasMetadata: false }
}

function readJpeg(view: DataView): ImageFacts | undefined {
  if (view.getUint16(0) !== 0xffd8) return undefined
  let hasMetadata = false
  for (let at = 2; ; at += 2 + view.getUint16(at + 2)) {
    // Before a marker there may be fill bytes.
    while (view.getUint16(at) === 0xffff) at++
    const marker = view.getUint16(at)
    if (marker >> 8 !== 0xff) return undefined
    const [exif, frame] = [0xffe1, marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker)]
    hasMetadata ||= marker === exif
    if (frame) return { type: 'jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5), hasMetadata }
    // The picture itself begins, and no size came.
    if (marker === 0xffda) return undefined
  }
}
