import { Writer, type Reader } from '../../shared/encoding.ts'

/*
 * The payloads of one slot's consecutive blocks in one document, each against the one before. Typed letters give updates that differ in the letter and in
 * the own clocks, which go up by as much as the blocks' do:
 *
 * payload = uint 0 · (payload XOR guess)          where the guess has the payload's length
 *         | uint length + 1 · payload
 * guess   = the payload before, with every own clientID's clock moved by the difference of the blocks' `from`
 *
 * What is right in the guess becomes zeros, of which deflate makes next to nothing.
 */

interface Before {
  readonly payload: Uint8Array
  readonly from: number
}

/** Longer ones are no letters. */
const maxGuessedBytes = 512

/** @param froms the blocks' first clocks */
export function writePayloads(writer: Writer, client: number, payloads: readonly Uint8Array[], froms: readonly number[]): void {
  const own = new Writer().uint(client).finish()
  let before: Before | undefined
  payloads.forEach((payload, i) => {
    const from = froms[i]!
    const guess = guessFrom(before, own, from)
    if (guess?.length === payload.length) writer.uint(0).fixed(differenceOf(payload, guess))
    else writer.uint(payload.length + 1).fixed(payload)
    before = { payload, from }
  })
}

/** Reads what {@link writePayloads} wrote; inside `decode` only. @param maxBytes of each payload */
export function readPayloads(reader: Reader, client: number, froms: readonly number[], maxBytes: number): readonly Uint8Array[] {
  const own = new Writer().uint(client).finish()
  let before: Before | undefined
  return froms.map((from) => {
    const length = reader.uint(maxBytes + 1)
    const guess = length === 0 ? guessFrom(before, own, from) : undefined
    if (length === 0 && guess === undefined) return reader.refuse()
    const payload = guess === undefined ? reader.fixed(length - 1) : differenceOf(reader.fixed(guess.length), guess)
    before = { payload, from }
    return payload
  })
}

function guessFrom(before: Before | undefined, own: Uint8Array, from: number): Uint8Array | undefined {
  if (before === undefined || before.payload.length > maxGuessedBytes) return undefined
  const { payload } = before
  const moved = from - before.from
  const writer = new Writer()
  let copied = 0
  for (let at = findBytes(payload, own, 0); at >= 0; at = findBytes(payload, own, copied)) {
    const clockAt = at + own.length
    const clock = readClock(payload, clockAt)
    if (clock === undefined || clock.value + moved < 0) return undefined
    writer.fixed(payload.subarray(copied, clockAt)).uint(clock.value + moved)
    copied = clock.end
  }
  return writer.fixed(payload.subarray(copied)).finish()
}

/** A number behind a clientID; undefined where it is none below 2^49. */
function readClock(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0
  let factor = 1
  for (let i = at; i < at + 7 && i < bytes.length; i++) {
    value += (bytes[i]! & 127) * factor
    factor *= 128
    if (bytes[i]! < 128) return { value, end: i + 1 }
  }
  return undefined
}

function findBytes(bytes: Uint8Array, wanted: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(wanted[0]!, start); at >= 0; at = bytes.indexOf(wanted[0]!, at + 1)) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at
  }
  return -1
}

function differenceOf(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, i) => byte ^ b[i]!)
}
