import * as Y from 'yjs'
import { readAny, readUint8, readVarString, readVarUint, type Decoder } from 'lib0/decoding'

/** Does what `Y.applyUpdate` does, with an update that is known to be well formed. */
export function applyUpdate(doc: Y.Doc, update: Uint8Array, origin: unknown): void {
  Y.applyUpdateV2(doc, update, origin, ShortTextDecoder)
}

/**
 * Reads as Yjs does, but makes short ASCII texts itself: a call of the platform's decoder for each name and key takes most of the time in which Yjs takes an
 * update of items.
 */
class ShortTextDecoder extends Y.UpdateDecoderV1 {
  override readString(): string {
    return readText(this.restDecoder)
  }

  override readKey(): string {
    return readText(this.restDecoder)
  }

  override readAny(): unknown {
    return readValue(this.restDecoder)
  }
}

/** Longer ones are made faster by the platform. */
const maxShortBytes = 32

function readText(decoder: Decoder): string {
  const start = decoder.pos
  const length = readVarUint(decoder)
  const end = decoder.pos + length
  if (length <= maxShortBytes) {
    const codes: number[] = []
    while (decoder.pos < end && decoder.arr[decoder.pos]! < 128) codes.push(decoder.arr[decoder.pos++]!)
    if (decoder.pos === end) return String.fromCharCode(...codes)
  }
  decoder.pos = start
  return readVarString(decoder)
}

/** lib0's `any` (G6 says what may be in it). */
function readValue(decoder: Decoder): unknown {
  switch (decoder.arr[decoder.pos]) {
    case 119:
      readUint8(decoder)
      return readText(decoder)
    case 118: {
      readUint8(decoder)
      const object: Record<string, unknown> = {}
      for (let left = readVarUint(decoder); left > 0; left--) object[readText(decoder)] = readValue(decoder)
      return object
    }
    case 117: {
      readUint8(decoder)
      const list: unknown[] = []
      for (let left = readVarUint(decoder); left > 0; left--) list.push(readValue(decoder))
      return list
    }
    default:
      return readAny(decoder)
  }
}
