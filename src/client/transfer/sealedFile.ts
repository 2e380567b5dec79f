import { concatBytes, equalBytes, utf8 } from '../../shared/bytes.ts'
import { EchoError } from '../../shared/echoError.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import { damaged, newer } from './spaceFile.ts'

/*
 * The locked file of a space: the readable one, cut into portions that are each deflated and sealed.
 *
 *     file  = head portion+          head = "echo-react/sealed-space\n" · version u8 (1) · salt 16
 *     portion = length u32 · AES-256-GCM(key, nonce, deflate(content), head)
 *     key   = scrypt(passphrase in NFKC, salt, N 2^17, r 8, p 1)
 *     nonce = 7 zero bytes · number of the portion u32 · 1 for the last one, else 0
 *
 * The salt is fresh, so is the key, and no nonce comes twice under it. That the number and the end are in the nonce holds the portions in their order and
 * tells a file that was cut off.
 */
const magic = utf8('echo-react/sealed-space\n')
const version = 1
const saltBytes = 16
/** Bytes of content in one portion; a reader unpacks no more. */
const portionBytes = 256 * 1024
const maxSealedBytes = portionBytes + 1024

export type DeriveKey = (passphrase: string, salt: Uint8Array) => Promise<Uint8Array>
type FileCrypto = Pick<CryptoPort, 'seal' | 'open' | 'deflate' | 'inflate' | 'randomBytes'>

/** Whether bytes begin a locked file, of whatever version. */
export function isSealedFile(start: Uint8Array): boolean {
  return start.length >= magic.length && equalBytes(start.subarray(0, magic.length), magic)
}

/** Seals a file as it comes. @param content portions of any size */
export async function* sealFile(
  crypto: FileCrypto,
  deriveKey: DeriveKey,
  passphrase: string,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const salt = crypto.randomBytes(saltBytes)
  const head = concatBytes(magic, Uint8Array.of(version), salt)
  const key = await deriveKey(passphrase, salt)
  let number = 0
  let waiting: Uint8Array = new Uint8Array(0)

  async function seal(portion: Uint8Array, isLast: boolean): Promise<Uint8Array> {
    const sealed = await crypto.seal(key, nonceOf(number++, isLast), await crypto.deflate(portion), head)
    const length = new Uint8Array(4)
    new DataView(length.buffer).setUint32(0, sealed.length)
    return concatBytes(length, sealed)
  }

  yield head
  for await (const more of content) {
    waiting = concatBytes(waiting, more)
    while (waiting.length > portionBytes) {
      yield await seal(waiting.subarray(0, portionBytes), false)
      waiting = waiting.slice(portionBytes)
    }
  }
  yield await seal(waiting, true)
}

/**
 * Opens a locked file as it comes.
 * @throws EchoError newer-version; bad-passphrase where the first portion does not open; import-damaged where a later one does not, or is missing
 */
export async function* openFile(
  crypto: FileCrypto,
  deriveKey: DeriveKey,
  passphrase: string,
  file: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const source = file[Symbol.asyncIterator]()
  let waiting: Uint8Array = new Uint8Array(0)

  /** The next bytes, or undefined where fewer are left. */
  async function take(length: number): Promise<Uint8Array | undefined> {
    while (waiting.length < length) {
      const next = await source.next()
      if (next.done === true) return undefined
      waiting = concatBytes(waiting, next.value)
    }
    const taken = waiting.slice(0, length)
    waiting = waiting.slice(length)
    return taken
  }

  const start = await take(magic.length + 1)
  if (start === undefined) throw damaged('its end is missing')
  if (start[magic.length]! > version) throw newer()
  const salt = start[magic.length] === version ? await take(saltBytes) : undefined
  if (salt === undefined) throw damaged('its head is none')
  const head = concatBytes(start, salt)
  let key: Uint8Array | undefined
  for (let number = 0; ; number++) {
    const length = await take(4)
    const size = length === undefined ? 0 : new DataView(length.buffer).getUint32(0)
    const sealed = size > 16 && size <= maxSealedBytes ? await take(size) : undefined
    if (sealed === undefined) throw damaged('its end is missing')
    key ??= await deriveKey(passphrase, salt)
    const isLast = waiting.length === 0 && (await isAtEnd())
    const deflated = await crypto.open(key, nonceOf(number, isLast), sealed, head)
    if (deflated === undefined) throw number === 0 ? wrongPassphrase() : damaged('a part of it was changed, moved or cut off')
    const content = await crypto.inflate(deflated, portionBytes)
    if (content === undefined) throw damaged('a part of it cannot be unpacked')
    yield content
    if (isLast) return
  }

  async function isAtEnd(): Promise<boolean> {
    const next = await take(1)
    if (next === undefined) return true
    waiting = concatBytes(next, waiting)
    return false
  }
}

export function wrongPassphrase(): EchoError {
  return new EchoError('bad-passphrase', 'The file does not open with this passphrase: it is another one, or the file is damaged.')
}

function nonceOf(number: number, isLast: boolean): Uint8Array {
  const nonce = new Uint8Array(12)
  new DataView(nonce.buffer).setUint32(7, number)
  nonce[11] = isLast ? 1 : 0
  return nonce
}
