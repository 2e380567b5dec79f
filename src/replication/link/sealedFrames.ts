import { concatBytes } from '../../shared/bytes.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'

/**
 * One direction of a sealed stream: `02, AES-256-GCM(key, counter, additional data, inner)` (docs/PROTOCOL.md#sealed). The nonce is
 * `00000000 + counter 8 BE`, so a frame that is lost, repeated, reordered or reflected does not open.
 */
export interface FrameSealer {
  /** The key has served all the frames it may; {@link seal} throws from now on. */
  readonly isSpent: boolean
  seal(inner: Uint8Array, additionalData?: Uint8Array): Promise<Uint8Array>
}

export interface FrameOpener {
  /** The inner bytes, or undefined where the frame is not the next one of this stream. */
  open(frame: Uint8Array, additionalData?: Uint8Array): Promise<Uint8Array | undefined>
}

const sealedType = 2
/** A key serves so many frames; then the link is made anew. */
const maxFrames = 2 ** 24
const nothing = new Uint8Array(0)

export function createFrameSealer(crypto: CryptoPort, key: Uint8Array): FrameSealer {
  let counter = 0
  return {
    get isSpent() {
      return counter >= maxFrames
    },
    async seal(inner, additionalData = nothing) {
      if (counter >= maxFrames) throw new RangeError('sealed frames exhausted')
      return concatBytes(Uint8Array.of(sealedType), await crypto.seal(key, nonceOf(counter++), inner, additionalData))
    },
  }
}

export function createFrameOpener(crypto: CryptoPort, key: Uint8Array): FrameOpener {
  let counter = 0
  return {
    async open(frame, additionalData = nothing) {
      if (frame[0] !== sealedType || counter >= maxFrames) return undefined
      return crypto.open(key, nonceOf(counter++), frame.subarray(1), additionalData)
    },
  }
}

function nonceOf(counter: number): Uint8Array {
  const nonce = new Uint8Array(12)
  new DataView(nonce.buffer).setBigUint64(4, BigInt(counter))
  return nonce
}
