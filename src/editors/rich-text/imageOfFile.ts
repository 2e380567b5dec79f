import { fail, ok, type Result } from '../../shared/result.ts'
import { isShowable, maxImageLength, readImage, type ImageFacts } from './imageData.ts'

/** Why a file is not put into a text: it is no picture, or cannot be made small enough. */
export type ImageFault = 'kind' | 'size'

/** Beyond this nothing is read: no picture of a camera is as long, in bytes, nor as large, in pixels. */
const maxFileBytes = 64 * 1024 * 1024
const maxFilePixels = 100_000_000
/** The longer side of a picture that is made smaller, in pixels. */
const longSide = 1280
const quality = 0.82

/**
 * A picture as a text holds it, a `data:` address. What is too long for that is drawn again, smaller, and so is what a camera wrote into, which may say
 * where it was taken. A GIF is taken as it is or not at all: drawn again it would not move. Never throws.
 */
export async function imageOfFile(file: Blob): Promise<Result<string, ImageFault>> {
  if (file.size > maxFileBytes) return fail('size')
  const bytes = new Uint8Array(await file.arrayBuffer())
  const facts = readImage(bytes)
  if (facts === undefined) return fail('kind')
  const source = toDataUrl(facts, bytes)
  if (!facts.hasMetadata && isShowable(facts) && source.length <= maxImageLength) return ok(source)
  if (facts.type === 'gif' || facts.width * facts.height > maxFilePixels) return fail('size')
  try {
    return drawAgain(await createImageBitmap(file))
  } catch {
    // It looks like a picture, and the browser can make none of it.
    return fail('kind')
  }
}

function toDataUrl({ type }: ImageFacts, bytes: Uint8Array): string {
  let text = ''
  // A function takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return `data:image/${type};base64,${btoa(text)}`
}

function drawAgain(bitmap: ImageBitmap): Result<string, ImageFault> {
  const scale = Math.min(1, longSide / Math.max(bitmap.width, bitmap.height))
  const first = encode(bitmap, scale)
  // What a picture takes grows with its area.
  const source = first.length <= maxImageLength ? first : encode(bitmap, scale * 0.9 * Math.sqrt(maxImageLength / first.length))
  bitmap.close()
  return source.length <= maxImageLength ? ok(source) : fail('size')
}

function encode(bitmap: ImageBitmap, scale: number): string {
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(bitmap.width * scale))
  canvas.height = Math.max(1, Math.round(bitmap.height * scale))
  const context = canvas.getContext('2d')!
  context.imageSmoothingQuality = 'high'
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  const webp = canvas.toDataURL('image/webp', quality)
  if (webp.startsWith('data:image/webp')) return webp
  // Not every browser writes WebP, and JPEG has no transparency.
  context.globalCompositeOperation = 'destination-over'
  context.fillStyle = '#fff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  return canvas.toDataURL('image/jpeg', quality)
}
